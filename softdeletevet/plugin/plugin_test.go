package plugin_test

import (
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/softdeletevet"
	_ "github.com/gorm-softdelete/softdelete/softdeletevet/plugin"
)

// TestPlugin finds it as golangci-lint does.
func TestPlugin(t *testing.T) {
	t.Parallel()
	newPlugin, err := register.GetPlugin("softdeletevet")
	require.NoError(t, err)
	linter, err := newPlugin(nil)
	require.NoError(t, err)
	assert.Equal(t, register.LoadModeTypesInfo, linter.GetLoadMode())
	analyzers, err := linter.BuildAnalyzers()
	require.NoError(t, err)
	require.Len(t, analyzers, 1)
	assert.Same(t, softdeletevet.Analyzer, analyzers[0])
}
