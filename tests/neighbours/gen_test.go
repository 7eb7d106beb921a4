package neighbours_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gen"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
	"github.com/gorm-softdelete/softdelete/tests/neighbours/query"
)

// What gen has generated reads, joins, updates and deletes by the laws, on a handle that it had before this library or after.
func TestBesideGen(t *testing.T) {
	t.Parallel()
	use := func(_ *testing.T, db *gorm.DB) any { return query.Use(db) }
	beside.Each(t, beside.Plugin{Use: use}, func(t *testing.T, w *beside.World) {
		q, ctx := w.Used.(*query.Query), t.Context()
		genReads(t, q, ctx)
		genWrites(t, w, q, ctx)
		w.Shows(t, []uint{1, 2}, []uint{11, 21})
	})
}

func genReads(t *testing.T, q *query.Query, ctx context.Context) {
	t.Helper()
	a, b := q.Author, q.Book
	authors, err := a.WithContext(ctx).Preload(a.Books).Order(a.ID).Find()
	require.NoError(t, err)
	require.Len(t, authors, 2)
	require.Len(t, authors[0].Books, 1)
	n, err := a.WithContext(ctx).Where(a.ID.Gt(0)).Or(a.ID.Lt(0)).Count()
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
	_, err = a.WithContext(ctx).Where(a.ID.Eq(3)).First()
	require.ErrorIs(t, err, gorm.ErrRecordNotFound)

	// A join by gen's own conditions has the filter of what it joins, under an alias too.
	for _, c := range listOf(&b, b.As("c")) {
		var ids []uint
		require.NoError(t, a.WithContext(ctx).Join(c, c.AuthorID.EqCol(a.ID)).Select(c.ID).Order(c.ID).Scan(&ids))
		require.Equal(t, []uint{11, 21}, ids)
		n, err = a.WithContext(ctx).LeftJoin(c, c.AuthorID.EqCol(a.ID)).Where(c.ID.IsNull()).Count()
		require.NoError(t, err)
		require.Zero(t, n)
	}
	n, err = b.WithContext(ctx).Where(b.Columns(b.AuthorID).In(a.WithContext(ctx).Select(a.ID).Where(a.Name.Neq("")))).Count()
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
	n, err = a.WithContext(ctx).Where(gen.Exists(b.WithContext(ctx).Where(b.ID.In(12, 31), b.AuthorID.EqCol(a.ID)))).Count()
	require.NoError(t, err)
	require.Zero(t, n, "by a trashed book")
}

// listOf is a list of a type that has no name here.
func listOf[T any](values ...T) []T { return values }

func genWrites(t *testing.T, w *beside.World, q *query.Query, ctx context.Context) {
	t.Helper()
	a, b := q.Author, q.Book
	info, err := a.WithContext(ctx).Where(a.ID.Eq(3)).Update(a.Name, "written")
	require.NoError(t, err)
	require.Zero(t, info.RowsAffected)
	info, err = b.WithContext(ctx).Where(b.Title.Eq("book")).UpdateSimple(b.Title.Value("written"))
	require.NoError(t, err)
	require.EqualValues(t, 2, info.RowsAffected)
	require.ErrorIs(t, a.WithContext(ctx).Save(&beside.Author{ID: 3, Name: "written", Tenant: beside.Tenant}), softdelete.ErrTrashed)
	_, err = a.WithContext(ctx).Delete()
	require.ErrorIs(t, err, gorm.ErrMissingWhereClause)

	by := softdelete.WithActor(ctx, "ana")
	info, err = a.WithContext(by).Where(a.Name.Eq("ana")).Delete()
	require.NoError(t, err)
	require.EqualValues(t, 1, info.RowsAffected)
	info, err = a.WithContext(by).Delete(&beside.Author{ID: 2})
	require.NoError(t, err)
	require.EqualValues(t, 1, info.RowsAffected)
	require.Equal(t, "ana ana", w.Raw(t, "SELECT deleted_by FROM books WHERE id IN (11, 21)"))
	w.Shows(t, []uint{}, []uint{})

	// A handle with a scope is a query of its own.
	trash := query.Use(w.DB.Scopes(softdelete.OnlyTrashed))
	n, err := trash.Author.WithContext(ctx).Count()
	require.NoError(t, err)
	require.EqualValues(t, 3, n)
	tx := softdelete.Restore(a.WithContext(ctx).Where(a.Name.In("ana", "ben")).UnderlyingDB(), &beside.Author{})
	require.NoError(t, tx.Error)
	require.EqualValues(t, 2, tx.RowsAffected)
	w.Shows(t, []uint{1, 2}, []uint{11, 21})

	back := errors.New("back")
	require.ErrorIs(t, q.Transaction(func(tx *query.Query) error {
		info, err := tx.Author.WithContext(ctx).Where(tx.Author.ID.Eq(1)).Delete()
		require.NoError(t, err)
		require.EqualValues(t, 1, info.RowsAffected)
		return back
	}), back)
}
