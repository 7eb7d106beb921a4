package trashui_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func ofTenant(id uint) func(*http.Request) func(*gorm.DB) *gorm.DB {
	return scope(func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = ?", id) })
}

// TestScope says that a tenant sees and reaches what is its own, and that all else is to it as if it
// were not there.
func TestScope(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open) // customers 1 and 2 are of the first tenant, 3 of the second
		both := s.delete(t, 40*day, "ana", "", &[]Customer{{ID: 1}, {ID: 3}})
		theirs := s.delete(t, 40*day, "bob", "", &Customer{ID: 2})
		require.NoError(t, s.db.Create(&Marker{ID: 7, TenantID: 2}).Error)
		require.NoError(t, s.db.Delete(&Marker{ID: 7}).Error)
		plans := map[string]string{}
		for _, item := range []string{"customers/3", "customers/1"} {
			for _, op := range []string{"restore", "purge"} {
				plans[op+item] = fingerprint(t, s.get(t, "preview?op="+op+"&item="+item).body)
			}
		}
		undo := fingerprint(t, s.get(t, "preview?op=undo&id="+both.ID.String()).body)

		s.options.Scope = ofTenant(1)
		list := s.get(t, "rows?limit=500").json(t)["items"].([]any)
		require.Len(t, list, 14)
		for _, item := range list {
			require.NotContains(t, []any{"3", "30", "31"}, within(item, "key", 0))
		}
		counts := map[string]any{}
		for _, m := range s.get(t, "").json(t)["items"].([]any) {
			counts[within(m, "table").(string)] = within(m, "trashed")
		}
		require.Equal(t, map[string]any{"customers": 2.0, "orders": 4.0, "lines": 8.0}, counts)
		require.Equal(t, map[string]any{"customers": 1.0, "orders": 2.0, "lines": 4.0}, s.get(t, "deletions/"+both.ID.String()).json(t)["rows"])
		require.Len(t, s.get(t, "deletions").json(t)["items"], 2)
		for _, path := range []string{"rows/customers/3", "rows/customers/4", "rows/markers/7", "preview?op=restore&item=customers/3", "preview?op=purge&item=customers/3&item=customers/1", "preview?op=restore&item=customers/4"} {
			require.Equal(t, http.StatusNotFound, s.get(t, path).status, path)
		}
		require.Equal(t, s.get(t, "rows/customers/4").body, s.get(t, "rows/customers/3").body, "whether it is there or not")
		for _, op := range []string{"restore", "purge"} {
			require.Equal(t, http.StatusConflict, s.post(t, op, map[string]any{"item": []string{"customers/3"}, "plan": plans[op+"customers/3"]}).status)
			require.Equal(t, http.StatusConflict, s.post(t, op, map[string]any{"item": []string{"customers/3", "customers/1"}, "plan": plans[op+"customers/3"]}).status)
		}
		require.Equal(t, http.StatusConflict, s.post(t, "undo", map[string]any{"id": both.ID.String(), "plan": undo}).status, "that is of both")
		require.Equal(t, 22, s.left(t))

		// What is done is done to the tenant's rows only.
		mine := fingerprint(t, s.get(t, "preview?op=undo&id="+both.ID.String()).body)
		require.JSONEq(t, `{"rows":{"customers":1,"orders":2,"lines":4},"failed":[]}`, s.post(t, "undo", map[string]any{"id": both.ID.String(), "plan": mine}).body)
		require.JSONEq(t, `{"rows":{"customers":1,"orders":2,"lines":4},"failed":[]}`, s.post(t, "empty", map[string]any{"older_than": "30d"}).body)
		require.Equal(t, http.StatusNotFound, s.get(t, "deletions/"+theirs.ID.String()).status)
		require.Empty(t, s.get(t, "rows").json(t)["items"])
		require.Equal(t, 8, s.left(t))
	})
}

// TestScopeOfCascades says that nothing goes along that is another tenant's.
func TestScopeOfCascades(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Model(&Line{}).Where("order_id = 10 AND sku = 'tea'").Update("tenant_id", 2).Error)
		require.NoError(t, s.db.Model(&Customer{}).Where("id = 2").Update("tenant_id", 2).Error)
		d := s.delete(t, 40*day, "ana", "", &Customer{ID: 1})
		s.delete(t, 40*day, "ana", "", &Customer{ID: 2})
		plan := fingerprint(t, s.get(t, "preview?op=restore&item=customers/1").body)
		purge := fingerprint(t, s.get(t, "preview?op=purge&item=orders/10").body)
		parents := fingerprint(t, s.get(t, "preview?op=restore&item=orders/20&parents=1").body)
		undo := fingerprint(t, s.get(t, "preview?op=undo&id="+d.ID.String()).body)

		s.options.Scope = ofTenant(1)
		for _, path := range []string{"preview?op=restore&item=customers/1", "preview?op=purge&item=orders/10", "preview?op=restore&item=orders/20&parents=1"} {
			a := s.get(t, path)
			require.Equal(t, http.StatusForbidden, a.status, path+a.body)
			require.Equal(t, http.StatusForbidden, s.see(t, path).status)
		}
		row := s.view(t, "rows/customers/1")
		require.NotEmpty(t, within(row, "Body", "RestoreErr"))
		require.Empty(t, within(row, "Body", "RestoreTo"))
		for _, test := range []struct {
			path string
			body map[string]any
		}{
			{"restore", map[string]any{"item": []string{"customers/1"}, "plan": plan}},
			{"purge", map[string]any{"item": []string{"orders/10"}, "plan": purge}},
			{"restore", map[string]any{"item": []string{"orders/20"}, "plan": parents, "parents": true}},
		} {
			a := s.post(t, test.path, test.body)
			require.Equal(t, http.StatusForbidden, a.status, a.body)
		}
		a := s.post(t, "undo", map[string]any{"id": d.ID.String(), "plan": undo})
		require.Contains(t, []int{http.StatusForbidden, http.StatusConflict}, a.status)
		require.Equal(t, 14, s.left(t))

		report := s.get(t, "preview?op=empty&older_than=30d").json(t)
		require.NotEmpty(t, report["failed"])
		done := s.post(t, "empty", map[string]any{"older_than": "30d"}).json(t)
		require.Equal(t, report["rows"], done["rows"])
		require.Equal(t, report["failed"], done["failed"])
		s.options.Scope = nil
		require.Equal(t, http.StatusOK, s.get(t, "rows/lines/10,tea").status, "it is still there")
		require.Equal(t, http.StatusOK, s.get(t, "rows/customers/2").status)
		require.Empty(t, s.log.String())
	})
}

// TestNextTo says that an address of one tenant's list shows nothing to another.
func TestNextTo(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	s.delete(t, day, "ana", "", &[]Customer{{ID: 1}, {ID: 3}})
	s.options.Scope = ofTenant(2)
	next := s.get(t, "rows?limit=1").json(t)["next"].(string)
	s.options.Scope = ofTenant(1)
	for _, item := range s.get(t, "rows?"+url.Values{"after": {next}}.Encode()).json(t)["items"].([]any) {
		require.NotContains(t, []any{"3", "30", "31"}, within(item, "key", 0))
	}
}

// TestScopeThatJoins says that rows are known by the same labels, each once, under a scope that joins
// or is limited.
func TestScopeThatJoins(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.delete(t, day, "ana", "", &[]Customer{{ID: 1}, {ID: 2}})
		s.options.Scope = scope(func(db *gorm.DB) *gorm.DB {
			if _, ok := db.Statement.Model.(*Customer); ok {
				return db.Joins("JOIN orders ON orders.customer_id = customers.id").Where("customers.id < ?", 2)
			}
			return db.Where("1 = 0")
		})
		rows := s.get(t, "rows").json(t)["items"].([]any)
		require.Len(t, rows, 1)
		require.Equal(t, "Ana", within(rows, 0, "label"))
		require.Equal(t, "Ana", within(s.get(t, "rows/customers/1").json(t), "label"))
		require.InDelta(t, 1, within(s.get(t, "").json(t), "items", 0, "trashed"), 0)
	})
}
