// Package places_test looks at where a scope can be put: where GORM would drop it without a word, it is an error.
package places_test

import (
	"os"
	"testing"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }
