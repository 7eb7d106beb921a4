package schema_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type handMade struct {
	ID        uint
	Email     string `softdelete:"unique"`
	DeletedAt gorm.DeletedAt
}

// TestAutoMigrateOfTablesMadeByHand says that a table is made anew as it was, but for the unique constraint.
func TestAutoMigrateOfTablesMadeByHand(t *testing.T) {
	t.Parallel()
	for name, columns := range map[string]string{
		"blob":       "id integer PRIMARY KEY, email text UNIQUE, more blob DEFAULT x'00ff', deleted_at datetime",
		"number":     "id integer PRIMARY KEY, email text UNIQUE, more real DEFAULT 1.5e-3, less real DEFAULT -1.5E+2, deleted_at datetime",
		"expression": "id integer PRIMARY KEY, email text UNIQUE, more text DEFAULT (lower('X') || ','), at datetime DEFAULT current_timestamp, deleted_at datetime",
		"generated":  "id integer PRIMARY KEY, email text UNIQUE, more text AS (email || ')') VIRTUAL, most text AS (email || ', ') STORED, deleted_at datetime",
		"collation":  "id integer PRIMARY KEY, email text COLLATE NOCASE UNIQUE ON CONFLICT ABORT, deleted_at datetime",
		"itself":     "id integer PRIMARY KEY, email text UNIQUE, more int DEFAULT 1 REFERENCES hand_mades (id) ON DELETE CASCADE, deleted_at datetime",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := testdb.Open(t, "sqlite")
			require.NoError(t, db.Use(softdelete.New()))
			require.NoError(t, db.Exec("CREATE TABLE hand_mades ("+columns+")").Error)
			require.NoError(t, db.Exec("INSERT INTO hand_mades (id, email) VALUES (1, 'a'), (2, 'b')").Error)
			shown := "id || email"
			for _, more := range []string{"more", "less", "most"} {
				if strings.Contains(columns, more+" ") {
					shown += " || ' ' || quote(" + more + ")"
				}
			}
			rows := func() []string { return tables.Column[string](t, db, "SELECT "+shown+" FROM hand_mades ORDER BY id") }
			before := rows()
			require.NoError(t, softdelete.AutoMigrate(db, &handMade{}))
			require.Equal(t, before, rows())
			require.NoError(t, db.Delete(&handMade{}, 2).Error)
			require.NoError(t, db.Create(&handMade{Email: "b"}).Error)
			require.Error(t, db.Create(&handMade{Email: "b"}).Error)

			var now string
			require.NoError(t, db.Raw("SELECT sql FROM sqlite_master WHERE name = 'hand_mades'").Scan(&now).Error)
			plain := strings.NewReplacer(" UNIQUE", "", " ON CONFLICT ABORT", "", " ", "").Replace
			require.Equal(t, plain(columns), plain(now[strings.Index(now, "(")+1:len(now)-1]))
		})
	}
}

// TestAutoMigrateOnOneConnection says that it works on a connection that the caller has taken.
func TestAutoMigrateOnOneConnection(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, db.Connection(func(conn *gorm.DB) error { return softdelete.AutoMigrate(conn, &handMade{}) }))
		require.Contains(t, tables.PlainIndexes(t, db, "hand_mades"), "idx_hand_mades_email")
	})
}

// TestAutoMigrateOfQualifiedTables says that a table is migrated by its qualified name, or that this cannot be done.
func TestAutoMigrateOfQualifiedTables(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		place := map[string]string{"sqlite": "SELECT 'main'", "postgres": "SELECT current_schema()", "mysql": "SELECT DATABASE()"}
		where := tables.Column[string](t, open(t), place[open(t).Name()])[0]
		db := open(t, &gorm.Config{NamingStrategy: schema.NamingStrategy{TablePrefix: where + "."}})
		require.NoError(t, db.Use(softdelete.New()))
		err := softdelete.AutoMigrate(db, &handMade{})
		if db.Name() != "postgres" {
			require.ErrorContains(t, err, "model handMade: the indexes of "+where+".hand_mades are not known here")
			return
		}
		require.NoError(t, err)
		require.Len(t, tables.PlainIndexes(t, db, "hand_mades"), 2)
	})
}
