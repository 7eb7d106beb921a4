package trash_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestTrashRestoreAll says that each row of each kind of marker comes back as it was.
func TestTrashRestoreAll(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		w := openTrashWorld(t, open)
		trash := models.OpenTrash(t, w.db)
		n, err := trash.RestoreAll(t.Context())
		require.NoError(t, err)
		require.Zero(t, n, "nothing is in the trash")
		w.create(t, 1, 2, 3)
		before := w.dump(t)
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), 12), "spam")
		w.trash(t, w.db.WithContext(ctx), models.Past(), 1)
		w.trash(t, w.db.WithContext(ctx), models.Past(), 3)
		require.NotEqual(t, before, w.dump(t))

		n, err = trash.RestoreAll(t.Context(), &models.ANano{}, &models.APair{}, &models.APair{})
		require.NoError(t, err)
		require.EqualValues(t, 4, n)
		now := w.dump(t)
		for _, kind := range w.kinds {
			if kind.name() == "ANano" || kind.name() == "APair" {
				require.Equal(t, before[kind.table], now[kind.table])
			} else {
				require.NotEqual(t, before[kind.table], now[kind.table], "%s was not named", kind.table)
			}
		}
		n, err = trash.RestoreAll(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 2*(len(w.kinds)-2), n)
		require.Equal(t, before, w.dump(t))
	})
}

// dump is what the tables hold.
func (w *trashWorld) dump(t *testing.T) map[string][][]any {
	t.Helper()
	all := map[string][][]any{}
	for _, kind := range w.kinds {
		_, all[kind.table] = tables.Dump(t, w.db, kind.table, "1, 2")
	}
	return all
}

// TestTrashRestoreAllOfCascades says that parents and what was trashed along come back together, and what counts.
func TestTrashRestoreAllOfCascades(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		require.NoError(t, db.Create(&[]testmodels.BlogFolder{{ID: 1}, {ID: 2, ParentID: tables.Ptr[uint](1)}, {ID: 3, ParentID: tables.Ptr[uint](2)}}).Error)
		trash := models.OpenTrash(t, db)
		rest := models.BlogDump(t, db)
		require.NoError(t, db.Delete(&testmodels.BlogPost{ID: 1}).Error)
		require.NoError(t, db.Delete(&testmodels.BlogUser{ID: 1}).Error)
		require.NoError(t, db.Delete(&testmodels.BlogFolder{ID: 1}).Error)
		trashed := models.BlogDump(t, db)
		for name, run := range map[string]func() error{
			"comments": func() error { return handles.Second(trash.RestoreAll(t.Context(), &testmodels.BlogComment{})) },
			"posts": func() error {
				return handles.Second(trash.RestoreAll(t.Context(), &testmodels.BlogPost{}, &testmodels.BlogComment{}))
			},
			"bin": func() error { return handles.Second(softdelete.Of[testmodels.BlogComment](db).RestoreAll(t.Context())) },
		} {
			require.ErrorIs(t, run(), softdelete.ErrParentTrashed, name)
			require.Equal(t, trashed, models.BlogDump(t, db), name)
		}
		n, err := trash.RestoreAll(t.Context(), &testmodels.BlogUser{})
		require.NoError(t, err)
		require.EqualValues(t, 1+1+2+2, n, "the user, its other post, and what was trashed along with that")
		require.Equal(t, []int{2, 3, 4}, tables.LiveIDs(t, db, "blog_posts"))
		n, err = trash.RestoreAll(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1+1+1+2+3, n, "the post, its comment, the one from before, two links, the folders")
		require.NoError(t, db.Delete(&testmodels.BlogComment{ID: 2}).Error)
		require.Equal(t, tables.Without(rest["blog_comments"].([]map[string]any), models.TrackedColumns...), tables.Without(tables.Stored(t, db, "blog_comments", "id"), models.TrackedColumns...))
		for _, table := range []string{"blog_users", "blog_posts", "blog_post_tags", "blog_folders", "blog_tags"} {
			require.Equal(t, rest[table], models.BlogDump(t, db)[table], table)
		}
	})
}

// These hang on each other, and keep no time by which they could be told apart.
type (
	flaggedParent struct {
		ID       uint           `gorm:"primaryKey;autoIncrement:false"`
		Children []flaggedChild `gorm:"foreignKey:ParentID" softdelete:"cascade"`
		softdelete.Flagged
	}
	flaggedChild struct {
		ID       uint `gorm:"primaryKey;autoIncrement:false"`
		ParentID uint
		softdelete.Flagged
	}
)

// TestTrashRestoreAllOfFlags says that what cannot be told apart need not be, if all of it comes back.
func TestTrashRestoreAllOfFlags(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &flaggedParent{}, &flaggedChild{})
		require.NoError(t, db.Create(&[]flaggedParent{{ID: 1, Children: []flaggedChild{{ID: 1}, {ID: 2}}}, {ID: 2, Children: []flaggedChild{{ID: 3}}}}).Error)
		require.NoError(t, db.Delete(&flaggedChild{ID: 1}).Error)
		require.NoError(t, db.Delete(&flaggedParent{ID: 1}).Error)
		trashed := tables.Stored(t, db, "flagged_children", "id")
		trash := models.OpenTrash(t, db)
		require.ErrorIs(t, handles.Second(trash.RestoreAll(t.Context(), &flaggedParent{})), softdelete.ErrAmbiguous)
		require.ErrorIs(t, handles.Second(softdelete.Of[flaggedParent](db).RestoreAll(t.Context())), softdelete.ErrAmbiguous)
		require.Equal(t, trashed, tables.Stored(t, db, "flagged_children", "id"))
		n, err := trash.RestoreAll(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 3, n)
		require.Len(t, tables.Column[int](t, db, "SELECT id FROM flagged_children WHERE NOT is_deleted"), 3)
	})
}

type (
	restoreSlug struct {
		ID   uint `gorm:"primaryKey;autoIncrement:false"`
		Slug string
		softdelete.Tracked
	}
	restoreAfter struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Tracked
	}
)

// TestTrashRestoreAllConflict says that after an error of one table nothing has changed in any.
func TestTrashRestoreAllConflict(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &restoreSlug{}, &restoreAfter{}, &models.ANote{})
		database.LiveUnique(t, db, "one_slug", "restore_slugs", "slug")
		require.NoError(t, db.Create(&restoreSlug{ID: 1, Slug: "a"}).Error)
		require.NoError(t, db.Delete(&restoreSlug{ID: 1}).Error)
		require.NoError(t, db.Create(&restoreSlug{ID: 2, Slug: "a"}).Error)
		require.NoError(t, db.Create(&restoreAfter{ID: 1}).Error)
		require.NoError(t, db.Delete(&restoreAfter{ID: 1}).Error)
		models.TheNotes(t, db)
		dump := func() []any {
			return []any{tables.Stored(t, db, "restore_slugs", "id"), tables.Stored(t, db, "restore_afters", "id"), tables.Stored(t, db, "a_notes", "id")}
		}
		before := dump()
		for name, tx := range map[string]*gorm.DB{"default": db, "none": db.Session(&gorm.Session{SkipDefaultTransaction: true})} {
			n, err := models.OpenTrash(t, tx).RestoreAll(t.Context())
			require.ErrorIs(t, err, softdelete.ErrConflict, name)
			require.Zero(t, n, name)
			require.Equal(t, before, dump(), name)
		}
		require.NoError(t, db.Transaction(func(tx *gorm.DB) error {
			require.ErrorIs(t, handles.Second(models.OpenTrash(t, tx).RestoreAll(t.Context())), softdelete.ErrConflict)
			require.Equal(t, []string{"x", "y"}, models.TrashedNotes(t, tx), "the caller's transaction goes on")
			return tx.Create(&restoreAfter{ID: 5}).Error
		}))
		require.Equal(t, []int{5}, tables.LiveIDs(t, db, "restore_afters"))
		require.ErrorIs(t, handles.Second(models.OpenTrash(t, db).RestoreAll(ended(t))), ended(t).Err())
		require.Equal(t, []string{"x", "y"}, models.TrashedNotes(t, db))
	})
}

// TestBinRestoreAll says that it is the rows of the bin that come back, and that it needs no condition.
func TestBinRestoreAll(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		for _, config := range []softdelete.Config{{}, {Strict: true}} {
			db := handles.WithPlugin(t, open, config, &models.ANote{}, &models.APair{})
			notes := models.TheNotes(t, db)
			require.NoError(t, db.Delete(notes["a"]).Error)
			bin := softdelete.Of[models.ANote](db)
			for name, test := range map[string]struct {
				bin  softdelete.Bin[models.ANote]
				want []string // what stays in the trash
			}{
				"condition":       {bin.Where("title = ?", "x"), []string{"a", "y"}},
				"no such row":     {bin.Where("title = ?", "b"), []string{"a", "x", "y"}},
				"or":              {bin.Where("title = 'x' OR title = 'y'"), []string{"a"}},
				"two conditions":  {bin.Where("title <> 'x'").Where("tenant = 'one'"), []string{"x", "y"}},
				"scope":           {bin.Scopes(softdelete.TrashedBy("before")), []string{"a"}},
				"the handle's":    {softdelete.Of[models.ANote](db.Where("tenant = ?", "two")), []string{"a", "x"}},
				"no condition":    {bin, []string{}},
				"live rows, once": {bin.Scopes(softdelete.WithTrashed), []string{}},
			} {
				n, err := test.bin.RestoreAll(t.Context())
				require.NoError(t, err, name)
				require.EqualValues(t, 3-len(test.want), n, name)
				require.Equal(t, test.want, models.TrashedNotes(t, db), name)
				notes = models.TheNotes(t, db)
				require.NoError(t, db.Delete(notes["a"]).Error)
			}
			require.NoError(t, db.Where("1 = 1").Delete(&models.APair{}).Error)
		}
	})
}

// TestBinRestoreAllOfCascades says that it counts the rows of the model.
func TestBinRestoreAllOfCascades(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		before := models.BlogDump(t, db)
		require.NoError(t, db.Delete(&testmodels.BlogUser{ID: 1}).Error)
		require.NoError(t, db.Delete(&testmodels.BlogUser{ID: 2}).Error)
		n, err := softdelete.Of[testmodels.BlogUser](db).RestoreAll(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 2, n)
		require.Equal(t, before, models.BlogDump(t, db))

		require.NoError(t, db.Delete(&testmodels.BlogUser{ID: 1}).Error)
		n, err = softdelete.Of[testmodels.BlogComment](db).Scopes(softdelete.WithParents).Where("id = 1").RestoreAll(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		require.Equal(t, []int{1, 2}, tables.LiveIDs(t, db, "blog_users"))
	})
}
