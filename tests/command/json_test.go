package command_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/examples/operator/shop"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// document reads the one JSON document that stdout is.
func (r ran) document(t *testing.T, value any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(r.out))
	require.NoError(t, decoder.Decode(value), r.out)
	_, err := decoder.Token()
	require.ErrorIs(t, err, io.EOF, "one document is all: %s", r.out)
	require.True(t, strings.HasSuffix(r.out, "\n"), "it ends with a line")
}

// documents reads a list: a line each, the last of which says where to go on.
func (r ran) documents(t *testing.T) (items []map[string]any, next string) {
	t.Helper()
	require.True(t, strings.HasSuffix(r.out, "\n"), r.out)
	for line := range strings.Lines(r.out) {
		var item map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &item), line)
		items = append(items, item)
	}
	require.NotEmpty(t, items)
	last := items[len(items)-1]
	require.Contains(t, last, "next")
	require.NotContains(t, last, "table")
	return items[:len(items)-1], last["next"].(string)
}

// TestJSON has nothing but JSON on stdout, whatever is said beside it.
func TestJSON(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := newShop(t, open)
		for line, code := range map[string]int{
			"stats": 0, "show customers 3": 0, "doctor --fail-on never": 0, "preview undo " + shop.Mistake: 0, "preview purge orders 11": 1,
			"preview empty --older-than 30d": 1, "migrate": 2,
		} {
			for _, more := range []string{"", " --show-sql"} {
				r := s.must(t, code, strings.Fields(line+" --json"+more)...)
				var value any
				if code != 2 {
					r.document(t, &value)
				}
				if more != "" {
					require.Contains(t, r.err, "SELECT", "statements are on stderr: %s", line)
				}
			}
		}

		// Lists, by pages.
		whole, next := s.must(t, 0, "list", "--json", "--limit", "1000").documents(t)
		require.Empty(t, next)
		require.Len(t, whole, 93)
		var paged []map[string]any
		args := []string{"list", "--json", "--limit", "40"}
		for {
			items, next := s.must(t, 0, args...).documents(t)
			paged = append(paged, items...)
			if next == "" {
				break
			}
			args = append(args[:4:4], "--after", next)
		}
		require.Equal(t, whole, paged)
		operations, next := s.must(t, 0, "deletions", "--json").documents(t)
		require.Empty(t, next)
		require.Len(t, operations, 10)
		require.Equal(t, shop.Mistake, operations[0]["id"])

		// What was done.
		type report struct {
			Rows   map[string]int
			Failed []map[string]any
		}
		var undone, restored, purged, emptied report
		s.must(t, 0, "undo", shop.Mistake, "--yes", "--json").document(t, &undone)
		require.Equal(t, report{map[string]int{"customers": 1, "orders": 4, "lines": 11}, []map[string]any{}}, undone)
		s.must(t, 0, "restore", "orders", "13", "--yes", "--json").document(t, &restored)
		require.Equal(t, report{map[string]int{"orders": 1, "lines": 2}, []map[string]any{}}, restored)
		s.must(t, 0, "purge", "vouchers", "2", "3", "--yes", "--json").document(t, &purged)
		require.Equal(t, report{map[string]int{"vouchers": 2}, []map[string]any{}}, purged)
		s.must(t, 1, "empty", "--older-than", "30d", "--yes", "--json").document(t, &emptied)
		require.Equal(t, map[string]int{"orders": 21, "lines": 41, "invoices": 1}, emptied.Rows)
		require.Len(t, emptied.Failed, 2)
	})
}
