// Command softdeletevet finds what of a program reaches around the soft deletes of GORM and
// of the plugin softdelete. It runs by itself and as a tool of go vet:
//
//	softdeletevet ./...
//	go vet -vettool=$(which softdeletevet) ./...
package main

import (
	"golang.org/x/tools/go/analysis/singlechecker"

	"github.com/gorm-softdelete/softdelete/softdeletevet"
)

// singlechecker is a unitchecker too, when go vet calls it.
func main() { singlechecker.Main(softdeletevet.Analyzer) }
