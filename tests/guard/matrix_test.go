package guard_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// What comes of a statement.
const (
	refused = "refused" // as ErrGuarded, and nothing is changed
	done    = "done"    // as it is meant to be
	plainly = "plainly" // the same, as the database's own error: it comes after the callbacks, with the rows
	past    = "past"    // a live row is gone, and the guard has not seen it
	none    = ""        // there is no such thing
)

// cell is a way to delete rows, and what comes of it by the database.
type cell struct {
	name                      string
	postgres, sqlite, mariadb string
	run                       func(t *testing.T, db *gorm.DB) error
}

func sql(statements ...string) func(*testing.T, *gorm.DB) error {
	return func(_ *testing.T, db *gorm.DB) error {
		// On one connection, so that a setting is that of the statement.
		return db.Connection(func(conn *gorm.DB) error { return sqlIn(conn, statements...) })
	}
}

func sqlIn(db *gorm.DB, statements ...string) error {
	for _, text := range statements {
		if err := db.Exec(text).Error; err != nil {
			return err
		}
	}
	return nil
}

func count(n int, err error) error { return err }

// matrix is the one in docs/guard.md, row by row.
var matrix = []cell{
	{"raw SQL, a live row", refused, refused, refused, sql("DELETE FROM books WHERE id = 2")},
	{"raw SQL, live and trashed rows", refused, refused, refused, sql("DELETE FROM pages")},
	{"raw SQL, a trashed row", done, done, done, sql("DELETE FROM book_tags WHERE book_id = 3", "DELETE FROM books WHERE id = 3")},
	{"raw SQL with a joined table", refused, none, none, sql("DELETE FROM pages USING books WHERE books.id = pages.book_id AND books.id = 2")},
	{"raw SQL of several tables", none, none, refused, sql("DELETE books, pages FROM books JOIN pages ON pages.book_id = books.id WHERE books.id = 2")},
	{"raw SQL that returns rows", refused, plainly, plainly, func(_ *testing.T, db *gorm.DB) error {
		var ids []int
		return db.Raw("DELETE FROM books WHERE id = 2 RETURNING id").Scan(&ids).Error
	}},
	{"raw SQL within a WITH", refused, none, none, sql("WITH gone AS (DELETE FROM pages WHERE book_id = 2 RETURNING 1) SELECT 1 FROM gone")},
	{"raw SQL of an updated row", refused, refused, refused, func(_ *testing.T, db *gorm.DB) error {
		return db.Transaction(func(tx *gorm.DB) error {
			if err := softdelete.Restore(tx, &book{ID: 3}).Error; err != nil {
				return err
			}
			return tx.Exec("DELETE FROM books WHERE id = 3").Error
		})
	}},
	{"a function", refused, none, none, sql("DO $$ BEGIN DELETE FROM pages WHERE book_id = 2; END $$")},
	{"a force delete before, in the same transaction", refused, refused, refused, func(_ *testing.T, db *gorm.DB) error {
		return db.Transaction(func(tx *gorm.DB) error {
			if err := softdelete.ForceDelete(tx, &book{ID: 1}).Error; err != nil {
				return err
			}
			return tx.Exec("DELETE FROM books WHERE id = 2").Error
		})
	}},
	{"text of the comment within", refused, none, none, sql("DELETE FROM pages WHERE book_id = 2 AND '/* softdelete:force */' <> ''")},
	{"the foreign key of a parent, raw SQL", refused, refused, past, sql("DELETE FROM shelves WHERE id = 1")},
	{"the foreign key of a parent, by GORM", refused, refused, past, func(_ *testing.T, db *gorm.DB) error { return db.Delete(&shelf{}, 1).Error }},
	{"the foreign key of a parent, Unscoped", done, done, done, func(_ *testing.T, db *gorm.DB) error { return db.Unscoped().Delete(&shelf{}, 1).Error }},
	{"the foreign key of a trashed parent", refused, refused, past, func(_ *testing.T, db *gorm.DB) error {
		return db.Transaction(func(tx *gorm.DB) error {
			return sqlIn(tx, "UPDATE pages SET deleted_at = NULL WHERE id = 30", "DELETE FROM book_tags WHERE book_id = 3", "DELETE FROM books WHERE id = 3")
		})
	}},
	{"TRUNCATE", refused, none, past, sql("TRUNCATE TABLE pages")},
	{"TRUNCATE by way of a parent", refused, none, none, sql("TRUNCATE TABLE shelves CASCADE")},
	{"TRUNCATE of trash", done, none, done, sql("UPDATE pages SET deleted_at = created.at FROM (SELECT now() AS at) AS created", "TRUNCATE TABLE pages")},
	{"REPLACE", none, past, refused, sql("REPLACE INTO pages (id, book_id) VALUES (20, 2)")},
	{"REPLACE with recursive_triggers", none, refused, none, sql("PRAGMA recursive_triggers = ON", "REPLACE INTO pages (id, book_id) VALUES (20, 2)")},
	{"REPLACE of a trashed row", none, done, done, sql("REPLACE INTO pages (id, book_id) VALUES (30, 3)")},
	{"MERGE", refused, none, none, sql("MERGE INTO pages USING books ON books.id = pages.book_id AND books.id = 2 WHEN MATCHED THEN DELETE")},
	{"DROP TABLE", past, past, past, sql("DROP TABLE pages")},
	{"session_replication_role", past, none, none, sql("SET session_replication_role = replica", "DELETE FROM pages WHERE book_id = 2", "RESET session_replication_role")},
	{"DISABLE TRIGGER", past, none, none, sql("ALTER TABLE pages DISABLE TRIGGER ALL", "DELETE FROM pages WHERE book_id = 2")},
	{"an upsert", done, done, done, func(_ *testing.T, db *gorm.DB) error { return db.Save(&page{ID: 20, BookID: 2}).Error }},
	{"a soft delete, its undo and its purge", done, done, done, func(t *testing.T, db *gorm.DB) error {
		t.Helper()
		var d softdelete.Deletion
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&book{ID: 1}).Error)
		_, err := softdelete.Undo(db, d.ID)
		require.NoError(t, err)
		require.NoError(t, db.Delete(&book{ID: 1}).Error)
		return softdelete.Purge(db, &book{ID: 1}).Error
	}},
	{"Empty", done, done, done, func(_ *testing.T, db *gorm.DB) error {
		_, err := softdelete.Of[book](db).Empty(context.Background(), softdelete.EmptyOptions{All: true})
		return err
	}},
	{"Empty of all models", done, done, done, func(t *testing.T, db *gorm.DB) error {
		t.Helper()
		trash, err := softdelete.OpenTrash(db)
		require.NoError(t, err)
		_, err = trash.Empty(context.Background(), softdelete.EmptyOptions{All: true})
		return err
	}},
	{"ForceDelete", done, done, done, func(_ *testing.T, db *gorm.DB) error { return softdelete.ForceDelete(db, &book{ID: 1}).Error }},
	{"Delete under Unscoped", done, done, done, func(_ *testing.T, db *gorm.DB) error {
		if err := db.Unscoped().Where("book_id = 1").Delete(&bookTag{}).Error; err != nil {
			return err
		}
		return db.Unscoped().Delete(&book{ID: 1}).Error
	}},
	{"an association that unlinks for good", done, done, done, func(_ *testing.T, db *gorm.DB) error {
		return db.Unscoped().Model(&book{ID: 1}).Association("Tags").Unscoped().Clear()
	}},
	{"the generic API under Unscoped", done, done, done, func(_ *testing.T, db *gorm.DB) error {
		return count(gorm.G[page](db).Scopes(func(stmt *gorm.Statement) { stmt.Unscoped = true }).Where("book_id = ?", 1).Delete(context.Background()))
	}},
	{"by hand, as meant", done, none, done, sql("/* softdelete:force */ DELETE FROM pages WHERE book_id = 1 /* pg */")},
	{"by hand, with a row", none, done, none, sql("BEGIN", "INSERT INTO softdelete_guard VALUES (1)", "DELETE FROM pages WHERE book_id = 1", "DELETE FROM softdelete_guard", "COMMIT")},
}

// TestMatrix runs all ways to delete rows, each on tables of its own.
func TestMatrix(t *testing.T) {
	t.Parallel()
	for _, c := range matrix {
		for name, want := range map[string]string{"postgres": c.postgres, "sqlite": c.sqlite, "mariadb": c.mariadb} {
			if want == none {
				continue
			}
			t.Run(c.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				db := library(t, testdb.OpenerFor(t, name))
				if c.name == "MERGE" {
					database.NeedsPostgres(t, db, 15, "MERGE")
				}
				run := c.run
				switch {
				case name == "mariadb" && c.name == "by hand, as meant":
					run = sql("SET STATEMENT group_concat_max_len=734689906 FOR DELETE FROM pages WHERE book_id = 1")
				case name == "mariadb" && c.name == "TRUNCATE of trash":
					run = sql("UPDATE pages SET deleted_at = NOW()", "TRUNCATE TABLE pages")
				case c.name == "TRUNCATE of trash":
					run = sql("UPDATE pages SET deleted_at = now()", "TRUNCATE TABLE pages")
				}
				before := all(t, db)
				err := run(t, db)
				switch want {
				case refused:
					require.ErrorIs(t, err, softdelete.ErrGuarded)
					require.Equal(t, before, all(t, db), "nothing is changed")
				case plainly:
					require.ErrorContains(t, err, "softdelete: guarded: ")
					require.Equal(t, before, all(t, db), "nothing is changed")
				default:
					require.NoError(t, err)
				}
				if want == done {
					keepsLive(t, db)
					require.Subset(t, books(t, db), []uint{2})
				}
			})
		}
	}
}

// TestNoPlugin says that the database keeps live rows from whoever has not even this library.
func TestNoPlugin(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		library(t, open)
		stranger := open(t)
		require.ErrorContains(t, stranger.Exec("DELETE FROM books WHERE id = 2").Error, " has live rows that would be deleted")
		require.ErrorContains(t, stranger.Unscoped().Delete(&page{}, 20).Error, "softdelete: guarded: pages")
		require.NoError(t, stranger.Exec("DELETE FROM pages WHERE book_id = 3").Error)
		require.Len(t, tables.Column[int](t, stranger, "SELECT id FROM pages"), 4)
	})
}

// TestPartitions says that each partition is guarded, and that a row may move from one to another.
func TestPartitions(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "postgres")
	require.NoError(t, db.Use(softdelete.New()))
	for _, text := range []string{
		"CREATE TABLE parted (id bigint, is_deleted boolean NOT NULL DEFAULT false) PARTITION BY LIST (is_deleted)",
		"CREATE TABLE parted_live PARTITION OF parted FOR VALUES IN (false)",
		"CREATE TABLE parted_trash PARTITION OF parted FOR VALUES IN (true)",
		"INSERT INTO parted VALUES (1), (2), (3)",
	} {
		require.NoError(t, db.Exec(text).Error)
	}
	require.NoError(t, softdelete.Guard(db, &parted{}))
	require.NoError(t, softdelete.Guard(db, &parted{}))
	require.ErrorIs(t, db.Exec("DELETE FROM parted WHERE id = 1").Error, softdelete.ErrGuarded)
	require.ErrorIs(t, db.Exec("DELETE FROM parted_live WHERE id = 1").Error, softdelete.ErrGuarded)
	require.ErrorIs(t, db.Exec("TRUNCATE parted").Error, softdelete.ErrGuarded)
	require.ErrorIs(t, db.Exec("UPDATE parted SET id = 1 WHERE id = 1; DELETE FROM parted_live").Error, softdelete.ErrGuarded)
	require.NoError(t, db.Delete(&parted{}, 1).Error, "a soft delete moves the row")
	require.Equal(t, []int{1}, tables.Column[int](t, db, "SELECT id FROM parted_trash"))
	require.NoError(t, softdelete.Restore(db, &parted{ID: 1}).Error)
	require.NoError(t, db.Delete(&parted{}, 1).Error)
	require.NoError(t, softdelete.Purge(db, &parted{ID: 1}).Error)
	require.NoError(t, softdelete.ForceDelete(db, &parted{ID: 2}).Error)
	require.Equal(t, []int{3}, tables.Column[int](t, db, "SELECT id FROM parted"))
	require.NoError(t, softdelete.Unguard(db, &parted{}))
	require.NoError(t, db.Exec("DELETE FROM parted").Error)
}

type parted struct {
	ID uint `gorm:"primaryKey"`
	softdelete.Flagged
}

func (parted) TableName() string { return "parted" }
