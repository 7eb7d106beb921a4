// Package conditions_test looks at what callers write into conditions, joins and other strings of a statement: none of it
// may reach the filter.
package conditions_test

import (
	"os"
	"testing"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// The conditions here are written to break out of the statements that they stand in.
func TestMain(m *testing.M) {
	testdb.Unrecorded()
	os.Exit(testdb.Run(m))
}
