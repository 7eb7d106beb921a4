// Package neighbours_test tests softdelete beside other plugins of GORM. It is a module of its own: users of the library have
// none of them to download.
package neighbours_test

import (
	"os"
	"testing"

	_ "github.com/go-gorm/caches/v4"
	_ "gorm.io/plugin/dbresolver"
	_ "gorm.io/plugin/optimisticlock"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }
