// Package conditions_test looks at what callers write into conditions, joins and other strings of a statement: none of it
// may reach the filter.
package conditions_test

import (
	"os"
	"testing"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }
