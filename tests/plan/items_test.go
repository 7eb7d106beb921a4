package plan_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

func item(table string, key ...any) softdelete.Item { return softdelete.Item{Table: table, Key: key} }

// orders are all orders of some items.
func orders(items []softdelete.Item) [][]softdelete.Item {
	if len(items) < 2 {
		return [][]softdelete.Item{items}
	}
	var list [][]softdelete.Item
	for i := range items {
		for _, rest := range orders(slices.Concat(items[:i], items[i+1:])) {
			list = append(list, append([]softdelete.Item{items[i]}, rest...))
		}
	}
	return list
}

// trashOneByOne puts a comment into the trash, then the post that it hangs on, then that one's user: three operations.
func trashOneByOne(t *testing.T, db *gorm.DB) {
	t.Helper()
	testmodels.FillBlog(t, db)
	require.NoError(t, db.Unscoped().Delete(&testmodels.BlogComment{ID: 2}).Error)
	require.NoError(t, db.Delete(&testmodels.BlogComment{ID: 1}).Error)
	require.NoError(t, db.Delete(&testmodels.BlogPost{ID: 1}).Error)
	require.NoError(t, db.Delete(&testmodels.BlogUser{ID: 1}).Error)
}

func TestItemsAreOneOperationInAnyOrder(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		trashOneByOne(t, db)
		items := []softdelete.Item{item("blog_comments", 1), item("blog_posts", "1"), item("blog_users", uint(1))}
		back := map[string]int64{"blog_users": 1, "blog_posts": 2, "blog_comments": 3, "blog_post_tags": 4}
		for i, list := range orders(items) {
			trash, trashed := trashOf(db), models.BlogDump(t, db)
			plan, err := trash.Preview(t.Context(), softdelete.OpRestore, append(list, list[0])...)
			require.NoError(t, err)
			models.RequirePlan(t, softdelete.Plan{Operation: softdelete.OpRestore, Rows: back}, plan)
			require.Equal(t, trashed, models.BlogDump(t, db), "a preview changes nothing")
			rows, err := trash.Restore(t.Context(), list...)
			require.NoError(t, err)
			require.Equal(t, back, rows)
			require.Len(t, tables.LiveIDs(t, db, "blog_comments"), 7, "%d", i)
			trashOneByOne(t, db)
		}
		gone := map[string]int64{"blog_users": 1, "blog_posts": 2, "blog_comments": 3, "blog_post_tags": 4, "blog_logins": 1}
		for _, list := range orders(items) {
			trash := trashOf(db)
			plan, err := trash.Preview(t.Context(), softdelete.OpPurge, list...)
			require.NoError(t, err)
			models.RequirePlan(t, softdelete.Plan{Operation: softdelete.OpPurge, Rows: gone}, plan)
			rows, err := trash.Purge(t.Context(), list...)
			require.NoError(t, err)
			require.Equal(t, gone, rows)
			require.Equal(t, []int{2}, tables.IDsOf(t, db, "blog_users"))
			require.Equal(t, []int{3, 4}, tables.IDsOf(t, db, "blog_posts"))
			trashOneByOne(t, db)
		}
	})
}

func TestItemsAllOrNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		trashOneByOne(t, db)
		before := models.BlogDump(t, db)
		trash := trashOf(db)
		for name, c := range map[string]struct {
			want  error
			items []softdelete.Item
		}{
			"none":                {gorm.ErrMissingWhereClause, nil},
			"a live row":          {softdelete.ErrNotFound, []softdelete.Item{item("blog_users", 1), item("blog_users", 2)}},
			"a row that is gone":  {softdelete.ErrNotFound, []softdelete.Item{item("blog_posts", 77), item("blog_users", 1)}},
			"an unknown table":    {gorm.ErrInvalidValue, []softdelete.Item{item("blog_users", 1), item("nowhere", 1)}},
			"a table of no trash": {gorm.ErrInvalidValue, []softdelete.Item{item("blog_logins", 1)}},
			"too many values":     {gorm.ErrInvalidValue, []softdelete.Item{item("blog_users", 1, 2)}},
			"too few values":      {gorm.ErrInvalidValue, []softdelete.Item{item("blog_post_tags", 1)}},
			"no value":            {gorm.ErrInvalidValue, []softdelete.Item{{Table: "blog_users"}}},
			"another kind":        {gorm.ErrInvalidValue, []softdelete.Item{item("blog_users", "one")}},
			"beyond the column":   {softdelete.ErrNotFound, []softdelete.Item{item("blog_users", uint64(1)<<63), item("blog_users", 1)}},
		} {
			_, err := trash.Restore(t.Context(), c.items...)
			require.ErrorIs(t, err, c.want, name)
			_, err = trash.Purge(t.Context(), c.items...)
			require.ErrorIs(t, err, c.want, name)
			for _, op := range []softdelete.Operation{softdelete.OpRestore, softdelete.OpPurge} {
				_, err = trash.Preview(t.Context(), op, c.items...)
				require.ErrorIs(t, err, c.want, name)
			}
		}
		for _, op := range []softdelete.Operation{softdelete.OpNone, softdelete.OpSoftDelete, softdelete.OpForceDelete, 99} {
			_, err := trash.Preview(t.Context(), op, item("blog_users", 1))
			require.ErrorIs(t, err, gorm.ErrInvalidValue)
		}
		_, err := trash.Restore(nil, item("blog_users", 1)) //nolint:staticcheck // a nil context is what it is about
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		_, err = (*softdelete.Trash)(nil).Restore(t.Context(), item("blog_users", 1))
		require.ErrorIs(t, err, gorm.ErrInvalidDB)
		ended, end := context.WithCancel(t.Context())
		end()
		_, err = trash.Restore(ended, item("blog_users", 1))
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, before, models.BlogDump(t, db))
	})
}

// What forbids the verbs forbids items, and stands in their plan.
func TestItemsForbidden(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		require.NoError(t, db.Delete(&testmodels.BlogPost{ID: 1}).Error)
		require.NoError(t, db.Delete(&testmodels.BlogUser{ID: 1}).Error)
		trashed := models.BlogDump(t, db)
		trash := trashOf(db)
		comment := item("blog_comments", 1)
		plan, err := trash.Preview(t.Context(), softdelete.OpRestore, comment)
		require.NoError(t, err)
		require.Equal(t, []string{"BlogPost"}, plan.TrashedParents)
		require.True(t, plan.Forbidden())
		_, err = trash.Restore(t.Context(), comment)
		require.ErrorIs(t, err, softdelete.ErrParentTrashed)
		require.Equal(t, trashed, models.BlogDump(t, db))

		along := trashOf(db.Scopes(softdelete.WithParents))
		plan, err = along.Preview(t.Context(), softdelete.OpRestore, comment)
		require.NoError(t, err)
		models.RequirePlan(t, softdelete.Plan{Operation: softdelete.OpRestore, Rows: map[string]int64{"blog_users": 1, "blog_posts": 1, "blog_comments": 1}}, plan)
		_, err = along.Purge(t.Context(), comment)
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		_, err = along.Undo(t.Context(), operationOn(db))
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		_, err = trashOf(db.Scopes(softdelete.WithParents, softdelete.RootOnly)).Restore(t.Context(), comment)
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		require.Equal(t, trashed, models.BlogDump(t, db))

		rows, err := trashOf(db.Scopes(softdelete.RootOnly)).Restore(t.Context(), item("blog_users", 1))
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"blog_users": 1}, rows)
		rows, err = along.Restore(t.Context(), comment)
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"blog_posts": 1, "blog_comments": 1}, rows)

		require.NoError(t, db.Delete(&testmodels.BlogUser{ID: 1}).Error)
		require.NoError(t, softdelete.Restore(db.Scopes(softdelete.RootOnly), &testmodels.BlogPost{ID: 1}).Error)
		trashed = models.BlogDump(t, db)
		plan, err = trash.Preview(t.Context(), softdelete.OpPurge, item("blog_users", 1))
		require.NoError(t, err)
		require.Equal(t, []softdelete.RestrictError{{Model: "BlogUser", Relation: "Posts", Count: 1}}, plan.Restricted)
		_, err = trash.Purge(t.Context(), item("blog_users", 1))
		require.ErrorIs(t, err, softdelete.ErrRestricted)
		require.Equal(t, trashed, models.BlogDump(t, db))
	})
}

// The caller's scopes narrow which items there are, by an OR and by a limit too.
func TestItemsInAPartOfTheTrash(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		require.NoError(t, db.WithContext(softdelete.WithActor(t.Context(), "ana")).Delete(&testmodels.BlogPost{ID: 1}).Error)
		require.NoError(t, db.WithContext(softdelete.WithActor(t.Context(), "bob")).Delete(&testmodels.BlogPost{ID: 2}).Error)
		before := models.BlogDump(t, db)
		for name, scope := range map[string]func(*gorm.DB) *gorm.DB{
			"by":        softdelete.TrashedBy("ana"),
			"condition": func(db *gorm.DB) *gorm.DB { return db.Where("deleted_by = ?", "ana") },
			"or":        func(db *gorm.DB) *gorm.DB { return db.Where("deleted_by = ?", "ana").Or("deleted_by = ?", "cyd") },
			"limit":     func(db *gorm.DB) *gorm.DB { return db.Where("deleted_by = ?", "ana").Limit(1) },
			"shown":     func(db *gorm.DB) *gorm.DB { return softdelete.WithTrashed(db.Where("deleted_by = ?", "ana")) },
			"unscoped":  func(db *gorm.DB) *gorm.DB { return db.Unscoped().Where("deleted_by = ?", "ana") },
		} {
			trash := trashOf(db.Scopes(scope))
			for _, items := range [][]softdelete.Item{{item("blog_posts", 2)}, {item("blog_posts", 1), item("blog_posts", 2)}, {item("blog_posts", 4)}} {
				_, err := trash.Restore(t.Context(), items...)
				require.ErrorIs(t, err, softdelete.ErrNotFound, name)
				_, err = trash.Purge(t.Context(), items...)
				require.ErrorIs(t, err, softdelete.ErrNotFound, name)
			}
			require.Equal(t, before, models.BlogDump(t, db))
			plan, err := trash.Preview(t.Context(), softdelete.OpRestore, item("blog_posts", 1))
			require.NoError(t, err, name)
			require.EqualValues(t, 1, plan.Rows["blog_posts"], name)
		}
		bob := trashOf(db.Scopes(softdelete.TrashedBy("bob")))
		var post testmodels.BlogPost
		require.NoError(t, db.Unscoped().Take(&post, 1).Error)
		_, err := bob.Undo(t.Context(), post.DeletionID.UUID)
		require.ErrorIs(t, err, softdelete.ErrNotFound)
		_, err = bob.PreviewUndo(t.Context(), post.DeletionID.UUID)
		require.ErrorIs(t, err, softdelete.ErrNotFound)
		require.Equal(t, before, models.BlogDump(t, db))
		failing := trashOf(db.Scopes(func(db *gorm.DB) *gorm.DB { _ = db.AddError(fmt.Errorf("no tenant")); return db }))
		_, err = failing.Restore(t.Context(), item("blog_posts", 1))
		require.ErrorContains(t, err, "no tenant")
		_, err = failing.Undo(t.Context(), post.DeletionID.UUID)
		require.ErrorContains(t, err, "no tenant")
		require.Equal(t, before, models.BlogDump(t, db))
	})
}

// Observers hear of the items as of what was addressed, and of the rest as of what went along.
func TestItemsAreObserved(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		var mu sync.Mutex
		var heard []string
		observer := func(_ context.Context, _ *gorm.DB, e softdelete.Event) error {
			keys, err := e.Keys()
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, fmt.Sprint(e.Operation, " ", e.Table, " ", e.Rows, " ", e.Cascaded, " ", len(keys), " ", e.Actor))
			return err
		}
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: testmodels.BlogModels, Observers: []softdelete.Observer{observer}})))
		require.NoError(t, db.AutoMigrate(append([]any{&testmodels.BlogLogin{}}, testmodels.BlogModels...)...))
		trashOneByOne(t, db)
		heard = nil
		ctx := softdelete.WithActor(t.Context(), "ana")
		_, err := trashOf(db).Restore(ctx, item("blog_posts", 1), item("blog_users", 1), item("blog_comments", 1))
		require.NoError(t, err)
		require.ElementsMatch(t, []string{
			"restore blog_users 1 false 1 ana", "restore blog_posts 1 false 1 ana", "restore blog_comments 1 false 1 ana",
			"restore blog_posts 1 true 1 ana", "restore blog_comments 2 true 2 ana", "restore blog_post_tags 4 true 4 ana",
		}, heard)
		trashOneByOne(t, db)
		heard = nil
		_, err = trashOf(db).Purge(ctx, item("blog_posts", 1), item("blog_users", 1))
		require.NoError(t, err)
		require.ElementsMatch(t, []string{
			"purge blog_users 1 false 1 ana", "purge blog_posts 1 false 1 ana",
			"purge blog_posts 1 true 1 ana", "purge blog_comments 3 true 3 ana", "purge blog_post_tags 4 true 4 ana", "purge blog_logins 1 true 1 ana",
		}, heard)
	})
}

// A tree is removed whichever of its rows are items.
func TestItemsOfATree(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		id := func(n uint) *uint { return &n }
		make := func() {
			require.NoError(t, db.Exec("DELETE FROM blog_folders").Error)
			for i := uint(1); i <= 5; i++ {
				folder := testmodels.BlogFolder{ID: i}
				if i > 1 {
					folder.ParentID = id(i - 1)
				}
				require.NoError(t, db.Create(&folder).Error)
			}
			for i := uint(5); i > 0; i-- {
				require.NoError(t, db.Delete(&testmodels.BlogFolder{ID: i}).Error)
			}
		}
		for _, chosen := range [][]uint{{1, 2, 3, 4, 5}, {5, 3, 1}, {3, 1, 5}, {1}, {4, 1}} {
			make()
			var items []softdelete.Item
			for _, n := range chosen {
				items = append(items, item("blog_folders", n))
			}
			plan, err := trashOf(db).Preview(t.Context(), softdelete.OpPurge, items...)
			require.NoError(t, err)
			require.Equal(t, map[string]int64{"blog_folders": 5}, plan.Rows)
			rows, err := trashOf(db.Scopes(softdelete.Expect(plan))).Purge(t.Context(), items...)
			require.NoError(t, err, chosen)
			require.Equal(t, map[string]int64{"blog_folders": 5}, rows)
			require.Empty(t, tables.IDsOf(t, db, "blog_folders"))
		}
		make()
		rows, err := trashOf(db).Restore(t.Context(), item("blog_folders", 5), item("blog_folders", 2), item("blog_folders", 1))
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"blog_folders": 3}, rows)
	})
}

// More items than fit into a statement.
func TestManyItems(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		var tags []testmodels.BlogTag
		var items []softdelete.Item
		for i := range uint(25_000) {
			tags = append(tags, testmodels.BlogTag{ID: 100 + i})
			items = append(items, item("blog_tags", 100+i))
		}
		require.NoError(t, db.CreateInBatches(&tags, 2000).Error)
		require.NoError(t, db.Where("id >= 100").Delete(&testmodels.BlogTag{}).Error)
		plan, err := trashOf(db).Preview(t.Context(), softdelete.OpPurge, items...)
		require.NoError(t, err)
		slices.Reverse(items)
		rows, err := trashOf(db.Scopes(softdelete.ExpectFingerprint(plan.Fingerprint()))).Restore(t.Context(), items...)
		require.ErrorIs(t, err, softdelete.ErrPlanChanged)
		require.Nil(t, rows)
		rows, err = trashOf(db.Scopes(softdelete.ExpectFingerprint(plan.Fingerprint()))).Purge(t.Context(), items...)
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"blog_tags": 25_000}, rows)
	})
}

// An Agency's bills hold it by a foreign key, and do not go along with it.
type Agency struct {
	ID    uint   `gorm:"primaryKey;autoIncrement:false"`
	Bills []Bill `softdelete:"restrict"`
	softdelete.Tracked
}

type Bill struct {
	ID       uint `gorm:"primaryKey;autoIncrement:false"`
	AgencyID uint
	Lines    []Charge // of which no tag says anything
	softdelete.Tracked
}

type Charge struct {
	ID     uint `gorm:"primaryKey;autoIncrement:false"`
	BillID uint
	softdelete.Tracked
}

// What a foreign key holds goes before what it hangs on, by whatever relation: as items, and where the trash is emptied.
func TestItemsHeldByForeignKeys(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: []any{&Agency{}, &Bill{}, &Charge{}}}, &Agency{}, &Bill{}, &Charge{})
		fill := func() {
			require.NoError(t, db.Create(&Agency{ID: 1, Bills: []Bill{{ID: 1, Lines: []Charge{{ID: 1}}}}}).Error)
			require.NoError(t, db.Delete(&Charge{ID: 1}).Error)
			require.NoError(t, db.Delete(&Bill{ID: 1}).Error)
			require.NoError(t, db.Delete(&Agency{ID: 1}).Error)
		}
		for _, list := range orders([]softdelete.Item{item("agencies", 1), item("bills", 1), item("charges", 1)}) {
			fill()
			rows, err := trashOf(db).Purge(t.Context(), list...)
			require.NoError(t, err)
			require.Equal(t, map[string]int64{"agencies": 1, "bills": 1, "charges": 1}, rows)
		}
		fill()
		report, err := trashOf(db).Empty(t.Context(), softdelete.EmptyOptions{All: true})
		require.NoError(t, err)
		require.Empty(t, report.Failed)
		require.Equal(t, map[string]int64{"agencies": 1, "bills": 1, "charges": 1}, report.Rows)
	})
}

// A dry run of items sends nothing, and changes nothing.
func TestItemsOnADryRun(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		trashOneByOne(t, db)
		before := models.BlogDump(t, db)
		sent := record.Record(t, db)
		trash := trashOf(db.Session(&gorm.Session{DryRun: true}))
		sent.Take()
		for _, run := range []func(context.Context, ...softdelete.Item) (map[string]int64, error){trash.Restore, trash.Purge} {
			rows, err := run(t.Context(), item("blog_users", 1), item("blog_posts", 1))
			require.NoError(t, err)
			require.Empty(t, rows)
		}
		require.Empty(t, sent.Take())
		require.Equal(t, before, models.BlogDump(t, db))
	})
}
