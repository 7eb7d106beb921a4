// Package marker_test tests what makes a model soft-deletable: each form of marker that GORM and soft_delete take, types that
// wrap theirs, and what the columns keep of a time.
package marker_test

import (
	"os"
	"testing"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }
