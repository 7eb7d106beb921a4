package foreignkeys_test

import (
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// Shelf and Tome are of tables that are named in several ways: with capitals, in other schemas.
type (
	Shelf struct {
		ID        int64
		DeletedAt gorm.DeletedAt
	}
	Tome struct {
		ID        int64
		ShelfID   int64
		DeletedAt gorm.DeletedAt
	}
	// AuditTome is of a table in a schema that is not on the search path.
	AuditTome struct {
		ID        int64
		ShelfID   int64
		DeletedAt gorm.DeletedAt
	}
	// AuditShelf is a shelf by its table's full name.
	AuditShelf struct {
		ID        int64
		DeletedAt gorm.DeletedAt
	}
)

// audit is a schema beside that of the test.
var audit = "softdelete_audit_" + strconv.Itoa(os.Getpid())

func (AuditTome) TableName() string { return audit + ".tomes" }

func (AuditShelf) TableName() string { return audit + ".shelves" }

// named are the ways in which an application's SQL may write what the models call shelves and tomes.
var named = []struct {
	what, database string
	script         string
	relation       string
}{
	{"the names of columns in capitals", "sqlite", `CREATE TABLE shelves (ID bigint PRIMARY KEY, deleted_at TIME);
		CREATE TABLE tomes (ID bigint PRIMARY KEY, SHELF_ID bigint, deleted_at TIME, FOREIGN KEY (SHELF_ID) REFERENCES shelves (ID) ON DELETE CASCADE)`, "tomes(shelf_id)"},
	{"the names of tables in capitals", "sqlite", `CREATE TABLE SHELVES (id bigint PRIMARY KEY, deleted_at TIME);
		CREATE TABLE TOMES (id bigint PRIMARY KEY, shelf_id bigint, deleted_at TIME, FOREIGN KEY (shelf_id) REFERENCES Shelves (id) ON DELETE CASCADE)`, "tomes(shelf_id)"},
	{"no columns referred to", "sqlite", `CREATE TABLE shelves (id integer PRIMARY KEY, deleted_at TIME);
		CREATE TABLE tomes (id integer PRIMARY KEY, shelf_id bigint REFERENCES shelves ON DELETE CASCADE, deleted_at TIME)`, "tomes(shelf_id)"},
	{"the action in small letters", "sqlite", `CREATE TABLE shelves (id integer PRIMARY KEY, deleted_at TIME);
		CREATE TABLE tomes (id integer PRIMARY KEY, shelf_id bigint references shelves (id) on delete cascade, deleted_at TIME)`, "tomes(shelf_id)"},
	{"a default", "sqlite", `CREATE TABLE shelves (id integer PRIMARY KEY, deleted_at TIME);
		CREATE TABLE tomes (id integer PRIMARY KEY, shelf_id bigint DEFAULT 2 REFERENCES shelves (id) ON DELETE SET DEFAULT, deleted_at TIME)`, "tomes(shelf_id)"},
	{"a key that is checked at the end", "sqlite", `CREATE TABLE shelves (id integer PRIMARY KEY, deleted_at TIME);
		CREATE TABLE tomes (id integer PRIMARY KEY, shelf_id bigint REFERENCES shelves (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, deleted_at TIME)`, "tomes(shelf_id)"},
	{"the names of columns in capitals", "mariadb", `CREATE TABLE shelves (ID bigint PRIMARY KEY, deleted_at TIME);
		CREATE TABLE tomes (ID bigint PRIMARY KEY, SHELF_ID bigint, deleted_at TIME, FOREIGN KEY (SHELF_ID) REFERENCES shelves (ID) ON DELETE CASCADE)`, "tomes(shelf_id)"},
	{"several keys on the same columns", "mariadb", `CREATE TABLE shelves (id bigint PRIMARY KEY, deleted_at TIME);
		CREATE TABLE tomes (id bigint PRIMARY KEY, shelf_id bigint, deleted_at TIME, FOREIGN KEY (shelf_id) REFERENCES shelves (id),
		FOREIGN KEY (shelf_id) REFERENCES shelves (id) ON DELETE CASCADE)`, "tomes(shelf_id)"},
	{"a default", "postgres", `CREATE TABLE shelves (id bigint PRIMARY KEY, deleted_at TIME);
		CREATE TABLE tomes (id bigint PRIMARY KEY, shelf_id bigint DEFAULT 2 REFERENCES shelves (id) ON DELETE SET DEFAULT, deleted_at TIME)`, "tomes(shelf_id)"},
	{"a key that is checked at the end, and not valid yet", "postgres", `CREATE TABLE shelves (id bigint PRIMARY KEY, deleted_at TIME);
		CREATE TABLE tomes (id bigint PRIMARY KEY, shelf_id bigint, deleted_at TIME);
		ALTER TABLE tomes ADD FOREIGN KEY (shelf_id) REFERENCES shelves (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID`, "tomes(shelf_id)"},
	{"partitions that refer", "postgres", `CREATE TABLE shelves (id bigint PRIMARY KEY, deleted_at TIME);
		CREATE TABLE tomes (id bigint PRIMARY KEY, shelf_id bigint REFERENCES shelves (id) ON DELETE CASCADE, deleted_at TIME) PARTITION BY RANGE (id);
		CREATE TABLE tomes_a PARTITION OF tomes FOR VALUES FROM (0) TO (2); CREATE TABLE tomes_b PARTITION OF tomes FOR VALUES FROM (2) TO (9)`, "tomes(shelf_id)"},
	{"partitions that are referred to", "postgres", `CREATE TABLE shelves (id bigint PRIMARY KEY, deleted_at TIME) PARTITION BY RANGE (id);
		CREATE TABLE shelves_a PARTITION OF shelves FOR VALUES FROM (0) TO (9);
		CREATE TABLE tomes (id bigint PRIMARY KEY, shelf_id bigint REFERENCES shelves (id) ON DELETE CASCADE, deleted_at TIME)`, "tomes(shelf_id)"},
}

// TestNames says that a table and its columns are found however the database writes them.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range named {
		t.Run(c.what+" on "+c.database, func(t *testing.T) {
			t.Parallel()
			open := testdb.OpenerFor(t, c.database)
			run(t, open(t), c.script)
			run(t, open(t), `INSERT INTO shelves (id, deleted_at) VALUES (1, '2024-01-02 03:04:05'), (2, NULL);
				INSERT INTO tomes (id, shelf_id) VALUES (1, 1), (2, 2), (3, 1)`)
			db := use(t, open, softdelete.Config{Models: []any{&Shelf{}, &Tome{}}})
			var restricted *softdelete.RestrictError
			require.ErrorAs(t, softdelete.Purge(db, &Shelf{ID: 1}).Error, &restricted)
			require.Equal(t, softdelete.RestrictError{Model: "Shelf", Relation: c.relation, Count: 2}, *restricted)
			require.NoError(t, db.Delete(&Tome{}, []int{1, 3}).Error)
			plan, err := softdelete.Preview(db, softdelete.OpPurge, &Shelf{ID: 1})
			require.NoError(t, err)
			require.NoError(t, softdelete.Purge(db, &Shelf{ID: 1}).Error)
			if c.what == "a default" {
				require.Equal(t, map[string]int64{"shelves": 1}, plan.Rows)
				require.Len(t, ids(t, db, "tomes"), 3)
				return
			}
			require.Equal(t, map[string]int64{"shelves": 1, "tomes": 2}, plan.Rows)
			require.Equal(t, []int64{2}, ids(t, db, "tomes"))
		})
	}
}

// TestSchemas says that tables of other schemas are known by the names that the models have for them.
func TestSchemas(t *testing.T) {
	t.Parallel()
	open := testdb.OpenerFor(t, "postgres")
	db := open(t)
	run(t, db, `DROP SCHEMA IF EXISTS `+audit+` CASCADE; CREATE SCHEMA `+audit+`;
		CREATE TABLE shelves (id bigint PRIMARY KEY, deleted_at TIME);
		CREATE TABLE `+audit+`.tomes (id bigint PRIMARY KEY, shelf_id bigint REFERENCES shelves (id) ON DELETE CASCADE, deleted_at TIME);
		CREATE TABLE `+audit+`."Odd Pages" (id bigint PRIMARY KEY, tome_id bigint REFERENCES `+audit+`.tomes (id) ON DELETE CASCADE);
		CREATE TABLE "Slips" ("Nr" bigint PRIMARY KEY, "Shelf" bigint REFERENCES shelves (id) ON DELETE CASCADE);
		CREATE TABLE `+audit+`.shelves (id bigint PRIMARY KEY, deleted_at TIME);
		CREATE TABLE tomes (id bigint PRIMARY KEY, shelf_id bigint REFERENCES `+audit+`.shelves (id) ON DELETE CASCADE, deleted_at TIME);
		INSERT INTO shelves VALUES (1, '2024-01-02 03:04:05');
		INSERT INTO `+audit+`.shelves VALUES (1, '2024-01-02 03:04:05');
		INSERT INTO `+audit+`.tomes VALUES (1, 1, NULL);
		INSERT INTO tomes VALUES (1, 1, NULL);
		INSERT INTO `+audit+`."Odd Pages" VALUES (1, 1), (2, 1);
		INSERT INTO "Slips" VALUES (7, 1)`)
	t.Cleanup(func() { db.Exec("DROP SCHEMA " + audit + " CASCADE") })
	all := []any{&Shelf{}, &Tome{}, &AuditTome{}, &AuditShelf{}}
	db = use(t, open, softdelete.Config{Models: all})
	for _, c := range []struct {
		of       any
		live     any
		relation string
		along    map[string]int64
	}{
		{&Shelf{ID: 1}, &AuditTome{ID: 1}, audit + ".tomes(shelf_id)", map[string]int64{"shelves": 1, audit + ".tomes": 1, audit + ".Odd Pages": 2, "Slips": 1}},
		{&AuditShelf{ID: 1}, &Tome{ID: 1}, "tomes(shelf_id)", map[string]int64{audit + ".shelves": 1, "tomes": 1}},
	} {
		var restricted *softdelete.RestrictError
		require.ErrorAs(t, softdelete.Purge(db, c.of).Error, &restricted)
		require.Equal(t, c.relation, restricted.Relation)
		require.NoError(t, db.Delete(c.live).Error)
		plan, err := softdelete.Preview(db, softdelete.OpPurge, c.of)
		require.NoError(t, err)
		require.Equal(t, c.along, plan.Rows)
		require.NoError(t, softdelete.Purge(db, c.of).Error)
	}
	require.Empty(t, undeclared(t, use(t, open, softdelete.Config{Models: []any{&Tome{}}})), "what it refers to is of no model")
	require.Len(t, undeclared(t, use(t, open, softdelete.Config{Models: all})), 2)
}
