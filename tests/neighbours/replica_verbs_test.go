package neighbours_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/plugin/dbresolver"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// verb is one call that writes, or says what a write would do. It returns what the
// caller gets back.
type verb struct {
	name   string
	config string // that the plugin needs; "" for none
	run    func(v call) (any, error)
}

// call is what a verb is called with.
type call struct {
	db      *gorm.DB
	options []clause.Expression // for gorm.G, which forgets what is on the handle
	sent    []clause.Expression // for what begins a transaction, which is by no table
	id      uuid.UUID           // of a deletion that the replica does not know yet
}

// begun is a handle whose transactions are the primary's: dbresolver has to be told.
func (v call) begun() *gorm.DB { return v.db.Clauses(v.sent...) }

func (v call) context() context.Context { return v.db.Statement.Context }

// rowsOf is what most calls come to.
func affectedBy(tx *gorm.DB) (any, error) { return tx.RowsAffected, tx.Error }

func countOf(n int64, err error) (any, error) { return n, err }

func emptied(report softdelete.EmptyReport, err error) (any, error) {
	failed := []string{}
	for _, f := range report.Failed {
		failed = append(failed, f.Error())
	}
	return fmt.Sprint(report.Rows, failed), err
}

// Author 3 is trashed in the primary, with books and notes, and live in the replica;
// 5 the other way round. 6 is gone, 7 is new. 4 has a loan, which restricts.
var verbs = []verb{
	{"delete a value", "", func(v call) (any, error) { return affectedBy(v.db.Delete(&replicaAuthor{ID: 1})) }},
	{"delete a slice", "", func(v call) (any, error) {
		return affectedBy(v.db.Delete(&[]replicaAuthor{{ID: 2}, {ID: 3}, {ID: 5}, {ID: 6}, {ID: 7}}))
	}},
	{"delete by condition", "", func(v call) (any, error) { return affectedBy(v.db.Where("id <> ?", 4).Delete(&replicaAuthor{})) }},
	{"delete with a limit", "", func(v call) (any, error) {
		return affectedBy(v.db.Order("id DESC").Limit(2).Delete(&replicaAuthor{}, "id <> 4"))
	}},
	{"delete a leaf", "", func(v call) (any, error) {
		return affectedBy(v.db.Delete(&[]replicaBook{{ID: 12}, {ID: 22}, {ID: 71}}))
	}},
	{"delete with hooks", "", func(v call) (any, error) { return affectedBy(v.db.Delete(&[]replicaNote{{ID: 31}, {ID: 51}})) }},
	{"delete with select", "", func(v call) (any, error) {
		return affectedBy(v.db.Select("Loans").Delete(&[]replicaAuthor{{ID: 3}, {ID: 4}, {ID: 5}}))
	}},
	{"delete restricted", "", func(v call) (any, error) { return affectedBy(v.db.Delete(&replicaAuthor{ID: 4})) }},
	{"delete reported", "", func(v call) (any, error) {
		var d softdelete.Deletion
		tx := v.db.Scopes(softdelete.Into(&d)).Delete(&[]replicaAuthor{{ID: 5}, {ID: 7}})
		return fmt.Sprint(d.Rows), tx.Error
	}},
	{"delete, generic", "", func(v call) (any, error) {
		n, err := gorm.G[replicaAuthor](v.db, v.options...).Where("id IN ?", []int{1, 3, 5}).Delete(v.context())
		return n, err
	}},
	{"delete strictly", "strict", func(v call) (any, error) { return affectedBy(v.db.Delete(&replicaAuthor{ID: 3})) }},
	{"delete by the database's clock", "clock", func(v call) (any, error) { return affectedBy(v.db.Delete(&[]replicaAuthor{{ID: 5}, {ID: 7}})) }},
	{"delete a flag", "clock", func(v call) (any, error) { return affectedBy(v.db.Delete(&[]replicaFlag{{ID: 2}, {ID: 3}})) }},
	{"delete observed", "observed", func(v call) (any, error) {
		return affectedBy(v.db.Where("id IN ?", []int{3, 5, 7}).Delete(&replicaAuthor{}))
	}},
	{"delete for good observed", "observed", func(v call) (any, error) {
		return affectedBy(v.db.Unscoped().Where("id IN ?", []int{31, 51, 61, 71}).Delete(&replicaBook{}))
	}},
	{"delete in a transaction", "", func(v call) (any, error) {
		return nil, v.begun().Transaction(func(tx *gorm.DB) error {
			if err := tx.Delete(&replicaAuthor{ID: 5}).Error; err != nil {
				return err
			}
			return softdelete.Restore(tx, &replicaAuthor{ID: 3}).Error
		})
	}},
	{"delete undone by a savepoint", "", func(v call) (any, error) {
		return nil, v.begun().Transaction(func(tx *gorm.DB) error {
			if err := tx.Delete(&replicaAuthor{ID: 4}).Error; !errors.Is(err, softdelete.ErrRestricted) {
				return fmt.Errorf("want a restriction, got %w", err)
			}
			return tx.Delete(&replicaAuthor{ID: 5}).Error
		})
	}},

	{"restore a value", "", func(v call) (any, error) { return affectedBy(softdelete.Restore(v.db, &replicaAuthor{ID: 3})) }},
	{"restore a slice", "", func(v call) (any, error) {
		return affectedBy(softdelete.Restore(v.db, &[]replicaAuthor{{ID: 3}, {ID: 5}, {ID: 6}}))
	}},
	{"restore by condition", "", func(v call) (any, error) {
		return affectedBy(softdelete.Restore(v.db.Where("id > 0"), &replicaAuthor{}))
	}},
	{"restore the root only", "", func(v call) (any, error) {
		return affectedBy(softdelete.Restore(v.db.Scopes(softdelete.RootOnly), &replicaAuthor{ID: 3}))
	}},
	{"restore with parents", "", func(v call) (any, error) {
		return affectedBy(softdelete.Restore(v.db.Scopes(softdelete.WithParents), &replicaBook{ID: 31}))
	}},
	{"restore under a trashed parent", "", func(v call) (any, error) { return affectedBy(softdelete.Restore(v.db, &replicaBook{ID: 31})) }},
	{"restore with hooks", "", func(v call) (any, error) {
		return affectedBy(softdelete.Restore(v.db.Scopes(softdelete.RootOnly), &replicaNote{ID: 31}))
	}},
	{"restore a flag", "", func(v call) (any, error) {
		return affectedBy(softdelete.Restore(v.db, &[]replicaFlag{{ID: 2}, {ID: 3}}))
	}},
	{"restore strictly", "strict", func(v call) (any, error) { return affectedBy(softdelete.Restore(v.db, &replicaAuthor{ID: 5})) }},
	{"restore observed", "observed", func(v call) (any, error) {
		return affectedBy(softdelete.Restore(v.db.Where("id > 0"), &replicaAuthor{}))
	}},

	{"purge a value", "", func(v call) (any, error) { return affectedBy(softdelete.Purge(v.db, &replicaAuthor{ID: 3})) }},
	{"purge by condition", "", func(v call) (any, error) { return affectedBy(softdelete.Purge(v.db.Where("id > 0"), &replicaAuthor{})) }},
	{"purge leaves", "", func(v call) (any, error) { return affectedBy(softdelete.Purge(v.db.Where("id > 0"), &replicaBook{})) }},
	{"purge with hooks", "", func(v call) (any, error) {
		return affectedBy(softdelete.Purge(v.db, &[]replicaNote{{ID: 31}, {ID: 51}}))
	}},
	{"purge observed", "observed", func(v call) (any, error) { return affectedBy(softdelete.Purge(v.db.Where("id > 0"), &replicaBook{})) }},
	{"purge what was trashed within a day", "clock", func(v call) (any, error) {
		return affectedBy(softdelete.Purge(v.db.Scopes(softdelete.TrashedWithin(24*time.Hour)), &replicaAuthor{}))
	}},
	{"force delete", "", func(v call) (any, error) {
		return affectedBy(softdelete.ForceDelete(v.db, &[]replicaAuthor{{ID: 3}, {ID: 5}, {ID: 7}}))
	}},
	{"force delete restricted", "", func(v call) (any, error) { return affectedBy(softdelete.ForceDelete(v.db, &replicaAuthor{ID: 4})) }},
	{"undo", "", func(v call) (any, error) {
		d, err := softdelete.Undo(v.db, v.id)
		return fmt.Sprint(d.Rows), err
	}},
	{"undo what is unknown", "", func(v call) (any, error) {
		_, err := softdelete.Undo(v.db, uuid.Max)
		return nil, err
	}},
	{"undo observed", "observed", func(v call) (any, error) {
		d, err := softdelete.Undo(v.db, v.id)
		return fmt.Sprint(d.Rows), err
	}},

	{"preview a delete", "", preview(softdelete.OpSoftDelete, &[]replicaAuthor{{ID: 3}, {ID: 4}, {ID: 5}, {ID: 7}})},
	{"preview a restore", "", preview(softdelete.OpRestore, &[]replicaAuthor{{ID: 3}, {ID: 5}})},
	{"preview a restore under a trashed parent", "", preview(softdelete.OpRestore, &replicaBook{ID: 31})},
	{"preview a purge", "", preview(softdelete.OpPurge, &[]replicaAuthor{{ID: 3}, {ID: 5}})},
	{"preview a force delete", "", preview(softdelete.OpForceDelete, &[]replicaAuthor{{ID: 3}, {ID: 4}, {ID: 5}, {ID: 6}})},
	{"preview a purge of what was trashed within a day", "clock", func(v call) (any, error) {
		return preview(softdelete.OpPurge, &replicaAuthor{})(call{db: v.db.Scopes(softdelete.TrashedWithin(24 * time.Hour))})
	}},
	{"preview a delete strictly", "strict", preview(softdelete.OpSoftDelete, &replicaAuthor{ID: 3})},

	{"save a trashed row", "", func(v call) (any, error) {
		return affectedBy(v.db.Save(&replicaAuthor{ID: 3, Email: "a3", Name: "saved"}))
	}},
	{"save a live row", "", func(v call) (any, error) {
		return affectedBy(v.db.Save(&replicaAuthor{ID: 5, Email: "a5", Name: "saved"}))
	}},
	{"save a row as it is", "strict", func(v call) (any, error) {
		return affectedBy(v.db.Save(&replicaFlag{ID: 1, Name: "f1"}))
	}},
	{"save a slice", "", func(v call) (any, error) {
		return affectedBy(v.db.Save(&[]replicaFlag{{ID: 1, Name: "saved"}, {ID: 2, Name: "f2"}}))
	}},
	{"update a trashed row strictly", "strict", func(v call) (any, error) {
		return affectedBy(v.db.Model(&replicaAuthor{ID: 3}).Update("name", "updated"))
	}},
	{"update to what is there, strictly", "strict", func(v call) (any, error) {
		return affectedBy(v.db.Model(&replicaAuthor{ID: 5}).Update("name", "author 5"))
	}},
	{"upsert of a trashed row", "", func(v call) (any, error) {
		return affectedBy(v.db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&replicaAuthor{ID: 3, Email: "a3", Name: "upserted"}))
	}},
	{"upsert of a slice", "", func(v call) (any, error) {
		return affectedBy(v.db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"name"})}).
			Create(&[]replicaFlag{{ID: 3, Name: "upserted"}, {ID: 9, Name: "made"}}))
	}},
	{"upsert of a slice with a trashed row", "", func(v call) (any, error) {
		return affectedBy(v.db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&[]replicaFlag{{ID: 1, Name: "upserted"}, {ID: 2, Name: "upserted too"}}))
	}},
	{"revive", "", func(v call) (any, error) {
		a := &replicaAuthor{Email: "a3", Name: "revived"}
		tx := v.db.Scopes(softdelete.Revive).Create(a)
		return a.ID, tx.Error
	}},
	{"revive a slice", "", func(v call) (any, error) {
		rows := []replicaFlag{{Name: "f2"}, {ID: 20, Name: "made"}}
		tx := v.db.Scopes(softdelete.Revive).Create(&rows)
		return fmt.Sprint(rows[0].ID, rows[1].ID, tx.RowsAffected), tx.Error
	}},
	{"revive in batches", "observed", func(v call) (any, error) {
		return affectedBy(v.begun().Scopes(softdelete.Revive).CreateInBatches(&[]replicaFlag{{Name: "f2"}, {ID: 20, Name: "made"}}, 1))
	}},
	{"first or create, reviving", "", func(v call) (any, error) {
		var f replicaFlag
		tx := v.db.Clauses(dbresolver.Write).Scopes(softdelete.Revive).Where(replicaFlag{Name: "f2"}).FirstOrCreate(&f)
		return fmt.Sprint(f.ID, tx.RowsAffected), tx.Error
	}},
	{"create under a trashed parent", "", func(v call) (any, error) {
		return affectedBy(v.db.Create(&replicaBook{ID: 90, AuthorID: 3, Title: "made"}))
	}},
	{"create under a live parent", "", func(v call) (any, error) {
		return affectedBy(v.db.Create(&[]replicaBook{{ID: 90, AuthorID: 5, Title: "made"}, {ID: 91, AuthorID: 7, Title: "made"}}))
	}},
	{"move under a trashed parent", "", func(v call) (any, error) {
		return affectedBy(v.db.Model(&replicaBook{ID: 11}).Update("author_id", 3))
	}},
	{"move under a live parent", "", func(v call) (any, error) {
		return affectedBy(v.db.Model(&replicaBook{ID: 11}).Update("author_id", 7))
	}},
	{"link again", "", func(v call) (any, error) {
		return nil, v.db.Model(&replicaAuthor{ID: 1}).Association("Tags").Append(&replicaTag{ID: 1, Word: "one"})
	}},
	{"link again, observed", "observed", func(v call) (any, error) {
		return nil, v.db.Model(&replicaAuthor{ID: 1}).Association("Tags").Append(&replicaTag{ID: 1, Word: "one"})
	}},
	{"replace links", "", func(v call) (any, error) {
		return nil, v.db.Model(&replicaAuthor{ID: 1}).Association("Tags").Replace(&[]replicaTag{{ID: 1, Word: "one"}, {ID: 2, Word: "two"}})
	}},
	{"unlink", "", func(v call) (any, error) {
		return nil, v.db.Model(&replicaAuthor{ID: 2}).Association("Tags").Delete(&replicaTag{ID: 1, Word: "one"})
	}},
	{"clear links", "", func(v call) (any, error) {
		return nil, v.db.Model(&replicaAuthor{ID: 2}).Association("Tags").Clear()
	}},
	{"save associations in full", "", func(v call) (any, error) {
		return affectedBy(v.db.Session(&gorm.Session{FullSaveAssociations: true}).Updates(&replicaAuthor{ID: 5, Name: "saved", Books: []replicaBook{
			{ID: 31, AuthorID: 5, Title: "saved"}, {ID: 51, AuthorID: 5, Title: "saved"},
		}}))
	}},

	{"bin: restore", "", func(v call) (any, error) {
		return countOf(softdelete.Of[replicaAuthor](v.db).Restore(v.context(), 3, 5))
	}},
	{"bin: restore all", "", func(v call) (any, error) { return countOf(softdelete.Of[replicaFlag](v.db).RestoreAll(v.context())) }},
	{"bin: purge", "", func(v call) (any, error) { return countOf(softdelete.Of[replicaAuthor](v.db).Purge(v.context(), 3, 5)) }},
	{"bin: empty", "", func(v call) (any, error) {
		return emptied(softdelete.Of[replicaAuthor](v.db).Empty(v.context(), softdelete.EmptyOptions{All: true, Pause: time.Nanosecond, BatchSize: 1}))
	}},
	{"trash: restore all", "", inTrash(func(v call, trash *softdelete.Trash) (any, error) { return countOf(trash.RestoreAll(v.context())) })},
	{"trash: undo", "", inTrash(func(v call, trash *softdelete.Trash) (any, error) {
		d, err := trash.Undo(v.context(), v.id)
		return fmt.Sprint(d.Rows), err
	})},
	{"trash: restore of items", "observed", ofItems(softdelete.OpRestore, replicaItem("replica_authors", 3), replicaItem("replica_books", 31))},
	{"trash: restore of an item under a trashed parent", "", ofItems(softdelete.OpRestore, replicaItem("replica_books", 31))},
	{"trash: restore of an item that is live in the primary", "", ofItems(softdelete.OpRestore, replicaItem("replica_authors", 5))},
	{"trash: purge of items", "", ofItems(softdelete.OpPurge, replicaItem("replica_books", 31), replicaItem("replica_authors", 3))},
	{"held delete", "", func(v call) (any, error) {
		plan, err := softdelete.Preview(v.db, softdelete.OpSoftDelete, &replicaAuthor{ID: 7})
		if err != nil {
			return nil, err
		}
		return affectedBy(v.db.Scopes(softdelete.Expect(plan)).Delete(&replicaAuthor{ID: 7}))
	}},
	{"held undo", "", func(v call) (any, error) {
		plan, err := softdelete.PreviewUndo(v.db, v.id)
		if err != nil {
			return nil, err
		}
		undone, err := softdelete.Undo(v.db.Scopes(softdelete.Expect(plan)), v.id)
		return fmt.Sprint(plan.Rows, undone.Rows), err
	}},
	{"trash: within", "", inTrash(func(v call, trash *softdelete.Trash) (any, error) {
		within := trash.Within(func(db *gorm.DB) *gorm.DB { return db.Where("id > 0") })
		rows, err := within.Restore(v.context(), replicaItem("replica_authors", 3))
		if err != nil {
			return nil, err
		}
		_, err = trash.Within(func(db *gorm.DB) *gorm.DB { return db.Where("id < 4") }).Restore(v.context(), replicaItem("replica_authors", 4))
		return fmt.Sprint(rows, err), nil
	})},
	{"trash: empty", "", empty(softdelete.EmptyOptions{All: true, BatchSize: 1, Pause: time.Nanosecond, Progress: func(softdelete.Progress) {}})},
	{"trash: empty by age", "clock", empty(softdelete.EmptyOptions{OlderThan: time.Minute})},
	{"trash: empty with hooks", "", empty(softdelete.EmptyOptions{All: true, Hooks: true})},
	{"trash: empty observed", "observed", empty(softdelete.EmptyOptions{All: true, BatchSize: 2})},
	{"trash: empty dry", "", empty(softdelete.EmptyOptions{All: true, DryRun: true, BatchSize: 2})},
	{"trash: sweep", "", inTrash(func(v call, trash *softdelete.Trash) (any, error) {
		ctx, cancel := context.WithCancel(v.context())
		defer cancel()
		ends := slog.New(slog.NewTextHandler(writer(func(p []byte) (int, error) { cancel(); return len(p), nil }), nil))
		err := trash.Run(ctx, softdelete.RunOptions{Retention: time.Minute, Logger: ends})
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		return nil, err
	})},
}

type writer func(p []byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

var _ io.Writer = writer(nil)

func preview(op softdelete.Operation, value any) func(call) (any, error) {
	return func(v call) (any, error) {
		plan, err := softdelete.Preview(v.db, op, value)
		return fmt.Sprint(plan.Rows, plan.Restricted, plan.Conflicts, plan.TrashedParents), err
	}
}

func replicaItem(table string, id uint) softdelete.Item {
	return softdelete.Item{Table: table, Key: []any{id}}
}

// ofItems does something to items of the trash, as its preview says.
func ofItems(op softdelete.Operation, items ...softdelete.Item) func(call) (any, error) {
	return inTrash(func(v call, trash *softdelete.Trash) (any, error) {
		plan, err := trash.Preview(v.context(), op, items...)
		if err != nil {
			return nil, err
		}
		run := trash.Scopes(softdelete.Expect(plan)).Restore
		if op == softdelete.OpPurge {
			run = trash.Scopes(softdelete.Expect(plan)).Purge
		}
		rows, err := run(v.context(), items...)
		return fmt.Sprint(plan.Rows, plan.TrashedParents, plan.Restricted, rows), err
	})
}

func inTrash(run func(call, *softdelete.Trash) (any, error)) func(call) (any, error) {
	return func(v call) (any, error) {
		opened, err := softdelete.OpenTrash(v.db)
		if err != nil {
			return nil, err
		}
		return run(v, opened)
	}
}

func empty(options softdelete.EmptyOptions) func(call) (any, error) {
	return inTrash(func(v call, trash *softdelete.Trash) (any, error) { return emptied(trash.Empty(v.context(), options)) })
}

// configs are the plugin's, by the name that verbs have for them.
var configs = map[string]softdelete.Config{
	"":       {},
	"strict": {Strict: true},
	"clock":  {Clock: softdelete.DatabaseClock},
	"observed": {Observers: []softdelete.Observer{func(_ context.Context, tx *gorm.DB, event softdelete.Event) error {
		if _, err := event.Keys(); err != nil {
			return err
		}
		var n int64
		return tx.Unscoped().Model(reflect.New(event.Model).Interface()).Count(&n).Error
	}}},
}

// TestWritesReadThePrimary runs each verb with a replica that lags and without one:
// it comes to the same, and nothing reaches the replica.
func TestWritesReadThePrimary(t *testing.T) {
	t.Parallel()
	modes := map[string]gorm.Config{
		"default":       {},
		"skip":          {SkipDefaultTransaction: true},
		"skip_prepared": {SkipDefaultTransaction: true, PrepareStmt: true},
	}
	for _, database := range testdb.Names() {
		for mode, options := range modes {
			for _, routed := range []routing{global, byName, byModel} {
				t.Run(fmt.Sprintf("%s/%s/%s", database, mode, routed), func(t *testing.T) {
					t.Parallel()
					primary, replica := newShelf(t, database), newShelf(t, database)
					replica.fill(t)
					still := replica.rows(t)
					handles := map[string]*resolved{}
					plain := map[string]*gorm.DB{}
					for name, config := range configs {
						with, without := options, options
						handles[name] = resolve(t, routed, primary, replica, config, &with, name == "clock" || name == "strict")
						plain[name] = primary.handle(t, config, &without)
					}
					for _, v := range verbs {
						t.Run(v.name, func(t *testing.T) {
							run := func(db *gorm.DB, options, sent []clause.Expression) (string, string) {
								primary.fill(t)
								id := primary.goOn(t)
								got, err := v.run(call{db: db.WithContext(t.Context()), options: options, sent: sent, id: id})
								return fmt.Sprint(got, " ", err), primary.rows(t)
							}
							wantResult, wantRows := run(plain[v.config], nil, nil)
							re := handles[v.config]
							re.asked()
							result, rows := run(re.db, routed.options(), routed.sent())
							require.Empty(t, re.asked(), "asked of those that lag")
							require.Equal(t, wantResult, result)
							require.Equal(t, wantRows, rows)
							require.Equal(t, still, replica.rows(t))
						})
					}
				})
			}
		}
	}
}
