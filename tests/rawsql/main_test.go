package rawsql_test

import (
	"os"
	"testing"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }
