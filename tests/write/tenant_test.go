package write_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type tenantKey struct{}

type heedsKey struct{}

// aTenant narrows down each statement to the tenant of its context, also under Unscoped unless the context says so.
type aTenant string

func (aTenant) QueryClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{ofTenant{f}}
}

func (aTenant) UpdateClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{ofTenant{f}}
}

func (aTenant) DeleteClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{ofTenant{f}}
}

type ofTenant struct{ field *schema.Field }

func (ofTenant) Name() string               { return "" }
func (ofTenant) Build(clause.Builder)       {}
func (ofTenant) MergeClause(*clause.Clause) {}
func (c ofTenant) ModifyStatement(stmt *gorm.Statement) {
	if heeds, _ := stmt.Context.Value(heedsKey{}).(bool); heeds && stmt.Unscoped {
		return
	}
	if tenant, ok := stmt.Context.Value(tenantKey{}).(string); ok {
		stmt.AddClause(clause.Where{Exprs: []clause.Expression{clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: c.field.DBName}, Value: tenant}}})
	}
}

type (
	aTenantLabel struct {
		ID     uint
		Tenant aTenant `gorm:"size:20;<-:create"`
		Name   string  `gorm:"size:60;uniqueIndex;<-:create"`
		softdelete.Tracked
	}
	aTenantNick struct {
		ID     uint
		Tenant aTenant `gorm:"size:20"`
		Name   string  `gorm:"size:60" softdelete:"unique"`
		softdelete.Tracked
	}
)

// TestRowsOfOtherTenantsAreNobodysToRevive says that what another field's type hides is neither revived, nor gives its key away.
func TestRowsOfOtherTenantsAreNobodysToRevive(t *testing.T) {
	t.Parallel()
	for _, heeds := range []bool{false, true} {
		eachMaker(t, func(t *testing.T, open testdb.Opener) { othersTenants(t, open, heeds) })
	}
}

func othersTenants(t *testing.T, open testdb.Opener, heeds bool) {
	t.Helper()
	db := withPlugin(t, open, softdelete.Config{}, &aTenantLabel{}, &aTenantNick{})
	as := func(tenant string) *gorm.DB {
		return db.WithContext(context.WithValue(context.WithValue(t.Context(), heedsKey{}, heeds), tenantKey{}, tenant))
	}
	theirs := aTenantLabel{Tenant: "b", Name: "x"}
	require.NoError(t, as("b").Create(&theirs).Error)
	value := aTenantLabel{Tenant: "a", Name: "x"}
	require.NoError(t, as("a").Clauses(onlyMarker).Create(&value).Error)
	values := []aTenantLabel{{Tenant: "a", Name: "x"}, {Tenant: "a", Name: "y"}}
	require.NoError(t, as("a").Clauses(onlyMarker).Create(&values).Error)
	if db.Name() != "mysql" || !returns(db) { // MariaDB returns the key of any row that is met
		require.Zero(t, value.ID)
		require.Zero(t, values[0].ID)
	}
	require.Equal(t, column[uint](t, db, "SELECT id FROM a_tenant_labels WHERE name = 'y'"), []uint{values[1].ID})

	require.NoError(t, as("b").Delete(&theirs).Error)
	err := as("a").Scopes(softdelete.Revive).Create(&aTenantLabel{Tenant: "a", Name: "x"}).Error
	require.Error(t, err, "the database's conflict")
	require.NotErrorIs(t, err, softdelete.ErrAmbiguous)
	require.Equal(t, []string{"b"}, column[string](t, db, "SELECT tenant FROM a_tenant_labels WHERE deleted_at IS NOT NULL"))
	again := aTenantLabel{Tenant: "b", Name: "x"}
	require.NoError(t, as("b").Scopes(softdelete.Revive).Create(&again).Error)
	require.Equal(t, theirs.ID, again.ID)

	nicks := []aTenantNick{{Tenant: "a", Name: "n"}, {Tenant: "b", Name: "n"}}
	for i := range nicks {
		require.NoError(t, as(string(nicks[i].Tenant)).Create(&nicks[i]).Error)
		trashAt(t, as(string(nicks[i].Tenant)), noon.Add(time.Duration(i)*time.Second), &nicks[i])
	}
	nick := aTenantNick{Tenant: "a", Name: "n"}
	require.NoError(t, as("a").Scopes(softdelete.Revive).Create(&nick).Error)
	require.Equal(t, nicks[0].ID, nick.ID, "the other was trashed last, and is another's")
	require.Equal(t, []string{"b"}, column[string](t, db, "SELECT tenant FROM a_tenant_nicks WHERE deleted_at IS NOT NULL"))
}
