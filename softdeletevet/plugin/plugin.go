// Package plugin makes softdeletevet a module plugin of golangci-lint. A file
// .custom-gcl.yml names it:
//
//	version: v2.15.0
//	plugins:
//	  - module: github.com/gorm-softdelete/softdelete/softdeletevet
//	    import: github.com/gorm-softdelete/softdelete/softdeletevet/plugin
//	    version: latest
package plugin

import (
	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/gorm-softdelete/softdelete/softdeletevet"
)

func init() {
	register.Plugin("softdeletevet", func(any) (register.LinterPlugin, error) { return linter{}, nil })
}

type linter struct{}

// BuildAnalyzers returns the one that there is.
func (linter) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	return []*analysis.Analyzer{softdeletevet.Analyzer}, nil
}

// GetLoadMode says that types are needed.
func (linter) GetLoadMode() string { return register.LoadModeTypesInfo }
