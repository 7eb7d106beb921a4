// Package large_test tests softdelete beside plugins of GORM that need much. It is a module of its own: the tests beside
// smaller ones do not wait for it.
package large_test

import (
	"os"
	"testing"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }
