package trash_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"
	"pgregory.net/rapid"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// someDeletions trashes rows of the blog by several operations, and returns their reports, newest first.
func someDeletions(t *testing.T, db *gorm.DB) []softdelete.Deletion {
	t.Helper()
	var list []softdelete.Deletion
	require.NoError(t, softdelete.Restore(db, &testmodels.BlogComment{ID: 2}).Error)
	for i, value := range []any{&testmodels.BlogComment{ID: 1}, &[]testmodels.BlogTag{{ID: 1}, {ID: 2}}, &testmodels.BlogPost{ID: 2}, &testmodels.BlogUser{ID: 1}, &testmodels.BlogUser{ID: 2}} {
		ctx := t.Context()
		if i > 0 {
			ctx = softdelete.WithActor(ctx, []string{"ana", "bob"}[i%2])
		}
		if i%2 == 0 {
			ctx = softdelete.WithReason(ctx, fmt.Sprint("reason ", i))
		}
		var d softdelete.Deletion
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(value).Error)
		d.At = d.At.UTC()
		list = append(list, d)
	}
	slices.Reverse(list)
	return list
}

// TestDeletions says that each operation is listed once, as its own report told.
func TestDeletions(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		trash := models.OpenTrash(t, db)
		want := someDeletions(t, db)
		require.Equal(t, want, models.DeletionsAll(t, trash, softdelete.ListOptions{}, concurrent.NothingBetween))
		for limit := range 7 {
			require.Equal(t, want, models.DeletionsAll(t, trash, softdelete.ListOptions{Limit: limit + 1}, concurrent.NothingBetween), "pages of %d", limit+1)
		}

		// What is not in the trash any more is not counted.
		ofUser1, ofPost2 := want[1], want[2]
		require.NoError(t, softdelete.Restore(db.Scopes(softdelete.RootOnly), &testmodels.BlogComment{ID: 2}).Error)
		ofUser1.Rows["blog_comments"]--
		if ofUser1.Rows["blog_comments"] == 0 {
			delete(ofUser1.Rows, "blog_comments")
		}
		require.NoError(t, softdelete.Purge(db, &testmodels.BlogPostTag{PostID: 2, TagID: 1}).Error)
		ofPost2.Rows["blog_post_tags"]--
		require.Equal(t, want, models.DeletionsAll(t, trash, softdelete.ListOptions{}, concurrent.NothingBetween))

		// Of an operation of which the addressed row is gone, the others still tell who and why.
		require.NoError(t, softdelete.Restore(db.Scopes(softdelete.RootOnly), &testmodels.BlogPost{ID: 2}).Error)
		delete(ofPost2.Rows, "blog_posts")
		require.Equal(t, want, models.DeletionsAll(t, trash, softdelete.ListOptions{}, concurrent.NothingBetween))

		undone, err := trash.Undo(t.Context(), want[0].ID)
		require.NoError(t, err)
		require.Equal(t, want[0].Rows, undone.Rows)
		require.Equal(t, want[1:], models.DeletionsAll(t, trash, softdelete.ListOptions{}, concurrent.NothingBetween))
		require.ErrorIs(t, handles.Second(trash.Undo(t.Context(), want[0].ID)), softdelete.ErrNotFound)
		require.ErrorIs(t, handles.Second(trash.Undo(t.Context(), uuid.New())), gorm.ErrRecordNotFound)

		// A row that keeps no operation's id belongs to none.
		require.NoError(t, db.Create(&testmodels.BlogInvoice{ID: 1, UserID: 1}).Error)
		require.NoError(t, db.Delete(&testmodels.BlogInvoice{ID: 1}).Error)
		require.Equal(t, want[1:], models.DeletionsAll(t, trash, softdelete.ListOptions{}, concurrent.NothingBetween))
	})
}

// TestDeletionsFilters says which operations each option leaves; their rows are counted in all tables.
func TestDeletionsFilters(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		trash := models.OpenTrash(t, db)
		all := someDeletions(t, db) // user 2, user 1, post 2, two tags, comment 1
		for name, test := range map[string]struct {
			options softdelete.ListOptions
			want    []softdelete.Deletion
		}{
			"actor":            {softdelete.ListOptions{Actor: "bob"}, []softdelete.Deletion{all[1], all[3]}},
			"another":          {softdelete.ListOptions{Actor: "ana"}, []softdelete.Deletion{all[0], all[2]}},
			"nobody":           {softdelete.ListOptions{Actor: "eve"}, []softdelete.Deletion{}},
			"since":            {softdelete.ListOptions{Since: all[1].At}, all[:2]},
			"since, east":      {softdelete.ListOptions{Since: all[1].At.In(time.FixedZone("east", 19800))}, all[:2]},
			"since, exclusive": {softdelete.ListOptions{Since: all[1].At.Add(1)}, all[:1]},
			"until":            {softdelete.ListOptions{Until: all[1].At}, all[2:]},
			"until, inclusive": {softdelete.ListOptions{Until: all[1].At.Add(1)}, all[1:]},
			"between":          {softdelete.ListOptions{Since: all[3].At, Until: all[1].At}, all[2:4]},
			"users":            {softdelete.ListOptions{Models: []any{&testmodels.BlogUser{}}}, all[:2]},
			"tags, posts":      {softdelete.ListOptions{Models: []any{&testmodels.BlogTag{}, &testmodels.BlogPost{}}}, all[:4]},
			"posts of ana":     {softdelete.ListOptions{Models: []any{&testmodels.BlogPost{}}, Actor: "ana"}, []softdelete.Deletion{all[0], all[2]}},
		} {
			for _, limit := range []int{0, 1, 2} {
				test.options.Limit = limit
				require.Equal(t, test.want, models.DeletionsAll(t, trash, test.options, concurrent.NothingBetween), name)
			}
		}
		some := models.DeletionsAll(t, models.OpenTrash(t, db, &testmodels.BlogPost{}, &testmodels.BlogTag{}), softdelete.ListOptions{}, concurrent.NothingBetween)
		require.Len(t, some, 4)
		require.Equal(t, map[string]int64{"blog_posts": 2}, some[0].Rows, "of the models of the trash")
	})
}

// TestDeletionsOfEachColumn says that the id is read from a column of any of its types.
func TestDeletionsOfEachColumn(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := openTrashWorld(t, open)
		w.create(t, 1, 2)
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), 12), "spam")
		at := models.Past()
		ids := w.trash(t, w.db.WithContext(ctx), at, 1)
		found := map[string]softdelete.Deletion{}
		for _, d := range models.DeletionsAll(t, models.OpenTrash(t, w.db), softdelete.ListOptions{}, concurrent.NothingBetween) {
			for table := range d.Rows {
				found[table] = d
			}
		}
		want := map[string]softdelete.Deletion{}
		for name, kind := range w.kinds {
			if !kind.id {
				continue
			}
			d := softdelete.Deletion{ID: ids[name], At: kind.stored(w.db, at), Rows: map[string]int64{kind.table: 1}}
			if kind.by {
				d.By = "12"
			}
			if kind.reason {
				d.Reason = "spam"
			}
			want[kind.table] = d
		}
		require.Len(t, want, 4)
		require.Equal(t, want, found)
	})
}

// TestDeletionsDefaultLimit says how many operations are on a page if nothing is said.
func TestDeletionsDefaultLimit(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		for i := range uint(53) {
			require.NoError(t, db.Create(&models.ANote{ID: i + 1}).Error)
			require.NoError(t, db.Delete(&models.ANote{ID: i + 1}).Error)
		}
		trash := models.OpenTrash(t, db)
		page, err := trash.Deletions(t.Context(), softdelete.ListOptions{})
		require.NoError(t, err)
		require.Len(t, page.Items, 50)
		after, err := page.Items[49].After()
		require.NoError(t, err)
		require.Equal(t, page.Next, after)
		page, err = trash.Deletions(t.Context(), softdelete.ListOptions{After: page.Next})
		require.NoError(t, err)
		require.Len(t, page.Items, 3)
		require.Empty(t, page.Next)
	})
}

// An operation's rows keep its time at several precisions, or not at all.
type (
	pagedFine struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Tracked
	}
	pagedCoarse struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		DeletedAt soft_delete.DeletedAt
		Op        uuid.UUID `softdelete:"deletionID" gorm:"size:36"`
	}
	pagedFlag struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Flagged
		Op string `softdelete:"deletionID"`
	}
)

var (
	pagedOperations = []any{&pagedFine{}, &pagedCoarse{}, &pagedFlag{}}
	pagedTables     = []string{"paged_fines", "paged_coarses", "paged_flags"}
)

// drawOperation puts rows of an operation into the trash, and returns what a listing has to say of it.
func drawOperation(t *rapid.T, db *gorm.DB, last *uint) softdelete.Deletion {
	var id uuid.UUID
	copy(id[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
	*last++
	id[0], id[1] = byte(*last>>8)^id[0], byte(*last) // unlike any other
	start := time.Date(2024, 2, 29, 23, 59, 58, 0, time.UTC)
	least := max(database.FlavourOf(db).Step, time.Microsecond)
	steps := []time.Duration{0, least, 5 * time.Millisecond, 999 * time.Millisecond, time.Second, time.Second + least, time.Hour}
	at := start.Add(rapid.SampledFrom(steps).Draw(t, "after"))
	d := softdelete.Deletion{ID: id, Rows: map[string]int64{}}
	parts := rapid.IntRange(1, 7).Draw(t, "tables")
	if parts&1 != 0 {
		row := pagedFine{ID: *last, Tracked: softdelete.Tracked{DeletedAt: gorm.DeletedAt{Time: at, Valid: true}}}
		row.DeletionID.UUID, row.DeletionID.Valid = id, true
		require.NoError(t, db.Create(&row).Error)
		d.Rows["paged_fines"], d.At = 1, at
	}
	if parts&2 != 0 {
		for i := range uint(2) {
			row := pagedCoarse{ID: *last*2 + i, DeletedAt: soft_delete.DeletedAt(at.Unix()), Op: id} //nolint:gosec // a time after 1970
			require.NoError(t, db.Create(&row).Error)
		}
		d.Rows["paged_coarses"] = 2
		if d.At.IsZero() {
			d.At = at.Truncate(time.Second)
		}
	}
	if parts&4 != 0 {
		require.NoError(t, db.Create(&pagedFlag{ID: *last, Flagged: softdelete.Flagged{IsDeleted: true}, Op: id.String()}).Error)
		d.Rows["paged_flags"] = 1
	}
	return d
}

// TestPagesOfDeletionsWhileTheyComeAndGo says that no operation is listed twice, and none left out that was there all along.
func TestPagesOfDeletionsWhileTheyComeAndGo(t *testing.T) {
	t.Parallel()
	eachPagedOperations(t, func(t *rapid.T, db *gorm.DB, trash *softdelete.Trash) {
		pageDeletions(t, db, trash, "")
	})
}

// TestPagesOfDeletionsOfOneModel says the same of the operations of a model that keeps less of the time than others do.
func TestPagesOfDeletionsOfOneModel(t *testing.T) {
	t.Parallel()
	eachPagedOperations(t, func(t *rapid.T, db *gorm.DB, trash *softdelete.Trash) {
		pageDeletions(t, db, trash, rapid.SampledFrom(pagedTables).Draw(t, "model"))
	})
}

func eachPagedOperations(t *testing.T, property func(t *rapid.T, db *gorm.DB, trash *softdelete.Trash)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, pagedOperations...)
		trash := models.OpenTrash(t, db, pagedOperations...)
		rapid.Check(t, func(t *rapid.T) {
			for _, table := range pagedTables {
				require.NoError(t, db.Exec("DELETE FROM "+table).Error)
			}
			property(t, db, trash)
		})
	})
}

// pageDeletions lists page by page while operations are made and undone: all of them, or those that have rows in one table.
func pageDeletions(t *rapid.T, db *gorm.DB, trash *softdelete.Trash, table string) {
	var last uint
	present := map[uuid.UUID]softdelete.Deletion{}
	for range rapid.IntRange(0, 14).Draw(t, "operations") {
		d := drawOperation(t, db, &last)
		present[d.ID] = d
	}
	always, known := maps.Clone(present), maps.Clone(present)
	options := softdelete.ListOptions{Limit: rapid.IntRange(1, 4).Draw(t, "limit")}
	if table != "" {
		options.Models = []any{pagedOperations[slices.Index(pagedTables, table)]}
		maps.DeleteFunc(always, func(_ uuid.UUID, d softdelete.Deletion) bool { return d.Rows[table] == 0 })
	}
	changes := rapid.IntRange(0, 2).Draw(t, "changes between pages")
	list := models.DeletionsAll(t, trash, options, func() {
		for range changes {
			switch {
			case rapid.Bool().Draw(t, "add") && len(known) < 40:
				d := drawOperation(t, db, &last)
				present[d.ID], known[d.ID] = d, d
			case len(present) > 0:
				ids := slices.SortedFunc(maps.Keys(present), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
				id := rapid.SampledFrom(ids).Draw(t, "undo")
				require.NoError(t, handles.Second(trash.Undo(context.Background(), id)))
				delete(present, id)
				delete(always, id)
			}
		}
	})
	seen := map[uuid.UUID]bool{}
	for i, d := range list {
		require.False(t, seen[d.ID], "%v is listed twice", d)
		seen[d.ID] = true
		require.Equal(t, known[d.ID], d)
		require.True(t, table == "" || d.Rows[table] > 0, "%v has no such rows", d)
		require.False(t, i > 0 && d.At.After(list[i-1].At), "newest first: %v after %v", d, list[max(i-1, 0)])
	}
	for id, d := range always {
		require.True(t, seen[id], "%v was there all along", d)
	}
}
