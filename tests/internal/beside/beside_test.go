package beside_test

import (
	"os"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// The laws hold beside a plugin that does nothing.
func TestLawsBesideNothing(t *testing.T) {
	t.Parallel()
	beside.Each(t, beside.Plugin{Use: func(*testing.T, *gorm.DB) any { return nil }}, func(t *testing.T, w *beside.World) { w.HoldLaws(t) })
}
