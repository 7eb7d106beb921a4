package foreignkeys_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// unenforced are the statements after which a connection does not look after foreign keys, by database.
var unenforced = map[string]string{
	"sqlite": "PRAGMA foreign_keys = 0",
	"mysql":  "SET foreign_key_checks = 0",
}

// TestWhileForeignKeysAreOff says that nothing goes along by a foreign key, nor is held by it, on a connection that does not look
// after them.
func TestWhileForeignKeysAreOff(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		off, ok := unenforced[open(t).Name()]
		if !ok {
			t.Skip("it always does")
		}
		build(t, open)
		db := use(t, open, softdelete.Config{})
		_, err := softdelete.Preview(db, softdelete.OpPurge, &Folder{ID: 1}) // with what another connection knows
		require.NoError(t, err)
		require.NoError(t, db.Connection(func(tx *gorm.DB) error {
			tx = tx.Session(&gorm.Session{NewDB: true})
			require.NoError(t, tx.Exec(off).Error)
			require.NoError(t, tx.Exec("UPDATE papers SET deleted_at = NULL").Error)
			before := contents(t, tx)
			plan, err := softdelete.Preview(tx, softdelete.OpPurge, &Folder{ID: 1})
			require.NoError(t, err)
			require.Equal(t, map[string]int64{"folders": 1}, plan.Rows)
			require.Empty(t, plan.Restricted)
			report, err := softdelete.Of[Folder](tx).Where("id = ?", 1).Empty(context.Background(), softdelete.EmptyOptions{All: true})
			require.NoError(t, err)
			require.Empty(t, report.Failed)
			require.Equal(t, map[string]int64{"folders": 1}, report.Rows)
			require.NoError(t, softdelete.ForceDelete(tx, &Folder{ID: 2}).Error)
			after := contents(t, tx)
			require.Len(t, after["folders"], 2)
			delete(before, "folders")
			delete(after, "folders")
			require.Equal(t, before, after)
			return nil
		}))
	})
}

// TestTablesOfNoModel says that what hangs on a table of no model is found: where that refers to itself, hangs on another
// one in a circle, is reached in two ways, or has no primary key.
func TestTablesOfNoModel(t *testing.T) {
	t.Parallel()
	const twigs = `;CREATE TABLE sheets (id bigint PRIMARY KEY, box_id bigint NOT NULL, deleted_at TIME, FOREIGN KEY (box_id) REFERENCES boxes (id) ON DELETE CASCADE);
		INSERT INTO sheets VALUES (1, 3, NULL)`
	const folders = "CREATE TABLE folders (id bigint PRIMARY KEY, deleted_at TIME); INSERT INTO folders VALUES (1, '2024-01-02 03:04:05');"
	for what, c := range map[string]struct {
		script string
		along  map[string]int64
	}{
		"a tree": {
			folders + `
			CREATE TABLE boxes (id bigint PRIMARY KEY, folder_id bigint, box_id bigint, FOREIGN KEY (folder_id) REFERENCES folders (id) ON DELETE CASCADE,
				FOREIGN KEY (box_id) REFERENCES boxes (id) ON DELETE CASCADE);
			INSERT INTO boxes VALUES (1, 1, NULL), (2, NULL, 1), (3, NULL, 2), (9, NULL, NULL)` + twigs,
			map[string]int64{"folders": 1, "boxes": 3, "sheets": 1},
		},
		"two ways": {
			folders + `
			CREATE TABLE boxes (id bigint PRIMARY KEY, folder_id bigint, other_id bigint, FOREIGN KEY (folder_id) REFERENCES folders (id) ON DELETE CASCADE,
				FOREIGN KEY (other_id) REFERENCES folders (id) ON DELETE CASCADE);
			INSERT INTO folders VALUES (7, NULL);
			INSERT INTO boxes VALUES (1, 1, 1), (3, 7, 1), (9, 7, 7)` + twigs,
			map[string]int64{"folders": 1, "boxes": 2, "sheets": 1},
		},
		"no primary key": {
			folders + `
			CREATE TABLE boxes (id bigint NOT NULL UNIQUE, folder_id bigint, FOREIGN KEY (folder_id) REFERENCES folders (id) ON DELETE CASCADE);
			INSERT INTO folders VALUES (7, NULL);
			INSERT INTO boxes VALUES (1, 1), (3, 1), (9, 7)` + twigs,
			map[string]int64{"folders": 1, "boxes": 2, "sheets": 1},
		},
		"a key of two columns": {
			folders + `
			CREATE TABLE boxes (half bigint, id bigint NOT NULL UNIQUE, folder_id bigint, PRIMARY KEY (half, id), FOREIGN KEY (folder_id) REFERENCES folders (id) ON DELETE CASCADE);
			INSERT INTO folders VALUES (7, NULL);
			INSERT INTO boxes VALUES (1, 1, 1), (1, 3, 1), (1, 9, 7)` + twigs,
			map[string]int64{"folders": 1, "boxes": 2, "sheets": 1},
		},
		"a chain": {
			folders + `
			CREATE TABLE shelves (id bigint PRIMARY KEY, folder_id bigint, FOREIGN KEY (folder_id) REFERENCES folders (id) ON DELETE CASCADE);
			CREATE TABLE boxes (id bigint PRIMARY KEY, shelf_id bigint, FOREIGN KEY (shelf_id) REFERENCES shelves (id) ON DELETE CASCADE);
			INSERT INTO folders VALUES (7, NULL);
			INSERT INTO shelves VALUES (1, 1), (2, 7);
			INSERT INTO boxes VALUES (1, 1), (3, 1), (9, 2)` + twigs,
			map[string]int64{"folders": 1, "shelves": 1, "boxes": 2, "sheets": 1},
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				run(t, open(t), c.script)
				db := use(t, open, softdelete.Config{Models: []any{&Bare{}, &Sheet{}}})
				err := softdelete.Purge(db, &Bare{ID: 1}).Error
				var restricted *softdelete.RestrictError
				require.ErrorAs(t, err, &restricted)
				require.Equal(t, softdelete.RestrictError{Model: "boxes", Relation: "sheets(box_id)", Count: 1}, *restricted)
				require.NoError(t, db.Delete(&Sheet{ID: 1}).Error)
				plan, err := softdelete.Preview(db, softdelete.OpPurge, &Bare{ID: 1})
				require.NoError(t, err)
				require.Empty(t, plan.Restricted)
				require.Equal(t, c.along, plan.Rows)
				for _, remove := range []func(tx *gorm.DB) error{
					func(tx *gorm.DB) error { return softdelete.Purge(tx, &Bare{ID: 1}).Error },
					func(tx *gorm.DB) error { return softdelete.ForceDelete(tx, &Bare{ID: 1}).Error },
				} {
					var heard told
					tx := use(t, open, softdelete.Config{Models: []any{&Bare{}, &Sheet{}}, Observers: []softdelete.Observer{heard.count}}).Begin()
					require.NoError(t, remove(tx))
					require.Equal(t, c.along, heard.rows)
					require.Equal(t, []int64{9}, ids(t, tx, "boxes"))
					require.NoError(t, tx.Rollback().Error)
				}
				trash, err := softdelete.OpenTrash(db)
				require.NoError(t, err)
				report, err := trash.Empty(context.Background(), softdelete.EmptyOptions{All: true})
				require.NoError(t, err)
				require.Equal(t, c.along, report.Rows)
			})
		})
	}
}

// Bare is a folder of which only the key and the marker are known.
type Bare struct {
	ID        int64
	DeletedAt gorm.DeletedAt
}

func (Bare) TableName() string { return "folders" }

// count is an observer to which keys are of no interest.
func (o *told) count(_ context.Context, _ *gorm.DB, e softdelete.Event) error {
	if o.rows == nil {
		o.rows = map[string]int64{}
	}
	o.rows[e.Table] += e.Rows
	return nil
}
