package neighbours_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
	"github.com/gorm-softdelete/softdelete/tests/neighbours/fields"
)

// What GORM CLI generates for the fields of a model reads, updates and deletes by the laws.
func TestBesideFieldHelpers(t *testing.T) {
	t.Parallel()
	beside.Each(t, beside.Plugin{Use: alone}, func(t *testing.T, w *beside.World) {
		a, b, ctx := fields.Author, fields.Book, t.Context()
		authors := func() gorm.ChainInterface[beside.Author] { return gorm.G[beside.Author](w.DB).Where(a.ID.Gt(0)) }
		found, err := authors().Order(a.ID.Desc()).Find(ctx)
		require.NoError(t, err)
		require.Len(t, found, 2)
		_, err = authors().Where(a.Name.Eq("cem")).First(ctx)
		require.ErrorIs(t, err, gorm.ErrRecordNotFound)
		n, err := gorm.G[beside.Author](w.DB).Where(a.Name.Eq("ana")).Or(a.Name.Eq("cem")).Count(ctx, "*")
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		found, err = authors().Scopes(softdelete.StatementScope(softdelete.OnlyTrashed)).Find(ctx)
		require.NoError(t, err)
		require.Len(t, found, 1)

		rows, err := authors().Where(a.Name.Eq("cem")).Set(a.Name.Set("written")).Update(ctx)
		require.NoError(t, err)
		require.Zero(t, rows)
		rows, err = gorm.G[beside.Book](w.DB).Where(b.Title.Eq("book")).Set(b.Title.Upper()).Update(ctx)
		require.NoError(t, err)
		require.Equal(t, 2, rows)
		require.Equal(t, "book book", w.Raw(t, "SELECT title FROM books WHERE id IN (12, 31)"))

		by := softdelete.WithActor(ctx, "ana")
		rows, err = gorm.G[beside.Author](w.DB).Where(a.Name.Eq("ana")).Delete(by)
		require.NoError(t, err)
		require.Equal(t, 1, rows)
		w.Shows(t, []uint{2}, []uint{21})
		n, err = authors().Scopes(softdelete.StatementScope(softdelete.WithTrashed)).Where(a.DeletedBy.Eq("ana")).Count(ctx, "*")
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		restored, err := softdelete.Of[beside.Author](w.DB).Where(a.DeletedBy.Eq("ana")).RestoreAll(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 1, restored)
		w.Shows(t, []uint{1, 2}, []uint{11, 21})
	})
}

// The generator takes a type for one of the model's package if the embedded struct's own file declares it: what it writes then
// does not compile.
func TestEmbeddedStructsAreReadByGenerators(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../../fields.go", nil, 0)
	require.NoError(t, err)
	types := 0
	ast.Inspect(file, func(node ast.Node) bool {
		if field, ok := node.(*ast.Field); ok {
			types++
			if name, ok := field.Type.(*ast.Ident); ok {
				require.Nil(t, name.Obj, "%s is declared in the same file", name.Name)
			}
		}
		return true
	})
	require.Equal(t, 6, types)
}
