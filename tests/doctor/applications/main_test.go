// Package applications_test runs Doctor, its remedies and both AutoMigrates on schemas as public applications have them: their
// shape, names of our own.
package applications_test

import (
	"os"
	"testing"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }
