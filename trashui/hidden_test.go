package trashui_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// crowd has many customers deleted, so many in each operation: each a minute before the last one.
func (s *shop) crowd(t *testing.T, operations, each int) {
	t.Helper()
	id := uint(100)
	for i := range operations {
		list := make([]Customer, each)
		for j := range list {
			list[j] = Customer{ID: id, TenantID: 1, Name: fmt.Sprint("C", id), Email: fmt.Sprint(id, "@example.com")}
			id++
		}
		require.NoError(t, s.db.Session(&gorm.Session{CreateBatchSize: 100}).Create(&list).Error)
		first, last := list[0].ID, list[len(list)-1].ID
		s.delete(t, time.Duration(i+1)*time.Minute, "zoe", fmt.Sprint("why", i), &Customer{}, "id BETWEEN ? AND ?", first, last)
	}
}

// TestHiddenCrowd says that who may see few rows of many is told nothing of the others: neither by lists, nor by where they go on.
func TestHiddenCrowd(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.crowd(t, 12, 60)
		mine := map[uint]bool{105: true, 459: true, 462: true, 817: true, 818: true}
		s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool {
			return target.Table == "customers" && len(target.Key) > 0 && !mine[target.Key[0].(uint)]
		})
		for _, limit := range []int{1, 2, 3, 50} {
			var labels []string
			after := ""
			for pages := 0; after != "" || pages == 0; pages++ {
				a := s.get(t, fmt.Sprintf("rows?limit=%d&after=%s", limit, url.QueryEscape(after)))
				require.Equal(t, http.StatusOK, a.status, a.body)
				for _, row := range a.json(t)["items"].([]any) {
					labels = append(labels, within(row, "label").(string))
				}
				after = a.json(t)["next"].(string)
				raw, err := base64.RawURLEncoding.DecodeString(after)
				require.NoError(t, err)
				if after != "" {
					require.Regexp(t, `"Key":\[(105|459|462|817|818)\]`, string(raw), "no other row is named")
				}
			}
			require.Equal(t, []string{"C105", "C459", "C462", "C818", "C817"}, labels, limit)
		}
		for _, limit := range []int{1, 2, 50} {
			var reasons []any
			after := ""
			for pages := 0; after != "" || pages == 0; pages++ {
				a := s.get(t, fmt.Sprintf("deletions?limit=%d&after=%s", limit, url.QueryEscape(after)))
				require.Equal(t, http.StatusOK, a.status, a.body)
				for _, d := range a.json(t)["items"].([]any) {
					reasons = append(reasons, within(d, "reason"), within(d, "rows", "customers"))
				}
				after = a.json(t)["next"].(string)
			}
			require.Equal(t, []any{"why0", 1.0, "why5", 1.0, "why6", 1.0, "why11", 2.0}, reasons, limit)
		}
		var latest []any
		for _, d := range s.get(t, "").json(t)["deletions"].([]any) {
			latest = append(latest, within(d, "reason"), within(d, "rows", "customers"))
		}
		require.Equal(t, []any{"why0", 1.0, "why5", 1.0, "why6", 1.0}, latest, "of the ten that are looked at")
	})
}

// TestHiddenBeforeAll says that what lies behind more hidden rows than a request looks at is not looked for, and none of those is named.
func TestHiddenBeforeAll(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	accounts := make([]Account, 10_000)
	for i := range accounts {
		accounts[i].Login = fmt.Sprintf("a%05d", i)
	}
	require.NoError(t, s.db.CreateInBatches(accounts, 500).Error)
	s.delete(t, day, "ana", "", &Account{}, "1 = 1")
	s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool {
		return len(target.Key) > 0 && target.Key[0].(string) >= "a00001"
	})
	a := s.get(t, "rows")
	require.Equal(t, http.StatusServiceUnavailable, a.status, a.body)
	require.NotContains(t, a.body, "next")
	require.NotContains(t, a.body, "a0")
}

// TestHiddenReason says that who deleted and why is not told by rows that may not be viewed.
func TestHiddenReason(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		d := s.delete(t, day, "ana", "of customers", &Customer{ID: 1})
		require.NoError(t, s.db.Exec("UPDATE orders SET delete_reason = 'of orders', deleted_by = 'bob' WHERE customer_id = 1").Error)
		for _, hidden := range []func(trashui.Target) bool{
			func(target trashui.Target) bool { return target.Table == "customers" || target.Table == "lines" },
			func(target trashui.Target) bool {
				return target.Table == "lines" || isRow(target, "customers", uint(1))
			},
		} {
			s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool { return hidden(target) })
			for _, said := range []any{
				within(s.get(t, "").json(t), "deletions", 0), within(s.get(t, "deletions").json(t), "items", 0),
				s.get(t, "deletions/"+d.ID.String()).json(t), within(s.get(t, "rows/orders/10").json(t), "deletion"),
			} {
				require.Equal(t, []any{"bob", "of orders", map[string]any{"orders": 2.0}}, []any{within(said, "by"), within(said, "reason"), within(said, "rows")})
			}
		}
	})
}

// TestHiddenReasons says that a plan which something forbids tells nothing of tables that may not be viewed.
func TestHiddenReasons(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Create(&[]Invoice{{ID: 1, CustomerID: 1}, {ID: 2, CustomerID: 1}}).Error)
		require.NoError(t, s.db.Exec("UPDATE customers SET deleted_at = ? WHERE id = 1", noon.Add(-50*day)).Error)
		s.delete(t, day, "ana", "", &Customer{ID: 2})
		hide := func(table string) {
			s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool { return target.Table == table })
		}
		hide("markers")
		restricted := func() any { return s.get(t, "preview?op=purge&item=customers/1").json(t)["restricted"] }
		orders := map[string]any{"model": "Customer", "relation": "Orders", "count": 2.0}
		require.Equal(t, []any{map[string]any{"model": "Customer", "relation": "Invoices", "count": 2.0}, orders}, restricted())
		hide("invoices")
		require.Equal(t, []any{map[string]any{"model": "Customer", "relation": "", "count": 0.0}, orders}, restricted())
		for _, path := range []string{"preview?op=purge&item=customers/1", "preview?op=empty&older_than=30d"} {
			body := s.see(t, path).body
			require.NotContains(t, body, "nvoice", path)
			require.Contains(t, body, "that you may not", path)
		}

		parents := func(path string) any { return within(s.get(t, path).json(t), "trashed_parents") }
		require.Equal(t, []any{"Customer"}, parents("preview?op=restore&item=orders/21"))
		require.Contains(t, s.see(t, "preview?op=restore&item=orders/21").body, "Restore these too")
		hide("customers")
		require.Equal(t, []any{""}, parents("preview?op=restore&item=orders/21"))
		for _, path := range []string{"preview?op=restore&item=orders/21", "rows/orders/21"} {
			body := s.see(t, path).body
			require.NotContains(t, body, "Customer", path)
			require.NotContains(t, body, "parents=1", path)
		}
		require.Equal(t, []any{""}, within(s.get(t, "rows/orders/21").json(t), "restore", "trashed_parents"))
		s.options.Authorize = refusing(func(action trashui.Action, target trashui.Target) bool {
			return action == trashui.ActionRestore && target.Table == "customers"
		})
		for _, path := range []string{"preview?op=restore&item=orders/21", "rows/orders/21"} {
			require.NotContains(t, s.see(t, path).body, "parents=1", path)
		}
	})
}

// TestHiddenFindings says that the doctor names no table that may not be viewed, in what is said of others either.
func TestHiddenFindings(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		findings := func() int { return len(s.get(t, "doctor").json(t)["items"].([]any)) }
		require.Contains(t, s.get(t, "doctor").body, "Customer.Notes")
		all := findings()
		s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool { return target.Table == "markers" })
		require.Equal(t, all, findings())
		s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool { return target.Table == "customers" })
		require.NotContains(t, s.get(t, "doctor").body, "ustomer")
	})
}

// TestHiddenUndo says that who may view no row of an operation does not undo it, nor is told of it by the preview.
func TestHiddenUndo(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		d := s.delete(t, day, "ana", "why it was", &Customer{ID: 1})
		undo := "preview?op=undo&id=" + d.ID.String()
		plan := fingerprint(t, s.get(t, undo).body)
		s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool { return len(target.Key) > 0 })
		require.Equal(t, http.StatusForbidden, s.get(t, undo).status)
		require.NotContains(t, s.see(t, undo).body, "why it was")
		require.Equal(t, http.StatusForbidden, s.post(t, "undo", map[string]any{"id": d.ID.String(), "plan": plan}).status)
		require.Equal(t, 7, s.left(t))
		s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool {
			return len(target.Key) > 0 && target.Table != "lines"
		})
		require.Equal(t, http.StatusOK, s.post(t, "undo", map[string]any{"id": d.ID.String(), "plan": plan}).status)
		require.Equal(t, http.StatusConflict, s.post(t, "undo", map[string]any{"id": d.ID.String(), "plan": plan}).status)
	})
}

// inkTable names the table of one of two models whose Go types have one name.
type inkTable struct{}

func (inkTable) TableName() string { return "ink_pens" }

// TestHiddenNamesake says that a model is found by its Go type where the other of that name may not be viewed.
func TestHiddenNamesake(t *testing.T) {
	t.Parallel()
	ink := func() any {
		type Pen struct {
			inkTable
			ID uint
			softdelete.Tracked
		}
		return &Pen{}
	}
	type Pen struct {
		ID uint
		softdelete.Tracked
	}
	s := &shop{at: noon}
	s.db = testdb.OpenerFor(t, testdb.Names()[0])(t)
	require.NoError(t, s.db.Use(softdelete.New(softdelete.Config{Models: []any{ink(), &Pen{}}})))
	require.NoError(t, softdelete.AutoMigrate(s.db, ink(), &Pen{}))
	var err error
	s.trash, err = softdelete.OpenTrash(s.db)
	require.NoError(t, err)
	s.options = trashui.Options{AllowAll: true}
	require.Equal(t, http.StatusUnprocessableEntity, s.get(t, "rows?model=Pen").status, "there are two")
	for _, hidden := range []string{"ink_pens", "pens"} {
		s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool { return target.Table == hidden })
		require.Equal(t, http.StatusOK, s.get(t, "rows?model=Pen").status)
	}
	s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool { return target.Table != "" })
	require.Equal(t, http.StatusForbidden, s.get(t, "rows?model=Pen").status)
}
