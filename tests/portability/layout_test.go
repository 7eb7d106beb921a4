package portability_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// The layout of docs/scale.md, word by word: the distribution key leads the primary key, the foreign key and the unique index.

type Order struct {
	TenantID int64  `gorm:"primaryKey;autoIncrement:false" softdelete:"unique:order_number"`
	ID       string `gorm:"primaryKey;size:36"`
	Number   string `gorm:"size:20" softdelete:"unique:order_number"`
	softdelete.Tracked
	Lines []Line `gorm:"foreignKey:TenantID,OrderID;references:TenantID,ID" softdelete:"cascade"`
}

type Line struct {
	TenantID int64  `gorm:"primaryKey;autoIncrement:false;index:idx_lines_order,priority:1"`
	ID       string `gorm:"primaryKey;size:36"`
	OrderID  string `gorm:"size:36;index:idx_lines_order,priority:2"`
	Product  string `gorm:"size:100"`
	softdelete.Tracked
}

// Tenancy puts the tenant of a statement's context to all that it reads and writes.
type Tenancy struct{}

func (Tenancy) Name() string { return "tenancy" }

func (Tenancy) Initialize(db *gorm.DB) error {
	on := db.Callback()
	return errors.Join(
		on.Query().Before("gorm:query").Register("tenancy:query", onlyTenant),
		on.Row().Before("gorm:row").Register("tenancy:row", onlyTenant),
		on.Update().Before("gorm:update").Register("tenancy:update", onlyTenant),
		on.Delete().Before("gorm:delete").Register("tenancy:delete", onlyTenant),
	)
}

type tenantKey struct{}

func onlyTenant(db *gorm.DB) {
	stmt := db.Statement
	if stmt.Schema == nil || stmt.Schema.LookUpField("TenantID") == nil || stmt.SQL.Len() > 0 {
		return
	}
	where := stmt.Clauses["WHERE"]
	conditions := []clause.Expression{clause.Eq{
		Column: clause.Column{Table: clause.CurrentTable, Name: "tenant_id"}, Value: stmt.Context.Value(tenantKey{}),
	}}
	if callers, ok := where.Expression.(clause.Where); ok && len(callers.Exprs) > 0 {
		conditions = append(conditions, clause.And(callers.Exprs...))
	}
	where.Name, where.Expression = "WHERE", clause.Where{Exprs: conditions}
	stmt.Clauses["WHERE"] = where
}

// of is the handle of a tenant.
func of(db *gorm.DB, tenant int64) *gorm.DB {
	return db.WithContext(as(tenant))
}

func as(tenant int64) context.Context {
	return context.WithValue(context.Background(), tenantKey{}, tenant)
}

// id is a key that nobody has to ask for.
func id() string { return uuid.Must(uuid.NewV7()).String() }

func TestLayoutIsTheOneInTheDocs(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile(filepath.Join("..", "..", "docs", "scale.md"))
	require.NoError(t, err)
	source, err := os.ReadFile("layout_test.go")
	require.NoError(t, err)
	plain := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	_, models, _ := strings.Cut(string(source), "word by word: the distribution key leads the primary key, the foreign key and the unique index.\n")
	models, _, _ = strings.Cut(models, "// of is the handle")
	require.Contains(t, plain(string(docs)), plain(models))
}

func newShop(t *testing.T, open testdb.Opener) (*gorm.DB, *record.Statements) {
	t.Helper()
	db := open(t)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&Order{}, &Line{}}, Strict: true})))
	require.NoError(t, db.Use(Tenancy{}))
	require.NoError(t, softdelete.AutoMigrate(db, &Order{}, &Line{}))
	return db, record.Record(t, db)
}

// sell makes an order of a tenant's with two lines.
func sell(t *testing.T, db *gorm.DB, tenant int64, number string) Order {
	t.Helper()
	order := Order{TenantID: tenant, ID: id(), Number: number, Lines: []Line{{ID: id(), Product: "pen"}, {ID: id(), Product: "ink"}}}
	require.NoError(t, db.Create(&order).Error)
	require.Equal(t, tenant, order.Lines[0].TenantID)
	return order
}

func counts(t *testing.T, db *gorm.DB, tenant int64) (live, trashed [2]int64) {
	t.Helper()
	for i, model := range []any{&Order{}, &Line{}} {
		require.NoError(t, of(db, tenant).Model(model).Count(&live[i]).Error)
		require.NoError(t, of(db, tenant).Model(model).Scopes(softdelete.OnlyTrashed).Count(&trashed[i]).Error)
	}
	return live, trashed
}

func TestLayoutByTenant(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		layoutByTenant(t, open)
	})
}

// TestLayoutWithoutReturning is the same as Citus is to see it: no query writes.
func TestLayoutWithoutReturning(t *testing.T) {
	t.Parallel()
	for _, sql := range layoutByTenant(t, testdb.WithoutReturning(t)) {
		require.NotContains(t, sql, "WITH ", sql)
		require.NotContains(t, sql, "RETURNING", sql)
	}
}

// layoutByTenant does what one does with a shop, and returns what was sent for it.
func layoutByTenant(t *testing.T, open testdb.Opener) (sent []string) {
	t.Helper()
	requireTenant := func(t *testing.T, statements *record.Statements) {
		t.Helper()
		list := statements.Take()
		requireTenant(t, list)
		sent = append(sent, list...)
	}
	db, statements := newShop(t, open)
	first, other := sell(t, db, 7, "A-1"), sell(t, db, 8, "A-1")
	second := sell(t, db, 7, "A-2")

	var d softdelete.Deletion
	statements.Take()
	require.NoError(t, of(db, 7).Scopes(softdelete.Into(&d)).Delete(&Order{TenantID: 7, ID: first.ID}).Error)
	requireTenant(t, statements)
	require.Equal(t, map[string]int64{"orders": 1, "lines": 2}, d.Rows)

	again := sell(t, db, 7, "A-1") // its number is free, for this tenant
	_, err := softdelete.Undo(of(db, 7), d.ID)
	require.ErrorIs(t, err, softdelete.ErrConflict)
	require.NoError(t, softdelete.ForceDelete(of(db, 7), &Order{TenantID: 7, ID: again.ID}).Error)

	_, err = softdelete.Undo(of(db, 8), d.ID)
	require.ErrorIs(t, err, softdelete.ErrNotFound, "another tenant's operation")
	statements.Take()
	undone, err := softdelete.Undo(of(db, 7), d.ID)
	require.NoError(t, err)
	requireTenant(t, statements)
	require.Equal(t, d.Rows, undone.Rows)

	require.NoError(t, of(db, 7).Delete(&Order{TenantID: 7, ID: second.ID}).Error)
	require.NoError(t, of(db, 8).Delete(&Order{TenantID: 8, ID: other.ID}).Error)
	statements.Take()
	require.NoError(t, softdelete.Restore(of(db, 7), &Order{TenantID: 7, ID: second.ID}).Error)
	requireTenant(t, statements)
	require.NoError(t, of(db, 7).Delete(&Order{TenantID: 7, ID: second.ID}).Error)

	statements.Take()
	report, err := softdelete.Of[Order](of(db, 7)).Empty(as(7), softdelete.EmptyOptions{All: true, BatchSize: 10})
	require.NoError(t, err)
	requireTenant(t, statements)
	require.Equal(t, map[string]int64{"orders": 1, "lines": 2}, report.Rows)

	live, trashed := counts(t, db, 7)
	require.Equal(t, [2]int64{1, 2}, live)
	require.Equal(t, [2]int64{0, 0}, trashed)
	live, trashed = counts(t, db, 8)
	require.Equal(t, [2]int64{0, 0}, live)
	require.Equal(t, [2]int64{1, 2}, trashed, "the other tenant's trash is as it was")
	return sent
}

func TestTrashByTenant(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, statements := newShop(t, open)
		for tenant := int64(7); tenant <= 8; tenant++ {
			order := sell(t, db, tenant, "A-1")
			require.NoError(t, of(db, tenant).Delete(&order).Error)
		}
		trash, err := softdelete.OpenTrash(of(db, 7), &Order{}, &Line{})
		require.NoError(t, err)
		statements.Take()
		page, err := trash.List(as(7), softdelete.ListOptions{})
		require.NoError(t, err)
		require.Len(t, page.Items, 3)
		stats, err := trash.Stats(as(7))
		require.NoError(t, err)
		require.Equal(t, []int64{2, 1}, []int64{stats[0].Trashed, stats[1].Trashed})
		requireTenant(t, statements.Take())

		report, err := trash.Empty(as(7), softdelete.EmptyOptions{OlderThan: time.Nanosecond})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"orders": 1, "lines": 2}, report.Rows)
		requireTenant(t, statements.Take())
		_, trashed := counts(t, db, 8)
		require.Equal(t, [2]int64{1, 2}, trashed)
	})
}

// requireTenant requires that each statement says of each table whose rows it is about: by an equality, within the keys, or by a join
// on it. By that an engine finds the shard.
func requireTenant(t *testing.T, statements []string) {
	t.Helper()
	met := 0
	for _, sql := range statements {
		if strings.Contains(sql, "pg_catalog") || strings.Contains(sql, "information_schema") || strings.Contains(sql, "sqlite_master") || strings.Contains(sql, "WHERE 1 = 0") {
			continue
		}
		tables := map[string]bool{}
		for _, place := range tableOf.FindAllStringSubmatch(sql, -1) {
			name := place[2] // its alias, or itself
			if name == "" {
				name = place[1]
			}
			tables[name] = true
		}
		for name := range tables {
			met++
			require.Regexp(t, "(?:WHERE|ON) .*[`\"]"+regexp.QuoteMeta(name)+"[`\"]\\.[`\"]tenant_id[`\"]", sql, name)
		}
	}
	require.NotZero(t, met)
}

// tableOf finds the tables of a statement, with their aliases.
var tableOf = regexp.MustCompile("(?:FROM|JOIN|UPDATE|INTO) [`\"](\\w+)[`\"](?: [`\"](\\w+)[`\"])?")
