package trash_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// TestModels says of which models a trash is, and that these choose what is listed.
func TestModels(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		names := func(trash *softdelete.Trash) (list []string) {
			for _, model := range trash.Models() {
				list = append(list, reflect.TypeOf(model).String())
			}
			return list
		}
		require.Equal(t,
			[]string{"*testmodels.BlogComment", "*testmodels.BlogFolder", "*testmodels.BlogInvoice", "*testmodels.BlogPostTag", "*testmodels.BlogPost", "*testmodels.BlogTag", "*testmodels.BlogUser"},
			names(models.OpenTrash(t, db)), "in the order of their tables, without logins, which have no marker")
		some := models.OpenTrash(t, db, &testmodels.BlogUser{}, testmodels.BlogComment{})
		require.Equal(t, []string{"*testmodels.BlogComment", "*testmodels.BlogUser"}, names(some))
		page, err := models.OpenTrash(t, db).List(t.Context(), softdelete.ListOptions{Models: some.Models()})
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		require.Nil(t, (*softdelete.Trash)(nil).Models())
	})
}
