package schema_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type (
	rebuiltNote struct {
		ID        uint
		Email     string `softdelete:"unique"`
		Code      string `gorm:"unique"`
		Size      int    `gorm:"default:1;not null"`
		Spare     string `softdelete:"index"`
		DeletedAt gorm.DeletedAt
	}
	rebuiltLine struct {
		ID            uint
		RebuiltNoteID uint
	}
)

// rebuiltTables are made by SQL, in types that GORM's migrator finds to be others than the model's.
var rebuiltTables = []string{
	"CREATE TABLE rebuilt_notes (id integer PRIMARY KEY AUTOINCREMENT, email varchar(40) NOT NULL, code varchar(40) UNIQUE, size smallint, `spare` varchar(40), deleted_at datetime)",
	"CREATE INDEX by_hand ON rebuilt_notes (lower(code)) WHERE size > 0",
	"CREATE UNIQUE INDEX unique_by_hand ON rebuilt_notes (code, size)",
	"CREATE INDEX of_spare ON rebuilt_notes (spare) WHERE code <> 'spare'",
	"CREATE TABLE rebuilt_lines (id integer PRIMARY KEY, rebuilt_note_id integer REFERENCES rebuilt_notes (id) ON DELETE CASCADE)",
	"CREATE TRIGGER refusing BEFORE DELETE ON rebuilt_notes WHEN OLD.size = 7 BEGIN SELECT RAISE(ABORT, 'it is seven'); END",
	"CREATE TRIGGER counting AFTER UPDATE ON rebuilt_notes BEGIN UPDATE rebuilt_notes SET size = size + 1 WHERE id = NEW.id AND email = 'counted'; END",
	"CREATE TRIGGER sparing AFTER UPDATE OF spare ON rebuilt_notes BEGIN SELECT 1; END",
}

func rebuiltDatabase(t *testing.T, registered, enforced bool) *gorm.DB {
	t.Helper()
	config := softdelete.Config{}
	if registered {
		config.Models = []any{&rebuiltNote{}, &rebuiltLine{}}
	}
	db := handles.WithPlugin(t, testdb.OpenerFor(t, "sqlite"), config)
	pool, err := db.DB()
	require.NoError(t, err)
	pool.SetMaxOpenConns(1)
	require.NoError(t, db.Exec("PRAGMA foreign_keys = OFF").Error)
	for _, sql := range rebuiltTables {
		require.NoError(t, db.Exec(sql).Error)
	}
	require.NoError(t, softdelete.MigrateIndexes(db, &rebuiltNote{}))
	for _, sql := range []string{
		"INSERT INTO rebuilt_notes (email, code, size) VALUES ('a', 'a', 1), ('b', 'b', 7), ('counted', 'c', 1)",
		"INSERT INTO rebuilt_lines (rebuilt_note_id) VALUES (1), (2)",
	} {
		require.NoError(t, db.Exec(sql).Error)
	}
	if enforced {
		require.NoError(t, db.Exec("PRAGMA foreign_keys = ON").Error)
	}
	return db
}

// checkRebuilt finds all that the table had.
func checkRebuilt(t *testing.T, db *gorm.DB, before []string) {
	t.Helper()
	require.Equal(t, before, attached(t, db))
	require.Error(t, create(db, rebuiltNote{Email: "a", Code: "x"}), "live rows that agree")
	require.Error(t, db.Exec("INSERT INTO rebuilt_notes (email, code, size) VALUES ('d', 'a', 9)").Error, "the constraint")
	require.ErrorContains(t, db.Exec("DELETE FROM rebuilt_notes WHERE size = 7").Error, "it is seven")
	size := tables.Column[int](t, db, "SELECT size FROM rebuilt_notes WHERE email = 'counted'")[0]
	require.NoError(t, db.Exec("UPDATE rebuilt_notes SET code = code WHERE email = 'counted'").Error)
	require.Equal(t, []int{size + 1}, tables.Column[int](t, db, "SELECT size FROM rebuilt_notes WHERE email = 'counted'"))
	require.Equal(t, []int{1, 2}, tables.IDsOf(t, db, "rebuilt_lines"))
}

func attached(t *testing.T, db *gorm.DB) []string {
	t.Helper()
	return tables.Column[string](t, db, "SELECT type || ' ' || name FROM sqlite_master WHERE tbl_name LIKE 'rebuilt_notes%' AND type <> 'table' AND sql IS NOT NULL ORDER BY 1")
}

// TestGORMsMigratorLosesNothing says that indexes and triggers go along where GORM makes a table anew.
func TestGORMsMigratorLosesNothing(t *testing.T) {
	t.Parallel()
	ways := map[string]func(db *gorm.DB) error{
		"db.AutoMigrate":         func(db *gorm.DB) error { return db.AutoMigrate(&rebuiltNote{}) },
		"softdelete.AutoMigrate": func(db *gorm.DB) error { return softdelete.AutoMigrate(db, &rebuiltNote{}) },
		"both": func(db *gorm.DB) error {
			return errors.Join(softdelete.AutoMigrate(db, &rebuiltNote{}), db.AutoMigrate(&rebuiltNote{}), softdelete.AutoMigrate(db, &rebuiltNote{}))
		},
		"AlterColumn": func(db *gorm.DB) error { return db.Migrator().AlterColumn(&rebuiltNote{}, "Email") },
		"in transactions": func(db *gorm.DB) error {
			return db.Transaction(func(tx *gorm.DB) error { return tx.AutoMigrate(&rebuiltNote{}) })
		},
		"prepared": func(db *gorm.DB) error {
			return db.Session(&gorm.Session{PrepareStmt: true}).AutoMigrate(&rebuiltNote{})
		},
		"the table named": func(db *gorm.DB) error { return db.Table("rebuilt_notes").AutoMigrate(&rebuiltNote{}) },
	}
	for name, way := range ways {
		for kind, setting := range map[string][2]bool{"registered": {true, false}, "not registered": {false, false}, "foreign keys on": {true, true}} {
			if setting[1] && name == "in transactions" {
				continue // SQLite removes the rows of children as GORM drops the table there.
			}
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				db := rebuiltDatabase(t, setting[0], setting[1])
				before := attached(t, db)
				definition := tables.Column[string](t, db, "SELECT sql FROM sqlite_master WHERE name = 'rebuilt_notes'")
				for range 2 {
					require.NoError(t, way(db))
					checkRebuilt(t, db, before)
				}
				require.NotEqual(t, definition, tables.Column[string](t, db, "SELECT sql FROM sqlite_master WHERE name = 'rebuilt_notes'"), "it was made anew")
				require.Empty(t, tables.Column[string](t, db, "SELECT name FROM sqlite_master WHERE name LIKE '%\\_\\_temp%' ESCAPE '\\' OR sql LIKE '%\\_\\_temp%' ESCAPE '\\'"))
				require.Empty(t, tables.Column[string](t, db, "SELECT parent FROM pragma_foreign_key_check"))
			})
		}
	}
}

// TestGORMsMigratorDropsAColumn says that what names the column goes, and nothing else.
func TestGORMsMigratorDropsAColumn(t *testing.T) {
	t.Parallel()
	db := rebuiltDatabase(t, true, false)
	var kept []string
	for _, one := range attached(t, db) {
		if one != "index of_spare" && one != "index idx_rebuilt_notes_spare" && one != "trigger sparing" {
			kept = append(kept, one)
		}
	}
	require.NoError(t, db.Migrator().DropColumn(&rebuiltNote{}, "Spare"))
	require.False(t, db.Migrator().HasColumn("rebuilt_notes", "spare"))
	require.Equal(t, kept, attached(t, db))
	require.Error(t, db.Exec("INSERT INTO rebuilt_notes (email) VALUES ('a')").Error)
}

// TestGORMsMigratorDropsAConstraint says so of constraints.
func TestGORMsMigratorDropsAConstraint(t *testing.T) {
	t.Parallel()
	db := rebuiltDatabase(t, true, false)
	require.NoError(t, db.Exec("DROP TABLE rebuilt_notes").Error)
	require.NoError(t, db.Exec("CREATE TABLE rebuilt_notes (id integer PRIMARY KEY, email text NOT NULL, code text, size integer, spare text, deleted_at datetime, "+
		"CONSTRAINT uni_rebuilt_notes_code UNIQUE (code))").Error)
	for _, sql := range rebuiltTables[1:] {
		_ = db.Exec(sql)
	}
	require.NoError(t, softdelete.MigrateIndexes(db, &rebuiltNote{}))
	before := attached(t, db)
	require.NoError(t, db.Migrator().DropConstraint(&rebuiltNote{}, "uni_rebuilt_notes_code"))
	after := attached(t, db)
	require.Equal(t, before, after)
	require.NoError(t, db.Exec("INSERT INTO rebuilt_notes (email, code, size) VALUES ('x', 'x', 1), ('y', 'x', 2)").Error)
}

// TestGORMsMigratorFails says that all stays as it was where an index does not fit the new column, and where the caller's
// transaction is rolled back.
func TestGORMsMigratorFails(t *testing.T) {
	t.Parallel()
	db := rebuiltDatabase(t, true, false)
	require.NoError(t, db.Exec("CREATE UNIQUE INDEX of_types ON rebuilt_notes (typeof(email), id)").Error)
	before, rows := attached(t, db), tables.Stored(t, db, "rebuilt_notes", "id")
	boom := errors.New("boom")
	require.ErrorIs(t, db.Transaction(func(tx *gorm.DB) error {
		require.NoError(t, tx.AutoMigrate(&rebuiltNote{}))
		return boom
	}), boom)
	require.Equal(t, before, attached(t, db))
	require.Equal(t, rows, tables.Stored(t, db, "rebuilt_notes", "id"))

	type sized struct {
		ID        uint
		Size      int
		DeletedAt gorm.DeletedAt
	}
	for _, sql := range []string{
		"CREATE TABLE sizeds (`id` integer PRIMARY KEY, `size` text, `deleted_at` datetime)",
		"CREATE UNIQUE INDEX by_size ON sizeds (size)",
		"INSERT INTO sizeds (size) VALUES ('1'), ('01')",
	} {
		require.NoError(t, db.Exec(sql).Error)
	}
	kept, was := tables.PlainIndexes(t, db, "sizeds"), tables.Stored(t, db, "sizeds", "id")
	for _, migrate := range []func() error{
		func() error { return db.AutoMigrate(&sized{}) },
		func() error { return softdelete.AutoMigrate(db, &sized{}) },
	} {
		require.Error(t, migrate())
		require.Equal(t, kept, tables.PlainIndexes(t, db, "sizeds"))
		require.Equal(t, was, tables.Stored(t, db, "sizeds", "id"))
		require.False(t, db.Migrator().HasTable("sizeds__temp"))
	}
}
