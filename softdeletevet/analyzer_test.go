package softdeletevet_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/gorm-softdelete/softdelete/softdeletevet"
)

func TestRules(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), softdeletevet.Analyzer, "./...")
}
