package guard_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// forcing are the ways to remove book 1, with its pages and links, for good.
var forcing = map[string]func(db *gorm.DB) error{
	"ForceDelete":              func(db *gorm.DB) error { return softdelete.ForceDelete(db, &book{ID: 1}).Error },
	"ForceDelete by condition": func(db *gorm.DB) error { return softdelete.ForceDelete(db.Where("id = ?", 1), &book{}).Error },
	"ForceDelete of a slice": func(db *gorm.DB) error {
		return softdelete.ForceDelete(db, &[]book{{ID: 1}}).Error
	},
	"Unscoped": func(db *gorm.DB) error { return db.Unscoped().Delete(&book{ID: 1}).Error },
	"Unscoped, selected": func(db *gorm.DB) error {
		return db.Unscoped().Select("Pages").Delete(&book{ID: 1}).Error
	},
	"generic": func(db *gorm.DB) error {
		_, err := gorm.G[book](db).Scopes(func(stmt *gorm.Statement) { stmt.Unscoped = true }).Where("id = ?", 1).Delete(context.Background())
		return err
	},
	"with a raw statement before": func(db *gorm.DB) error {
		if err := db.Exec("UPDATE books SET title = 'a title' WHERE id = 1").Error; err != nil {
			return err
		}
		return softdelete.ForceDelete(db, &book{ID: 1}).Error
	},
}

// settings are how a handle may be configured, and used.
var settings = map[string]gorm.Config{
	"plain":       {},
	"without":     {SkipDefaultTransaction: true},
	"prepared":    {PrepareStmt: true},
	"both":        {PrepareStmt: true, SkipDefaultTransaction: true},
	"translating": {TranslateError: true},
}

// TestForceDeletesGoThrough says that what means to remove live rows does, with all that it takes along, in every setting,
// and that nothing stays open behind it: not on the very connection, nor in the same transaction.
func TestForceDeletesGoThrough(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		for setting, config := range settings {
			t.Run(setting, func(t *testing.T) {
				db := library(t, testdb.OpenerFor(t, nameOf(t)), &config)
				one(t, db)
				for name, force := range forcing {
					for within, run := range transactions {
						err := run(db, func(tx *gorm.DB) error {
							if err := force(tx); err != nil {
								return err
							}
							require.NotContains(t, books(t, tx), uint(1), "%s, %s", name, within)
							require.Zero(t, tables.Column[int](t, tx, "SELECT count(*) FROM pages WHERE book_id = 1")[0], "%s, %s", name, within)
							require.NoError(t, softdelete.ForceDelete(tx.Where("book_id = ?", 1), &bookTag{}).Error) // those that no foreign key took
							if within != "none" && tx.Name() == "postgres" {
								require.NoError(t, tx.SavePoint("refused").Error)
							}
							keepsLive(t, tx)
							if within != "none" && tx.Name() == "postgres" {
								require.NoError(t, tx.RollbackTo("refused").Error)
							}
							return nil
						})
						require.NoError(t, err, "%s, %s", name, within)
						keepsLive(t, db)
						require.Equal(t, []uint{2, 3}, books(t, db))
						shelved := uint(1)
						require.NoError(t, db.Create(&book{ID: 1, Title: "a book", ShelfID: &shelved, Pages: []page{{ID: 10}, {ID: 11}}, Tags: []tag{{ID: 1}}}).Error)
					}
				}
			})
		}
	})
}

// transactions are where a statement may run.
var transactions = map[string]func(db *gorm.DB, run func(tx *gorm.DB) error) error{
	"none":   func(db *gorm.DB, run func(tx *gorm.DB) error) error { return run(db) },
	"caller": func(db *gorm.DB, run func(tx *gorm.DB) error) error { return db.Transaction(run) },
	"nested": func(db *gorm.DB, run func(tx *gorm.DB) error) error {
		return db.Transaction(func(tx *gorm.DB) error { return tx.Transaction(run) })
	},
}

// one gives a handle one connection, which all that comes after has too.
func one(t *testing.T, db *gorm.DB) {
	t.Helper()
	pool, err := db.DB()
	require.NoError(t, err)
	pool.SetMaxOpenConns(1)
}

func nameOf(t *testing.T) string {
	t.Helper()
	for _, name := range testdb.Names() {
		if strings.Contains(t.Name(), "/"+name) {
			return name
		}
	}
	t.Fatal("the test has no database in its name")
	return ""
}

var errStop = errors.New("stop")

// failing are the ways in which a force delete ends early, in a transaction of the caller's.
var failing = map[string]func(t *testing.T, tx *gorm.DB){
	"an error of the database": func(t *testing.T, tx *gorm.DB) {
		t.Helper()
		require.Error(t, softdelete.ForceDelete(tx.Where("no_such_column = 1"), &book{}).Error)
	},
	"an error of the database, unscoped": func(t *testing.T, tx *gorm.DB) {
		t.Helper()
		require.Error(t, tx.Unscoped().Where("no_such_column = 1").Delete(&book{}).Error)
	},
	"an error of a row": func(t *testing.T, tx *gorm.DB) {
		t.Helper()
		// Another table holds the row by a key without an action.
		require.Error(t, softdelete.ForceDelete(tx, &book{ID: 3}).Error)
	},
	"a context that has ended": func(t *testing.T, tx *gorm.DB) {
		t.Helper()
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		require.Error(t, softdelete.ForceDelete(tx.WithContext(ctx), &book{ID: 1}).Error)
	},
	"a callback that fails after": func(t *testing.T, tx *gorm.DB) {
		t.Helper()
		require.ErrorIs(t, softdelete.ForceDelete(tx.Set("after", errStop), &book{ID: 1}).Error, errStop)
	},
	"a callback that panics after": func(t *testing.T, tx *gorm.DB) {
		t.Helper()
		require.Panics(t, func() { softdelete.ForceDelete(tx.Set("after", "panic"), &book{ID: 1}) })
	},
	"a callback that panics before": func(t *testing.T, tx *gorm.DB) {
		t.Helper()
		require.Panics(t, func() { softdelete.ForceDelete(tx.Set("before", "panic"), &book{ID: 1}) })
	},
	"a hook that fails before": func(t *testing.T, tx *gorm.DB) {
		t.Helper()
		require.ErrorIs(t, softdelete.ForceDelete(tx.Set("before hook", errStop), &book{ID: 1}).Error, errStop)
	},
	"a hook that fails after": func(t *testing.T, tx *gorm.DB) {
		t.Helper()
		require.ErrorIs(t, softdelete.ForceDelete(tx.Set("after hook", errStop), &book{ID: 1}).Error, errStop)
	},
	"a hook that panics after": func(t *testing.T, tx *gorm.DB) {
		t.Helper()
		require.Panics(t, func() { softdelete.ForceDelete(tx.Set("after hook", "panic"), &book{ID: 1}) })
	},
	"a hook that deletes by raw SQL": func(t *testing.T, tx *gorm.DB) {
		t.Helper()
		require.ErrorIs(t, softdelete.ForceDelete(tx.Set("after hook", "raw"), &book{ID: 1}).Error, softdelete.ErrGuarded)
	},
	"a driver that panics": func(t *testing.T, tx *gorm.DB) {
		t.Helper()
		tx = tx.Session(&gorm.Session{}).Clauses()
		tx.Statement.ConnPool = panicking{tx.Statement.ConnPool}
		require.Panics(t, func() { tx.Unscoped().Delete(&book{ID: 2}) })
	},
	"no error": func(t *testing.T, tx *gorm.DB) {
		t.Helper()
		require.NoError(t, softdelete.ForceDelete(tx, &book{ID: 1}).Error)
	},
}

// panicking is a connection whose DELETE of books panics.
type panicking struct{ gorm.ConnPool }

// TestNothingStaysOpen says that what opens a guard ends with its statement, however that ends: the rest of the transaction,
// what comes after a rollback, and the next user of the connection find it shut.
func TestNothingStaysOpen(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		for setting, config := range settings {
			t.Run(setting, func(t *testing.T) {
				db := library(t, testdb.OpenerFor(t, nameOf(t)), &config)
				require.NoError(t, db.Exec("CREATE TABLE holders (id integer PRIMARY KEY, book_id "+keyType(db)+", FOREIGN KEY (book_id) REFERENCES books (id))").Error)
				require.NoError(t, db.Exec("INSERT INTO holders VALUES (1, 3)").Error)
				plan := func(when string) func(db *gorm.DB) {
					return func(db *gorm.DB) { _ = db.AddError(asPlanned(db, when)) }
				}
				require.NoError(t, db.Callback().Delete().Before("gorm:delete").Register("test:before", plan("before")))
				require.NoError(t, db.Callback().Delete().After("gorm:delete").Before("gorm:commit_or_rollback_transaction").Register("test:after", plan("after")))
				one(t, db)
				before := all(t, db)
				for name, fail := range failing {
					for _, commit := range []bool{false, true} {
						tx := db.Begin()
						require.NoError(t, tx.SavePoint("first").Error)
						fail(t, tx)
						require.NoError(t, tx.RollbackTo("first").Error, name)
						require.NoError(t, tx.SavePoint("again").Error)
						keepsLive(t, tx)
						require.NoError(t, tx.RollbackTo("again").Error)
						if commit {
							require.NoError(t, tx.Commit().Error, name)
						} else {
							require.NoError(t, tx.Rollback().Error, name)
						}
						keepsLive(t, db)
						require.Equal(t, before, all(t, db), name)
						if db.Name() == "sqlite" {
							require.Zero(t, tables.Column[int](t, db, "SELECT count(*) FROM softdelete_guard")[0], name)
						}
					}
				}
				if db.Name() != "postgres" { // where an error ends the transaction, the caller's own savepoints aside
					for name, fail := range failing {
						tx := db.Begin()
						fail(t, tx)
						keepsLive(t, tx)
						require.NoError(t, tx.Rollback().Error, name)
					}
				}
				// Without a transaction of the caller's.
				for name, fail := range failing {
					if name == "no error" || strings.HasPrefix(name, "a driver") || strings.HasPrefix(name, "a callback that panics") {
						continue // GORM's own transaction would stay open
					}
					fail(t, db)
					keepsLive(t, db)
					require.Equal(t, before, all(t, db), name)
				}
			})
		}
	})
}

func keyType(db *gorm.DB) string {
	return map[string]string{"sqlite": "integer", "postgres": "bigint", "mysql": "bigint unsigned"}[db.Name()]
}

// TestTwoConnections says that while one connection removes live rows, another finds the guard shut.
func TestTwoConnections(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		db := library(t, open)
		if db.Name() == "sqlite" {
			t.Skip("SQLite has one writer at a time: see TestNothingStaysOpen")
		}
		require.NoError(t, db.Transaction(func(tx *gorm.DB) error {
			require.NoError(t, softdelete.ForceDelete(tx, &book{ID: 1}).Error)
			require.ErrorContains(t, open(t).Exec("DELETE FROM books WHERE id = 2").Error, "softdelete: guarded: ")
			return nil
		}))
	})
}

// TestFirstForceDelete says that a force delete goes through on a handle that knows of no guard yet: one of another process
// that was there before the guards.
func TestFirstForceDelete(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		db := library(t, open)
		for name, force := range forcing {
			for within, run := range transactions {
				fresh := open(t)
				require.NoError(t, fresh.Use(softdelete.New(softdelete.Config{Models: []any{&bookTag{}, &shelf{}, &book{}, &page{}, &tag{}}})))

				require.NoError(t, run(fresh, force), "%s, %s", name, within)
				keepsLive(t, fresh)
				require.Equal(t, []uint{2, 3}, books(t, db))
				require.NoError(t, db.Where("book_id = 1").Unscoped().Delete(&bookTag{}).Error)
				require.NoError(t, db.Create(&book{ID: 1, Title: "a book", Pages: []page{{ID: 10}, {ID: 11}}, Tags: []tag{{ID: 1}}}).Error)
			}
		}
	})
}

// TestGuardTakenOff says that a force delete goes through where there was a guard, and is none any more.
func TestGuardTakenOff(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		db := library(t, open)
		require.NoError(t, softdelete.ForceDelete(db, &page{}, 10).Error)
		require.NoError(t, softdelete.Unguard(db))
		require.NoError(t, softdelete.ForceDelete(db, &page{}, 11).Error)
		require.NoError(t, softdelete.ForceDelete(db, &book{ID: 2}).Error)
		require.Equal(t, []uint{1, 3}, books(t, db))
	})
}

// TestSaidOnce says that each force delete says once that it means live rows, however many were before it, and nothing else
// says it.
func TestSaidOnce(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		db := library(t, open)
		log := record.Record(t, db)
		var first []string
		for i := range 20 {
			log.Take()
			require.NoError(t, softdelete.ForceDelete(db, &tag{}, 100+i).Error)
			require.NoError(t, db.Unscoped().Delete(&tag{}, 100+i).Error)
			sent := log.Take()
			if i == 1 {
				first = sent
			}
			if i > 1 {
				require.Len(t, sent, len(first), "%q", sent)
			}
		}
		for _, run := range []func() error{
			func() error { return db.Delete(&tag{}, 1).Error },
			func() error { return softdelete.Restore(db, &tag{}, 1).Error },
			func() error { return db.Delete(&tag{}, 1).Error },
			func() error { return softdelete.Purge(db, &tag{}, 100).Error },
			func() error { return db.Delete(&shelf{}, 100).Error },
			func() error { return db.Where("id = 1").First(&book{}).Error },
		} {
			require.NoError(t, run())
			for _, text := range log.Take() {
				require.NotRegexp(t, "softdelete:force|group_concat_max_len|softdelete_guard", text)
			}
		}
		require.NotContains(t, db.ToSQL(func(tx *gorm.DB) *gorm.DB { return softdelete.ForceDelete(tx, &tag{}, 1) }), "/*", "what is only read opens nothing")
		require.NotContains(t, db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Unscoped().Delete(&tag{}, 1) }), "/*")
	})
}
