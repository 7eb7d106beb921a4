package large_test

import (
	"testing"

	"github.com/casbin/casbin/v3"
	"github.com/casbin/casbin/v3/model"
	gormadapter "github.com/casbin/gorm-adapter/v3"
	"github.com/glebarez/sqlite"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
)

// rules say who may do what, by role.
const rules = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act
`

// Policies are in a table of the same database, by the same handle. They have no marker: a policy that is removed is gone, and
// what is trashed beside them changes none.
func TestBesideCasbin(t *testing.T) {
	t.Parallel()
	use := func(t *testing.T, db *gorm.DB) any {
		t.Helper()
		adapter, err := gormadapter.NewAdapterByDB(db)
		require.NoError(t, err)
		return adapter
	}
	beside.Each(t, beside.Plugin{Use: use}, func(t *testing.T, w *beside.World) {
		require.NoError(t, w.Plain.Exec("DELETE FROM casbin_rule").Error)
		m, err := model.NewModelFromString(rules)
		require.NoError(t, err)
		enforcer, err := casbin.NewEnforcer(m, w.Used)
		require.NoError(t, err)
		may := func(want bool, sub, obj, act string) {
			t.Helper()
			require.NoError(t, enforcer.LoadPolicy())
			got, err := enforcer.Enforce(sub, obj, act)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		_, err = enforcer.AddPolicies([][]string{{"editor", "book", "write"}, {"editor", "author", "write"}})
		require.NoError(t, err)
		_, err = enforcer.AddGroupingPolicy("ana", "editor")
		require.NoError(t, err)
		may(true, "ana", "book", "write")
		w.HoldLaws(t)
		may(true, "ana", "book", "write")

		_, err = enforcer.RemovePolicy("editor", "book", "write")
		require.NoError(t, err)
		may(false, "ana", "book", "write")
		may(true, "ana", "author", "write")
		_, err = enforcer.UpdatePolicy([]string{"editor", "author", "write"}, []string{"editor", "author", "read"})
		require.NoError(t, err)
		may(false, "ana", "author", "write")
		may(true, "ana", "author", "read")
		_, err = enforcer.DeleteUser("ana")
		require.NoError(t, err)
		may(false, "ana", "author", "read")
		require.Equal(t, "p", w.Raw(t, "SELECT ptype FROM casbin_rule"), "what is removed is gone")
		require.NoError(t, enforcer.SavePolicy())
		may(true, "editor", "author", "read")
	})
}

// trashableRule is a table of the application's own for policies, with a marker.
type trashableRule struct {
	gormadapter.CasbinRule
	DeletedAt gorm.DeletedAt
}

func (trashableRule) TableName() string { return "rules" }

// The adapter asks for rows of a struct of its own, which has no marker: a trashed policy is in force, and one removed is gone.
func TestCasbinKnowsNoTrash(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&trashableRule{}}})))
		adapter, err := gormadapter.NewAdapterByDBWithCustomTable(db, &trashableRule{}, "rules")
		require.NoError(t, err)
		m, err := model.NewModelFromString(rules)
		require.NoError(t, err)
		enforcer, err := casbin.NewEnforcer(m, adapter)
		require.NoError(t, err)
		_, err = enforcer.AddPolicy("editor", "book", "write")
		require.NoError(t, err)
		require.NoError(t, db.Where("v0 = ?", "editor").Delete(&trashableRule{}).Error)
		require.NoError(t, enforcer.LoadPolicy())
		may, err := enforcer.Enforce("editor", "book", "write")
		require.NoError(t, err)
		require.True(t, may)
		_, err = enforcer.RemovePolicy("editor", "book", "write")
		require.NoError(t, err)
		var n int64
		require.NoError(t, db.Model(&trashableRule{}).Scopes(softdelete.WithTrashed).Count(&n).Error)
		require.Zero(t, n)
	})
}

func TestDocsCasbin(t *testing.T) {
	t.Parallel()
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{})
	require.NoError(t, err)
	require.NoError(t, db.Use(softdelete.New()))
	rules, err := model.NewModelFromString(rules)
	require.NoError(t, err)
	open := func() error {
		// docs
		adapter, err := gormadapter.NewAdapterByDB(db)
		if err != nil {
			return err
		}
		enforcer, err := casbin.NewEnforcer(rules, adapter)
		// end
		require.NotNil(t, enforcer)
		return err
	}
	require.NoError(t, open())
}
