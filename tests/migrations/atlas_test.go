package migrations_test

import (
	"database/sql"
	"strings"
	"sync"
	"testing"

	"ariga.io/atlas-provider-gorm/gormschema"
	"github.com/stretchr/testify/require"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// docs
// load is the schema that is wanted: GORM's tables, and what the plugin adds to them.
func load(dialect string, nowhere gorm.Dialector, models ...any) (string, error) {
	plugin := func() map[string]gorm.Plugin { // one for each handle
		return map[string]gorm.Plugin{"softdelete": softdelete.New(softdelete.Config{Models: models})}
	}
	tables, err := gormschema.New(dialect, gormschema.WithConfig(&gorm.Config{Plugins: plugin()})).Load(models...)
	if err != nil {
		return "", err
	}
	db, err := gorm.Open(nowhere, &gorm.Config{DisableAutomaticPing: true, Plugins: plugin()})
	if err != nil {
		return "", err
	}
	list, err := softdelete.DDL(db)
	for _, s := range list {
		tables += s.Up + ";\n"
	}
	return tables, err
}

// end

// nowhere is a dialector that connects to nothing.
func nowhere(dialect string) gorm.Dialector {
	if dialect == "mysql" {
		return mysql.New(mysql.Config{DSN: "nobody@tcp(nowhere)/none", SkipInitializeWithVersion: true})
	}
	return postgres.Open("host=nowhere")
}

var loading sync.Mutex

// forget has the loader's driver forget what it has recorded.
func forget(t *testing.T) {
	t.Helper()
	recorded, err := sql.Open("recordriver", "gorm")
	require.NoError(t, err)
	require.NoError(t, recorded.Ping())
	require.NoError(t, recorded.Close())
}

// TestAtlasLoader says that what Atlas is told to bring about is what AutoMigrate makes.
func TestAtlasLoader(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		whole := open(t)
		if whole.Name() == "sqlite" {
			t.Skip("Atlas's loader has types of its own there, those of another driver")
		}
		require.NoError(t, whole.Use(softdelete.New(softdelete.Config{Models: models()})))
		require.NoError(t, softdelete.AutoMigrate(whole))
		db := testdb.OpenerFor(t, databaseOf(whole))(t)
		loading.Lock() // the loader has one recording for all
		schema, err := load(whole.Name(), nowhere(whole.Name()), models()...)
		forget(t)
		loading.Unlock()
		require.NoError(t, err)
		for sql := range strings.SplitSeq(schema, ";\n") {
			if sql = strings.TrimSpace(sql); sql != "" {
				require.NoError(t, db.Exec(sql).Error, sql)
			}
		}
		require.Equal(t, catalogue(t, whole), catalogue(t, db))
	})
}
