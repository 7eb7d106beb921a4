package neighbours_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
)

// tenancy is a plugin: whatever has a field Tenant is read and written for the tenant of the context.
type tenancy struct{}

type tenantKey struct{}

func ofTenant(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, tenantKey{}, name)
}

func (tenancy) Name() string { return "tenancy" }

func (tenancy) Initialize(db *gorm.DB) error {
	on := db.Callback()
	return errors.Join(
		on.Query().Before("gorm:query").Register("tenancy:query", onlyTenant),
		on.Row().Before("gorm:row").Register("tenancy:row", onlyTenant),
		on.Update().Before("gorm:update").Register("tenancy:update", onlyTenant),
		on.Delete().Before("gorm:delete").Register("tenancy:delete", onlyTenant),
		on.Create().Before("gorm:before_create").Register("tenancy:create", func(db *gorm.DB) {
			if s := db.Statement.Schema; s != nil && s.LookUpField("Tenant") != nil {
				db.Statement.SetColumn("Tenant", db.Statement.Context.Value(tenantKey{}))
			}
		}),
	)
}

// onlyTenant adds the condition, with those of the caller in parentheses: an OR among them stays there.
func onlyTenant(db *gorm.DB) {
	stmt := db.Statement
	if stmt.Schema == nil || stmt.Schema.LookUpField("Tenant") == nil || stmt.SQL.Len() > 0 {
		return
	}
	where := stmt.Clauses["WHERE"] // kept but for its conditions: the filter of trashed rows is on it
	conditions := []clause.Expression{clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: "tenant"}, Value: stmt.Context.Value(tenantKey{})}}
	if callers, ok := where.Expression.(clause.Where); ok && len(callers.Exprs) > 0 {
		conditions = append(conditions, clause.And(callers.Exprs...))
	}
	where.Name, where.Expression = "WHERE", clause.Where{Exprs: conditions}
	stmt.Clauses["WHERE"] = where
}

func Example_tenant() {
	type Doc struct {
		ID     uint
		Tenant string
		softdelete.Tracked
	}
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{})
	if err != nil {
		panic(err)
	}
	must(db.Use(softdelete.New(softdelete.Config{Models: []any{&Doc{}}})))
	must(db.Use(tenancy{})) // in any order
	must(db.AutoMigrate(&Doc{}))
	a, b := db.WithContext(ofTenant(context.Background(), "a")), db.WithContext(ofTenant(context.Background(), "b"))
	must(a.Create(&Doc{ID: 1}).Error)
	must(b.Create(&Doc{ID: 2}).Error)
	must(a.Where("1 = 1").Delete(&Doc{}).Error)
	must(b.Delete(&Doc{ID: 2}).Error)

	var n int64
	must(a.Model(&Doc{}).Scopes(softdelete.OnlyTrashed).Count(&n).Error)
	fmt.Println("in the trash of a:", n)
	fmt.Println("restored of b's by a:", softdelete.Restore(a, &Doc{}, 2).RowsAffected)
	trash, err := softdelete.OpenTrash(a)
	must(err)
	report, err := trash.Empty(a.Statement.Context, softdelete.EmptyOptions{All: true})
	must(err)
	fmt.Println("emptied by a:", report.Rows["docs"])
	fmt.Println("restored by b:", softdelete.Restore(b, &Doc{}, 2).RowsAffected)
	// Output:
	// in the trash of a: 1
	// restored of b's by a: 0
	// emptied by a: 1
	// restored by b: 1
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
