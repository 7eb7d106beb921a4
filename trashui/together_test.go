package trashui_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestTogether says that of several who confirm at once what is about the same rows, as by a double click, one does it, and the
// others are told that it is done or has changed: no database's deadlock is theirs.
func TestTogether(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		page := s.page(t)
		for range 8 {
			d := s.delete(t, day, "ana", "", &[]Customer{{ID: 1}, {ID: 2}})
			undo := "id=" + d.ID.String()
			orders := [][2]string{
				{"restore", "item=customers/1"},
				{"restore", "item=customers/1"},
				{"restore", "item=customers/2&item=customers/1"},
				{"restore", "item=orders/10&parents=1"},
				{"undo", undo},
				{"undo", undo},
			}
			forms := make([]url.Values, len(orders))
			for i, of := range orders {
				var err error
				forms[i], err = url.ParseQuery(of[1])
				require.NoError(t, err)
				forms[i].Set("plan", fingerprint(t, s.get(t, "preview?op="+of[0]+"&"+of[1]).body))
			}
			answers := make([]int, len(orders))
			var all sync.WaitGroup
			for i, of := range orders {
				all.Go(func() {
					r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/admin/trash/"+of[0], strings.NewReader(forms[i].Encode()))
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					w := httptest.NewRecorder()
					page.ServeHTTP(w, r)
					answers[i] = w.Code
				})
			}
			all.Wait()
			for i, status := range answers {
				require.Contains(t, []int{http.StatusSeeOther, http.StatusNotFound, http.StatusConflict}, status, "%v %s", orders[i], s.log.String())
			}
			require.True(t, slices.Contains(answers, http.StatusSeeOther))
			list, err := s.trash.List(t.Context(), softdelete.ListOptions{})
			require.NoError(t, err)
			if len(list.Items) > 0 {
				_, err = s.trash.Restore(t.Context(), list.Items...)
				require.NoError(t, err)
			}
		}
	})
}
