package trashcmd

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// picture is all that is in the database.
func (s *shop) picture(t *testing.T) string {
	t.Helper()
	picture := map[string]any{}
	for table, key := range map[string]string{"customers": "id", "orders": "id", "lines": "order_id, sku", "invoices": "id", "accounts": "login"} {
		rows := []map[string]any{}
		require.NoError(t, s.db.Raw("SELECT * FROM ? ORDER BY "+key, clause.Table{Name: table}).Scan(&rows).Error)
		picture[table] = rows
	}
	list, err := softdelete.PlanMigration(s.db, shopModels...)
	require.NoError(t, err)
	picture["schema"] = list
	text, err := json.MarshalIndent(picture, "", " ")
	require.NoError(t, err)
	return string(text)
}

func (s *shop) count(t *testing.T, table string, trashed bool) (n int) {
	t.Helper()
	where := "deleted_at IS NULL"
	if trashed {
		where = "deleted_at IS NOT NULL"
	}
	require.NoError(t, s.db.Raw("SELECT count(*) FROM ? WHERE "+where, clause.Table{Name: table}).Scan(&n).Error)
	return n
}

// TestDryByDefault says of each command that writes that it does not, unless it is told to: it
// says what it would do, what to type, and that is code 2.
func TestDryByDefault(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		id := s.night(t)
		require.NoError(t, s.db.Migrator().DropIndex(&Customer{}, "idx_customers_email"))
		before := s.picture(t)
		for _, test := range []struct{ args, says, next string }{
			{"restore customers 1", "Restoring customers 1 would make 7 rows live again, of 3 tables:", "trash restore customers 1 --yes --expect "},
			{"restore orders 10 --root-only --reason x", "Restoring orders 10 would make 1 row live again:", "trash restore orders 10 --root-only --reason x --yes --expect "},
			{"restore lines/10,tea --with-parents", "would make 3 rows live again", "trash restore lines/10,tea --with-parents --yes --expect "},
			{"undo " + id, "would make 7 rows live again", "trash undo " + id + " --yes --expect "},
			{"purge orders 20 20", "Purging orders 20 would remove 3 rows for good", "trash purge orders 20 20 --yes --expect "},
			{"purge customers 1", "would remove 7 rows for good", "trash purge customers 1 --yes --expect "},
			{"empty --older-than 1d", "would remove 5 rows for good, trashed before 2026-03-13 13:00", "trash empty --older-than 1d --yes"},
			{"empty --older-than 1d --model lines", "would remove 3 rows for good", "trash empty --older-than 1d --model lines --yes"},
			{"empty --older-than 300d", "Nothing is to be removed", "trash empty --older-than 300d --yes"},
			{"migrate", "idx_customers_email", "trash migrate --yes"},
			{"guard install", "It would make the guards of 5 tables", "trash guard install --yes"},
			{"guard remove --model orders", "It would take the guards off of 1 table", "trash guard remove --model orders --yes"},
		} {
			if strings.HasPrefix(test.args, "guard ") && !s.hasGuards(t) {
				continue // it is refused, as TestGuard says
			}
			a := s.run(t, strings.Fields(test.args)...)
			require.Equal(t, exitRefused, a.code, test.args)
			require.Contains(t, a.out, test.says)
			require.Contains(t, a.err, "nothing was done: nobody is there to ask, so say --yes\n  "+test.next)
			a = s.run(t, append(strings.Fields(test.args), "--json")...)
			require.Equal(t, exitRefused, a.code, test.args)
			document(t, a.out)
			require.Contains(t, a.err, "nothing was done")
			for _, answer := range []string{"", "\n", "n\n", "yes\n", "y\n", "99\n", "-1\n", "0\n"} {
				a = s.runWith(t, options{asks: true, in: answer}, strings.Fields(test.args)...)
				if strings.Contains(a.out, "Nothing is to be removed") {
					require.Equal(t, exitDone, a.code)
					continue
				}
				require.Equal(t, exitRefused, a.code, test.args)
				require.Contains(t, a.out, "Type ")
				require.Equal(t, "trash: nothing was done\n", a.err)
			}
			a = s.runWith(t, options{asks: true, in: "7\n"}, append(strings.Fields(test.args), "--json")...)
			require.Equal(t, exitRefused, a.code, "under --json nobody is asked")
			require.Equal(t, before, s.picture(t), test.args)
		}
		for _, args := range []string{"preview restore customers 1", "preview purge customers 1", "preview undo " + id, "preview empty --older-than 1d", "migrate --print", "guard print", "show customers 1"} {
			if strings.HasPrefix(args, "guard ") && !s.hasGuards(t) {
				continue
			}
			require.NotEmpty(t, s.ok(t, strings.Fields(args)...))
		}
		require.Equal(t, exitFound, s.run(t, "doctor").code)
		require.Equal(t, before, s.picture(t))
	})
}

// TestNoModelsAreNotAll says that a list of models in which none is named, as a script gives it
// whose variables are empty, is not taken for all of them.
func TestNoModelsAreNotAll(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	s.night(t)
	before := s.picture(t)
	for _, list := range []string{",", " ", " , ", "orders,", ",orders"} {
		for _, flag := range []string{"--model", "--except"} {
			a := s.run(t, "empty", "--older-than", "1m", "--yes", flag, list)
			require.Equal(t, exitRefused, a.code, "%s %q", flag, list)
			require.Equal(t, before, s.picture(t), "%s %q", flag, list)
		}
	}
}
