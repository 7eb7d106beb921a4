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

// load is a program that Atlas runs, as docs/migrations.md has it: what it prints is the schema that is wanted.
func load(dialect string, models ...any) (string, error) {
	plugin := func() map[string]gorm.Plugin {
		return map[string]gorm.Plugin{"softdelete": softdelete.New(softdelete.Config{Models: models})}
	}
	tables, err := gormschema.New(dialect, gormschema.WithConfig(&gorm.Config{Plugins: plugin()})).Load(models...)
	if err != nil {
		return "", err
	}
	dialector := postgres.Open("host=nowhere")
	if dialect == "mysql" {
		dialector = mysql.New(mysql.Config{DSN: "nobody@tcp(nowhere)/none", SkipInitializeWithVersion: true})
	}
	db, err := gorm.Open(dialector, &gorm.Config{DisableAutomaticPing: true, Plugins: plugin()})
	if err != nil {
		return "", err
	}
	list, err := softdelete.DDL(db, models...) // the first of the two lines
	for _, s := range list {
		tables += s.Up + ";\n" // and the second
	}
	return tables, err
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
		schema, err := load(whole.Name(), models()...)
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
