package observer_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/failing"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
	"github.com/gorm-softdelete/softdelete/tests/internal/watch"
)

// The events of a delete of the blog's first user, and of what gives it back or removes it.
var (
	userTrashed = []string{
		"soft delete: blog_comments 1,3,4, along", "soft delete: blog_post_tags [1 1],[1 2],[2 1],[2 2], along",
		"soft delete: blog_posts 1,2, along", "soft delete: blog_users 1",
	}
	userRestored = []string{
		"restore: blog_comments 1,3,4, along", "restore: blog_post_tags [1 1],[1 2],[2 1],[2 2], along",
		"restore: blog_posts 1,2, along", "restore: blog_users 1",
	}
	// Comment 2 was trashed before, and the login has no marker: both go with what they hang on.
	userPurged = []string{
		"purge: blog_comments 1,2,3,4, along", "purge: blog_logins 1, along", "purge: blog_post_tags [1 1],[1 2],[2 1],[2 2], along",
		"purge: blog_posts 1,2, along", "purge: blog_users 1",
	}
	userForced = []string{
		"force delete: blog_comments 1,2,3,4, along", "force delete: blog_logins 1, along",
		"force delete: blog_post_tags [1 1],[1 2],[2 1],[2 2], along", "force delete: blog_posts 1,2, along", "force delete: blog_users 1",
	}
)

// TestEventsOfEachOperation says which events there are, one for each table.
func TestEventsOfEachOperation(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{})
		trash := func(db *gorm.DB) error { return db.Delete(&testmodels.BlogUser{ID: 1}).Error }
		nothing := func(*gorm.DB) error { return nil }
		bin := softdelete.Of[testmodels.BlogUser](db)
		for _, test := range []struct {
			name         string
			prepare, run func(*gorm.DB) error
			want         []string
		}{
			{"delete of a value", nothing, trash, userTrashed},
			{"delete by key", nothing, func(db *gorm.DB) error { return db.Delete(&testmodels.BlogUser{}, 1).Error }, userTrashed},
			{"delete by conditions", nothing, func(db *gorm.DB) error { return db.Where("id = 1").Delete(&testmodels.BlogUser{}).Error }, userTrashed},
			{"delete of a slice", nothing, func(db *gorm.DB) error { return db.Delete(&[]testmodels.BlogUser{{ID: 1}, {ID: 9}}).Error }, userTrashed},
			{"delete of pointers", nothing, func(db *gorm.DB) error { return db.Delete(&[]*testmodels.BlogUser{{ID: 1}}).Error }, userTrashed},
			{"delete by conditions of its own", nothing, func(db *gorm.DB) error { return db.Delete(&testmodels.BlogUser{}, "id = 1").Error }, userTrashed},
			{"delete with Returning of one column", nothing, func(db *gorm.DB) error {
				return db.Clauses(clause.Returning{Columns: []clause.Column{{Name: "name"}}}).Where("id = 1").Delete(&[]testmodels.BlogUser{}).Error
			}, userTrashed},
			{"delete with a limit", nothing, func(db *gorm.DB) error {
				return db.Where("1 = 1").Order("id").Limit(1).Delete(&testmodels.BlogUser{}).Error
			}, userTrashed},
			{"generic delete", nothing, func(db *gorm.DB) error {
				return handles.Second(gorm.G[testmodels.BlogUser](db).Where("id = 1").Delete(db.Statement.Context))
			}, userTrashed},
			{"delete without GORM's transaction", nothing, func(db *gorm.DB) error {
				return trash(db.Session(&gorm.Session{SkipDefaultTransaction: true}))
			}, userTrashed},
			{"delete in a transaction", nothing, func(db *gorm.DB) error { return db.Transaction(trash) }, userTrashed},
			{"delete without hooks", nothing, func(db *gorm.DB) error { return trash(db.Session(&gorm.Session{SkipHooks: true})) }, userTrashed},
			{"delete of a row alone", nothing, func(db *gorm.DB) error { return db.Delete(&testmodels.BlogTag{ID: 1}).Error }, []string{"soft delete: blog_tags 1"}},
			{"restore", trash, func(db *gorm.DB) error { return softdelete.Restore(db, &testmodels.BlogUser{ID: 1}).Error }, userRestored},
			{"restore by conditions", trash, func(db *gorm.DB) error { return softdelete.Restore(db.Where("id = 1"), &testmodels.BlogUser{}).Error }, userRestored},
			{"restore of a bin", trash, func(db *gorm.DB) error { return handles.Second(bin.Restore(db.Statement.Context, 1)) }, userRestored},
			{"restore of a row alone", trash, func(db *gorm.DB) error {
				return softdelete.Restore(db.Scopes(softdelete.RootOnly), &testmodels.BlogUser{ID: 1}).Error
			}, []string{"restore: blog_users 1"}},
			{"restore with parents", trash, func(db *gorm.DB) error {
				return softdelete.Restore(db.Scopes(softdelete.WithParents), &testmodels.BlogComment{}, []uint{3, 4}).Error
			}, []string{"restore: blog_comments 3,4", "restore: blog_posts 2, along", "restore: blog_users 1, along"}},
			{"purge", trash, func(db *gorm.DB) error { return softdelete.Purge(db, &testmodels.BlogUser{ID: 1}).Error }, userPurged},
			{"purge by conditions", trash, func(db *gorm.DB) error { return softdelete.Purge(db.Where("id > 0"), &testmodels.BlogUser{}).Error }, userPurged},
			{"purge of a bin", trash, func(db *gorm.DB) error { return handles.Second(bin.Purge(db.Statement.Context, 1)) }, userPurged},
			{"force delete of a live row", nothing, func(db *gorm.DB) error { return softdelete.ForceDelete(db, &testmodels.BlogUser{ID: 1}).Error }, userForced},
			{"force delete of a trashed row", trash, func(db *gorm.DB) error { return softdelete.ForceDelete(db, &testmodels.BlogUser{}, 1).Error }, userForced},
			{"Unscoped delete", nothing, func(db *gorm.DB) error {
				return db.Unscoped().Delete(&testmodels.BlogComment{}, []uint{1, 2, 99}).Error
			}, []string{"force delete: blog_comments 1,2"}},
		} {
			w.React = nil
			refillBlog(t, db, w)
			require.NoError(t, test.prepare(db), test.name)
			w.Take()
			require.NoError(t, test.run(db.WithContext(t.Context())), test.name)
			require.Equal(t, test.want, w.Told(t), test.name)
		}
	})
}

// TestEventsOfUndo says that an undo tells of each table once, and which delete it undoes.
func TestEventsOfUndo(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{})
		var d softdelete.Deletion
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&testmodels.BlogUser{ID: 1}).Error)
		w.Take()
		require.NoError(t, handles.Second(softdelete.Undo(db.WithContext(softdelete.WithActor(t.Context(), "bob")), d.ID)))
		rows := map[string]int64{}
		for _, event := range w.Take() {
			require.Equal(t, softdelete.OpRestore, event.Operation)
			require.Equal(t, d.ID, event.DeletionID)
			require.Equal(t, "bob", event.Actor)
			require.NotContains(t, rows, event.Table)
			rows[event.Table] = event.Rows
			keys, err := event.Keys()
			require.NoError(t, err)
			require.Len(t, keys, int(event.Rows))
		}
		require.Equal(t, d.Rows, rows)
	})
}

// TestEventsOfSelected says that selected relations are told of as those of a cascade.
func TestEventsOfSelected(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{})
		require.NoError(t, db.Create(&testmodels.BlogInvoice{ID: 5, UserID: 1}).Error)
		require.NoError(t, db.Create(&[]testmodels.BlogFolder{{ID: 1, UserID: tables.Ptr[uint](1)}, {ID: 2, ParentID: tables.Ptr[uint](1)}, {ID: 3, ParentID: tables.Ptr[uint](2)}}).Error)
		require.NoError(t, db.Select("Invoices", "Folders").Delete(&testmodels.BlogUser{ID: 1}).Error)
		told := w.Take()
		rows := map[string]int64{}
		for _, event := range told {
			require.Equal(t, event.Table != "blog_users", event.Cascaded)
			rows[event.Table] += event.Rows
		}
		require.Equal(t, map[string]int64{
			"blog_users": 1, "blog_posts": 2, "blog_comments": 3, "blog_post_tags": 4, "blog_invoices": 1, "blog_folders": 3,
		}, rows)
		require.Len(t, told, 6, "one event for each table")
	})
}

// TestEventsOfATree says that the addressed rows and those of the cascade are events of their own, of one table.
func TestEventsOfATree(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{})
		id := func(n uint) *uint { return &n }
		require.NoError(t, db.Create(&[]testmodels.BlogFolder{{ID: 1}, {ID: 2, ParentID: id(1)}, {ID: 3, ParentID: id(2)}, {ID: 4, ParentID: id(3)}, {ID: 5}, {ID: 6, ParentID: id(6)}}).Error)
		require.NoError(t, db.Delete(&testmodels.BlogFolder{}, []uint{1, 5}).Error)
		require.Equal(t, []string{"soft delete: blog_folders 1,5", "soft delete: blog_folders 2,3,4, along"}, w.Told(t))
		require.NoError(t, softdelete.Restore(db, &testmodels.BlogFolder{ID: 1}).Error)
		require.Equal(t, []string{"restore: blog_folders 1", "restore: blog_folders 2,3,4, along"}, w.Told(t))
		require.NoError(t, db.Delete(&testmodels.BlogFolder{ID: 2}).Error)
		require.Equal(t, []string{"soft delete: blog_folders 2", "soft delete: blog_folders 3,4, along"}, w.Told(t))
		require.NoError(t, softdelete.Restore(db.Scopes(softdelete.WithParents), &testmodels.BlogFolder{ID: 4}).Error)
		require.Equal(t, []string{"restore: blog_folders 2,3, along", "restore: blog_folders 4"}, w.Told(t))
		require.NoError(t, softdelete.ForceDelete(db, &testmodels.BlogFolder{ID: 3}).Error)
		require.Equal(t, []string{"force delete: blog_folders 3", "force delete: blog_folders 4, along"}, w.Told(t))
		require.NoError(t, db.Delete(&testmodels.BlogFolder{ID: 1}).Error)
		w.Take()
		require.NoError(t, softdelete.Purge(db, &testmodels.BlogFolder{ID: 1}).Error)
		require.Equal(t, []string{"purge: blog_folders 1", "purge: blog_folders 2, along"}, w.Told(t))
		require.NoError(t, db.Delete(&testmodels.BlogFolder{ID: 6}).Error, "it hangs on itself")
		require.Equal(t, []string{"soft delete: blog_folders 6"}, w.Told(t))
	})
}

// TestEventsOfAssociations says that links that an association takes away are told of as what they are: deletes of join rows.
func TestEventsOfAssociations(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{})
		require.NoError(t, db.Model(&testmodels.BlogPost{ID: 1}).Association("Tags").Delete(&testmodels.BlogTag{ID: 2}))
		require.Equal(t, []string{"soft delete: blog_post_tags [1 2]"}, w.Told(t))
		require.NoError(t, db.Model(&testmodels.BlogPost{ID: 2}).Association("Tags").Clear())
		require.Equal(t, []string{"soft delete: blog_post_tags [2 1],[2 2]"}, w.Told(t))
		require.NoError(t, db.Model(&testmodels.BlogUser{ID: 2}).Association("Posts").Unscoped().Delete(&testmodels.BlogPost{ID: 3}))
		require.Equal(t, []string{
			"soft delete: blog_comments 5,6, along", "soft delete: blog_post_tags [3 1],[3 2], along", "soft delete: blog_posts 3",
		}, w.Told(t), "GORM deletes the associated rows themselves")
	})
}

// TestNoEvents says that what changes nothing in the trash, or nothing at all, is no event.
func TestNoEvents(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{})
		require.NoError(t, db.Create(&testmodels.BlogInvoice{ID: 1, UserID: 2}).Error)
		dry := db.Session(&gorm.Session{DryRun: true})
		for name, err := range map[string]error{
			"no such row":             db.Delete(&testmodels.BlogUser{}, 99).Error,
			"conditions of no row":    db.Where("name = ?", "nobody").Delete(&testmodels.BlogUser{}).Error,
			"trashed before":          db.Delete(&testmodels.BlogComment{ID: 2}).Error,
			"restore of a live row":   softdelete.Restore(db, &testmodels.BlogUser{ID: 1}).Error,
			"purge of a live row":     softdelete.Purge(db, &testmodels.BlogUser{ID: 1}).Error,
			"force delete of nothing": softdelete.ForceDelete(db, &testmodels.BlogUser{ID: 99}).Error,
			"Unscoped, no such row":   db.Unscoped().Delete(&testmodels.BlogUser{}, 99).Error,
			"trashed only":            db.Scopes(softdelete.OnlyTrashed).Where("1 = 1").Delete(&testmodels.BlogUser{}).Error,
			"dry delete":              dry.Delete(&testmodels.BlogUser{ID: 1}).Error,
			"dry restore":             softdelete.Restore(dry, &testmodels.BlogComment{ID: 2}).Error,
			"dry purge":               softdelete.Purge(dry, &testmodels.BlogComment{ID: 2}).Error,
			"dry force delete":        softdelete.ForceDelete(dry, &testmodels.BlogUser{ID: 1}).Error,
			"dry Unscoped":            dry.Unscoped().Delete(&testmodels.BlogUser{ID: 1}).Error,
			"preview":                 handles.Second(softdelete.Preview(db, softdelete.OpSoftDelete, &testmodels.BlogUser{ID: 1})),
			"create":                  db.Create(&testmodels.BlogTag{ID: 7}).Error,
			"update":                  db.Model(&testmodels.BlogTag{ID: 7}).Update("name", "x").Error,
			"save":                    db.Save(&testmodels.BlogTag{ID: 7, Name: "y"}).Error,
			"read":                    db.Scopes(softdelete.WithTrashed).Find(&[]testmodels.BlogUser{}).Error,
			"not soft-deletable":      db.Delete(&testmodels.BlogLogin{ID: 2}).Error,
			"raw SQL":                 db.Exec("UPDATE blog_tags SET name = 'z'").Error,
		} {
			require.NoError(t, err, name)
		}
		_ = db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Delete(&testmodels.BlogUser{ID: 1}) })
		require.ErrorIs(t, handles.Second(softdelete.Undo(db, uuid.New())), softdelete.ErrNotFound)
		require.ErrorIs(t, db.Delete(&testmodels.BlogUser{ID: 2}).Error, softdelete.ErrRestricted)
		require.ErrorIs(t, db.Delete(&testmodels.BlogUser{}).Error, gorm.ErrMissingWhereClause)
		require.Empty(t, w.Told(t))
	})
}

// TestEventsOfManyRows says that an event has all keys, also of so many rows that a cascade does not know them by key.
func TestEventsOfManyRows(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{})
		const many = 2500
		posts := make([]testmodels.BlogPost, many)
		comments := make([]testmodels.BlogComment, many)
		for i := range posts {
			posts[i] = testmodels.BlogPost{ID: uint(1000 + i), UserID: 1}
			comments[i] = testmodels.BlogComment{ID: uint(1000 + i), PostID: uint(1000 + i)}
		}
		require.NoError(t, db.CreateInBatches(&posts, 1000).Error)
		require.NoError(t, db.CreateInBatches(&comments, 1000).Error)
		var d softdelete.Deletion
		all := map[string]int{"blog_users": 1, "blog_posts": many + 2, "blog_comments": many + 3, "blog_post_tags": 4}
		requireAll := func(name string, also map[string]int) {
			t.Helper()
			seen := map[string]int{}
			for _, event := range w.Take() {
				require.NotContains(t, seen, event.Table, "%s: one event for each table", name)
				keys, err := event.Keys()
				require.NoError(t, err)
				distinct := map[string]bool{}
				for _, key := range keys {
					distinct[fmt.Sprint(key)] = true
				}
				require.Len(t, distinct, int(event.Rows), "%s: %s", name, event.Table)
				seen[event.Table] = len(distinct)
			}
			for table, n := range also {
				all[table] = n
			}
			require.Equal(t, all, seen, name)
		}
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&testmodels.BlogUser{ID: 1}).Error)
		requireAll("delete", nil)
		require.NoError(t, handles.Second(softdelete.Undo(db, d.ID)))
		requireAll("undo", nil)
		require.NoError(t, db.Delete(&testmodels.BlogUser{}, "id = 1").Error)
		requireAll("delete by conditions", nil)
		require.NoError(t, softdelete.Restore(db, &testmodels.BlogUser{ID: 1}).Error)
		requireAll("restore", nil)
		require.NoError(t, db.Delete(&testmodels.BlogUser{ID: 1}).Error)
		w.Take()
		require.NoError(t, softdelete.Purge(db, &testmodels.BlogUser{ID: 1}).Error)
		requireAll("purge", map[string]int{"blog_comments": many + 4, "blog_logins": 1})
	})
}

// TestEventsOfManyAddressedRows says the same of the addressed rows.
func TestEventsOfManyAddressedRows(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := &watch.Watcher{}
		db := handles.WithPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{w.Observe}}, &models.AStamped{})
		const many = 12000
		rows := make([]models.AStamped, many)
		for i := range rows {
			rows[i].ID = uint(i + 1)
		}
		require.NoError(t, db.CreateInBatches(&rows, 5000).Error)
		for _, step := range []func() error{
			func() error { return db.Where("1 = 1").Delete(&models.AStamped{}).Error },
			func() error { return softdelete.Restore(db.Where("1 = 1"), &models.AStamped{}).Error },
			func() error { return db.Where("id > 0").Delete(&models.AStamped{}).Error },
			func() error { return softdelete.Purge(db.Where("id > 0"), &models.AStamped{}).Error },
		} {
			require.NoError(t, step())
			events := w.Take()
			require.Len(t, events, 1)
			require.EqualValues(t, many, events[0].Rows)
			keys, err := events[0].Keys()
			require.NoError(t, err)
			distinct := map[any]bool{}
			for _, key := range keys {
				distinct[key] = true
			}
			require.Len(t, distinct, many)
			require.Contains(t, distinct, any(uint(many)))
		}
	})
}

// TestEventsOfHookedCascades says that rows whose hooks run, in batches, are one event for each table.
func TestEventsOfHookedCascades(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := &watch.Watcher{}
		db, _ := models.OpenShelf(t, open, softdelete.Config{Observers: []softdelete.Observer{w.Observe}})
		const many = 1100
		books, pages := make([]models.HookedBook, many), make([]models.HookedPage, many)
		for i := range books {
			books[i] = models.HookedBook{ID: uint(100 + i), ShelfID: 1}
			pages[i] = models.HookedPage{ID: uint(100 + i), BookID: uint(100 + i)}
		}
		require.NoError(t, db.CreateInBatches(&books, 550).Error)
		require.NoError(t, db.CreateInBatches(&pages, 550).Error)
		require.Empty(t, w.Take())
		counts := func() map[string]int64 {
			rows := map[string]int64{}
			for _, event := range w.Take() {
				require.NotContains(t, rows, event.Table)
				require.Equal(t, event.Table != "hooked_shelves", event.Cascaded)
				keys, err := event.Keys()
				require.NoError(t, err)
				require.Len(t, keys, int(event.Rows))
				rows[event.Table] = event.Rows
			}
			return rows
		}
		want := map[string]int64{"hooked_shelves": 1, "hooked_books": many + 2, "hooked_magazines": 1, "hooked_pages": many + 2}
		require.NoError(t, db.Delete(&models.HookedShelf{ID: 1}).Error)
		require.Equal(t, want, counts(), "delete")
		require.NoError(t, softdelete.Restore(db, &models.HookedShelf{ID: 1}).Error)
		require.Equal(t, want, counts(), "restore")
		require.NoError(t, db.Delete(&models.HookedShelf{}, 1).Error)
		require.Equal(t, want, counts(), "delete by key")
		require.NoError(t, softdelete.Purge(db, &models.HookedShelf{ID: 1}).Error)
		require.Equal(t, want, counts(), "purge")
	})
}

// TestObserversAreCalledInOrder says that each is told, with the operation's context, and none after one that failed.
func TestObserversAreCalledInOrder(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		type mark struct{}
		var called []string
		var fail error
		observer := func(name string) softdelete.Observer {
			return func(ctx context.Context, tx *gorm.DB, event softdelete.Event) error {
				require.Equal(t, "here", ctx.Value(mark{}))
				require.Equal(t, "here", tx.Statement.Context.Value(mark{}))
				require.Equal(t, "a_notes", event.Table)
				called = append(called, name)
				return fail
			}
		}
		db := handles.WithPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{observer("first"), observer("second")}}, &models.ANote{})
		require.NoError(t, db.Create(&[]models.ANote{{ID: 1}, {ID: 2}}).Error)
		db = db.WithContext(context.WithValue(t.Context(), mark{}, "here"))
		require.NoError(t, db.Delete(&models.ANote{ID: 1}).Error)
		require.Equal(t, []string{"first", "second"}, called)
		called, fail = nil, failing.ErrHook
		require.ErrorIs(t, db.Delete(&models.ANote{ID: 2}).Error, failing.ErrHook)
		require.Equal(t, []string{"first"}, called)
	})
}
