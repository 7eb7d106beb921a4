package beside

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// HoldLaws deletes, restores, undoes, purges and empties, and looks after each step at all that can be read.
func (w *World) HoldLaws(t *testing.T) {
	t.Helper()
	w.Context = softdelete.WithReason(softdelete.WithActor(w.Context, "ana"), "spam")
	w.shows(t, "begin", []uint{1, 2}, []uint{11, 21})
	w.writesNothingToTrash(t)
	w.deletesAndRestores(t)
	w.keepsToPlans(t)
	w.isAllOrNothing(t)
	w.linksAndRevives(t)
	w.removes(t)
}

// handle is the handle as each statement begins with it.
func (w *World) handle() *gorm.DB { return w.DB.WithContext(w.Context) }

// shows looks at what is live after a step.
func (w *World) shows(t *testing.T, step string, authors, books []uint) {
	t.Helper()
	if w.Did != nil {
		w.Did(step)
	}
	w.Shows(t, authors, books)
}

func (w *World) writesNothingToTrash(t *testing.T) {
	t.Helper()
	tx := w.handle().Model(&Author{ID: 3}).Update("name", "written")
	require.NoError(t, tx.Error)
	require.Zero(t, tx.RowsAffected)
	tx = w.handle().Model(&Book{}).Where("title = ?", "book").Or("title = ?", "none").Update("title", "written")
	require.NoError(t, tx.Error)
	require.EqualValues(t, 2, tx.RowsAffected)
	require.ErrorIs(t, w.handle().Save(&Author{ID: 3, Name: "written", Tenant: Tenant}).Error, softdelete.ErrTrashed)
	require.Equal(t, "cem", w.Raw(t, "SELECT name FROM authors WHERE id = 3"))
	require.Equal(t, "book book", w.Raw(t, "SELECT title FROM books WHERE id IN (12, 31)"))
	w.shows(t, "updates", []uint{1, 2}, []uint{11, 21})
}

func (w *World) deletesAndRestores(t *testing.T) {
	t.Helper()
	author := Author{ID: 1}
	d := w.delete(t, &author)
	require.Equal(t, map[string]int64{"authors": 1, "books": 1}, d.Rows)
	require.True(t, author.DeletedAt.Valid)
	for _, row := range []string{"authors WHERE id = 1", "books WHERE id = 11"} {
		require.Equal(t, "ana", w.Raw(t, "SELECT deleted_by FROM "+row))
		require.Equal(t, "spam", w.Raw(t, "SELECT delete_reason FROM "+row))
	}
	require.Equal(t, "NULL", w.Raw(t, "SELECT deleted_by FROM books WHERE id = 12"), "a trashed row is not stamped again")
	require.Equal(t, "ana", w.Raw(t, "SELECT name FROM authors WHERE id = 1"))
	w.shows(t, "delete", []uint{2}, []uint{21})
	tx := w.handle().Delete(&Author{ID: 1})
	require.NoError(t, tx.Error)
	require.Zero(t, tx.RowsAffected)

	plan, err := softdelete.Preview(w.handle(), softdelete.OpRestore, &Author{ID: 1})
	require.NoError(t, err)
	require.Equal(t, d.Rows, plan.Rows)
	tx = softdelete.Restore(w.handle(), &author)
	require.NoError(t, tx.Error)
	require.EqualValues(t, 1, tx.RowsAffected)
	w.shows(t, "restore", []uint{1, 2}, []uint{11, 21})

	d = w.delete(t, &Author{ID: 1})
	w.shows(t, "delete again", []uint{2}, []uint{21})
	undone, err := softdelete.Undo(w.handle(), d.ID)
	require.NoError(t, err)
	require.Equal(t, d.Rows, undone.Rows)
	w.shows(t, "undo", []uint{1, 2}, []uint{11, 21})

	n, err := gorm.G[Author](w.DB).Where("id = ?", 2).Delete(w.Context)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	w.shows(t, "generic delete", []uint{1}, []uint{11})
	restored, err := softdelete.Of[Author](w.DB).Restore(w.Context, 2)
	require.NoError(t, err)
	require.EqualValues(t, 1, restored)
	w.shows(t, "typed restore", []uint{1, 2}, []uint{11, 21})
}

// keepsToPlans does what was shown, by item of the trash and by operation, and nothing where that has changed.
func (w *World) keepsToPlans(t *testing.T) {
	t.Helper()
	plan, err := softdelete.Preview(w.handle(), softdelete.OpSoftDelete, &Author{ID: 1})
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"authors": 1, "books": 1}, plan.Rows)
	require.ErrorIs(t, w.handle().Scopes(softdelete.Expect(plan)).Delete(&Author{ID: 2}).Error, softdelete.ErrPlanChanged)
	w.shows(t, "another's plan", []uint{1, 2}, []uint{11, 21})
	require.NoError(t, w.handle().Scopes(softdelete.Expect(plan)).Delete(&Author{ID: 1}).Error)
	w.shows(t, "delete by plan", []uint{2}, []uint{21})

	trash, err := softdelete.OpenTrash(w.handle())
	require.NoError(t, err)
	item, err := trash.Item(w.Context, "authors", "1")
	require.NoError(t, err)
	plan, err = trash.Preview(w.Context, softdelete.OpRestore, item)
	require.NoError(t, err)
	rows, err := trash.Scopes(softdelete.Expect(plan)).Restore(w.Context, item)
	require.NoError(t, err)
	require.Equal(t, plan.Rows, rows)
	require.Equal(t, map[string]int64{"authors": 1, "books": 1}, rows)
	w.shows(t, "restore by item", []uint{1, 2}, []uint{11, 21})

	d := w.delete(t, &Author{ID: 1})
	plan, err = softdelete.PreviewUndo(w.handle(), d.ID)
	require.NoError(t, err)
	require.Equal(t, d.Rows, plan.Rows)
	_, err = softdelete.Undo(w.handle().Scopes(softdelete.Expect(plan)), d.ID)
	require.NoError(t, err)
	w.shows(t, "undo by plan", []uint{1, 2}, []uint{11, 21})
}

// delete deletes a value, and returns the report.
func (w *World) delete(t *testing.T, value any) (d softdelete.Deletion) {
	t.Helper()
	tx := w.handle().Scopes(softdelete.Into(&d)).Delete(value)
	require.NoError(t, tx.Error)
	require.EqualValues(t, 1, tx.RowsAffected)
	return d
}

// isAllOrNothing fails operations when their rows are written.
func (w *World) isAllOrNothing(t *testing.T) {
	t.Helper()
	stopped := w.DB.WithContext(context.WithValue(w.Context, stopKey{}, true))
	require.ErrorIs(t, stopped.Delete(&Author{ID: 1}).Error, errStopped)
	w.shows(t, "stopped delete", []uint{1, 2}, []uint{11, 21})
	require.ErrorIs(t, w.handle().Transaction(func(tx *gorm.DB) error {
		require.ErrorIs(t, tx.WithContext(stopped.Statement.Context).Delete(&Author{ID: 1}).Error, errStopped)
		var n int64
		require.NoError(t, tx.Model(&Author{}).Count(&n).Error)
		require.EqualValues(t, 2, n)
		require.NoError(t, tx.Delete(&Author{ID: 2}).Error)
		require.NoError(t, tx.Model(&Author{}).Count(&n).Error)
		require.EqualValues(t, 1, n)
		return errStopped
	}), errStopped)
	// What a cache has read in a transaction that came to nothing is its own affair.
	require.NoError(t, w.handle().Model(&Author{ID: 2}).Update("name", "ben").Error)
	w.shows(t, "rolled back", []uint{1, 2}, []uint{11, 21})
}

func (w *World) linksAndRevives(t *testing.T) {
	t.Helper()
	linked := func(step string, want int64) {
		if w.Did != nil {
			w.Did(step)
		}
		require.Equal(t, want, w.handle().Model(&Author{ID: 1}).Association("Labels").Count())
	}
	linked("nothing", 1)
	require.NoError(t, w.handle().Model(&Author{ID: 1}).Association("Labels").Delete(&Label{ID: 1}))
	linked("unlink", 0)
	require.NoError(t, w.handle().Model(&Author{ID: 1}).Association("Labels").Append(&Label{ID: 1, Name: "new"}))
	linked("link", 1)
	require.Equal(t, "1 2", w.Raw(t, "SELECT label_id FROM author_labels ORDER BY label_id"))

	tx := w.handle().Scopes(softdelete.Revive).Create(&Book{ID: 12, AuthorID: 1, Title: "again", Tenant: Tenant})
	require.NoError(t, tx.Error)
	w.shows(t, "revive", []uint{1, 2}, []uint{11, 12, 21})
}

func (w *World) removes(t *testing.T) {
	t.Helper()
	tx := softdelete.Purge(w.handle().Where("id > ?", 0), &Author{})
	require.NoError(t, tx.Error)
	require.EqualValues(t, 1, tx.RowsAffected)
	require.Equal(t, "1 2", w.Raw(t, "SELECT id FROM authors WHERE tenant = 'a' ORDER BY id"))
	require.Equal(t, "11 12 21", w.Raw(t, "SELECT id FROM books WHERE tenant = 'a' ORDER BY id"))
	w.shows(t, "purge", []uint{1, 2}, []uint{11, 12, 21})

	w.delete(t, &Author{ID: 2})
	trash, err := softdelete.OpenTrash(w.handle())
	require.NoError(t, err)
	report, err := trash.Empty(w.Context, softdelete.EmptyOptions{All: true})
	require.NoError(t, err)
	require.Empty(t, report.Failed)
	require.EqualValues(t, 1, report.Rows["authors"])
	require.EqualValues(t, 1, report.Rows["books"])
	require.Equal(t, "1", w.Raw(t, "SELECT id FROM authors WHERE tenant = 'a'"))
	w.shows(t, "empty", []uint{1}, []uint{11, 12})

	tx = softdelete.ForceDelete(w.handle(), &Author{ID: 1})
	require.NoError(t, tx.Error)
	require.EqualValues(t, 1, tx.RowsAffected)
	require.Empty(t, w.Raw(t, "SELECT id FROM books WHERE tenant = 'a'"))
	w.shows(t, "force delete", []uint{}, []uint{})
}
