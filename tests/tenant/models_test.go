// Package tenant_test tests what stands on a model beside its marker: clauses of other fields' types, and conditions that other
// plugins add by callbacks. Tenants of one table never touch each other's rows.
package tenant_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// way is how a tenant's statements are narrowed down.
type way string

const (
	byType     way = "a type"                         // its clauses always hold
	byScoped   way = "a type that heeds Unscoped"     // they step aside under Unscoped, as GORM's own soft delete does
	byOnce     way = "a type that adds itself once"   // they leave a mark on the statement
	byText     way = "a type with SQL of its own"     // they are raw SQL with an OR in it
	bySetting  way = "a type by a setting"            // the tenant is given with db.Set
	byCallback way = "callbacks"                      // on the chains of queries, rows, updates and deletes
	byWrites   way = "callbacks but those on rows"    // nobody thinks of rows
	byQueries  way = "a type with query clauses only" // for what goes along, and for the trash
)

var (
	ways = []way{byType, byScoped, byOnce, byText, bySetting, byCallback, byWrites}
	all  = append([]way{byQueries}, ways...)

	// some are enough where the form of a call is what is tested.
	some = []way{byType, byCallback}
)

type tenantKey struct{}

type claim struct {
	way    way
	tenant string
}

const settingKey = "test:tenant"

// as returns a handle of a tenant.
func as(db *gorm.DB, w way, tenant string) *gorm.DB {
	if w == bySetting {
		return db.Set(settingKey, tenant).Session(&gorm.Session{})
	}
	return db.WithContext(context.WithValue(context.Background(), tenantKey{}, claim{w, tenant}))
}

func ctxOf(db *gorm.DB) context.Context { return db.Statement.Context }

// Tenant is a column that narrows down statements to the rows of the tenant at hand.
type Tenant string

func (Tenant) QueryClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{only{f, true}}
}

func (Tenant) UpdateClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{only{f, false}}
}

func (Tenant) DeleteClauses(f *schema.Field) []clause.Interface {
	return []clause.Interface{only{f, false}}
}

// CreateClauses gives the tenant at hand to new rows.
func (Tenant) CreateClauses(f *schema.Field) []clause.Interface { return []clause.Interface{given{f}} }

type only struct {
	field *schema.Field
	query bool
}

func (only) Name() string               { return "" }
func (only) Build(clause.Builder)       {}
func (only) MergeClause(*clause.Clause) {}

func (o only) ModifyStatement(stmt *gorm.Statement) {
	const mark = "test:tenant_enabled"
	column := clause.Column{Table: clause.CurrentTable, Name: o.field.DBName}
	if tenant, ok := stmt.Settings.Load(settingKey); ok {
		stmt.AddClause(clause.Where{Exprs: []clause.Expression{clause.Eq{Column: column, Value: tenant}}})
	}
	c, ok := stmt.Context.Value(tenantKey{}).(claim)
	if _, marked := stmt.Clauses[mark]; !ok || marked {
		return
	}
	same := clause.Expression(clause.Eq{Column: column, Value: c.tenant})
	switch c.way {
	case byScoped:
		if stmt.Unscoped {
			return
		}
	case byOnce:
		stmt.Clauses[mark] = clause.Clause{}
	case byText:
		same = clause.Expr{SQL: "tenant = ? OR 1 = 0", Vars: []any{c.tenant}}
	case byCallback, byWrites:
		return
	case byQueries:
		if !o.query {
			return
		}
	}
	stmt.AddClause(clause.Where{Exprs: []clause.Expression{same}})
}

type given struct{ field *schema.Field }

func (given) Name() string               { return "" }
func (given) Build(clause.Builder)       {}
func (given) MergeClause(*clause.Clause) {}

func (g given) ModifyStatement(stmt *gorm.Statement) {
	if c, ok := stmt.Context.Value(tenantKey{}).(claim); ok {
		stmt.SetColumn(g.field.DBName, Tenant(c.tenant), true)
	}
}

// narrow registers the callbacks of a plugin for tenants.
func narrow(t *testing.T, db *gorm.DB) {
	t.Helper()
	on := func(ways ...way) func(*gorm.DB) {
		return func(db *gorm.DB) {
			c, ok := db.Statement.Context.Value(tenantKey{}).(claim)
			if ok && slices.Contains(ways, c.way) && db.Statement.Schema != nil && db.Statement.Schema.LookUpField("tenant") != nil && db.Statement.SQL.Len() == 0 {
				db.Where("tenant = ? OR 1 = 0", c.tenant)
			}
		}
	}
	require.NoError(t, db.Callback().Query().Before("gorm:query").Register("test:tenant", on(byCallback, byWrites)))
	require.NoError(t, db.Callback().Row().Before("gorm:row").Register("test:tenant", on(byCallback)))
	require.NoError(t, db.Callback().Update().Before("gorm:update").Register("test:tenant", on(byCallback, byWrites)))
	require.NoError(t, db.Callback().Delete().Before("gorm:delete").Register("test:tenant", on(byCallback, byWrites)))
}

// folder has all kinds of rows that hang on it.
type folder struct {
	ID     uint
	Tenant Tenant // before the marker
	Name   string
	softdelete.Tracked
	Papers []paper `gorm:"foreignKey:FolderID" softdelete:"cascade"`
	Cover  *cover  `gorm:"foreignKey:FolderID" softdelete:"cascade"`
	Labels []label `gorm:"many2many:folder_labels;joinForeignKey:FolderID;joinReferences:LabelID" softdelete:"cascade"`
	Marks  []mark  `gorm:"polymorphic:On" softdelete:"cascade"`
	Scraps []scrap `gorm:"foreignKey:FolderID" softdelete:"cascade"`
}

type paper struct {
	ID       uint
	FolderID uint
	softdelete.Tracked
	Tenant Tenant // after it
	Notes  []note `gorm:"foreignKey:PaperID" softdelete:"cascade"`
}

// note is known by its time.
type note struct {
	ID        uint
	PaperID   uint
	Tenant    Tenant
	DeletedAt gorm.DeletedAt
}

type cover struct {
	ID       uint
	FolderID uint
	Tenant   Tenant
	softdelete.Tracked
}

type label struct{ ID uint }

type folderLabel struct {
	FolderID uint `gorm:"primaryKey"`
	LabelID  uint `gorm:"primaryKey"`
	Tenant   Tenant
	softdelete.Tracked
}

type mark struct {
	ID     uint
	OnID   uint
	OnType string
	Tenant Tenant
	softdelete.Tracked
}

// node hangs on others of its kind.
type node struct {
	ID       uint
	ParentID *uint
	Tenant   Tenant
	softdelete.Tracked
	Nodes []node `gorm:"foreignKey:ParentID" softdelete:"cascade"`
}

// scrap is not soft-deletable: a soft delete leaves it, a purge takes it along.
type scrap struct {
	ID       uint
	FolderID uint
	Tenant   Tenant
}

var tables = []string{"folders", "papers", "notes", "covers", "folder_labels", "marks", "nodes", "scraps"}

// world is a database of two tenants: what hangs on a folder of one is in part the other's.
type world struct {
	db  *gorm.DB
	way way
	a   *gorm.DB // tenant a's handle
}

// eachWorld runs a test in each way to have tenants, on each database.
func eachWorld(t *testing.T, run func(t *testing.T, w *world)) {
	t.Helper()
	eachWorldOf(t, ways, run)
}

func eachWorldOf(t *testing.T, ways []way, run func(t *testing.T, w *world)) {
	t.Helper()
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) { run(t, newWorld(t, open, way, softdelete.Config{})) })
		})
	}
}

func newWorld(t *testing.T, open testdb.Opener, way way, config softdelete.Config) *world {
	t.Helper()
	db := open(t, &gorm.Config{DisableForeignKeyConstraintWhenMigrating: true})
	require.NoError(t, db.SetupJoinTable(&folder{}, "Labels", &folderLabel{}))
	config.Models = []any{&folder{}, &paper{}, &note{}, &cover{}, &folderLabel{}, &mark{}, &node{}}
	require.NoError(t, db.Use(softdelete.New(config)))
	narrow(t, db)
	require.NoError(t, db.AutoMigrate(&folder{}, &paper{}, &note{}, &cover{}, &label{}, &folderLabel{}, &mark{}, &node{}, &scrap{}))
	rows := []any{
		&[]folder{{ID: 1, Tenant: "a", Name: "x"}, {ID: 2, Tenant: "b", Name: "x"}, {ID: 3, Tenant: "a", Name: "y"}},
		&[]paper{{ID: 11, FolderID: 1, Tenant: "a"}, {ID: 12, FolderID: 1, Tenant: "b"}, {ID: 21, FolderID: 2, Tenant: "a"}},
		&[]note{{ID: 111, PaperID: 11, Tenant: "a"}, {ID: 112, PaperID: 11, Tenant: "b"}, {ID: 121, PaperID: 12, Tenant: "a"}},
		&[]cover{{ID: 1, FolderID: 1, Tenant: "b"}, {ID: 3, FolderID: 3, Tenant: "a"}},
		&[]label{{ID: 1}, {ID: 2}},
		&[]folderLabel{{FolderID: 1, LabelID: 1, Tenant: "a"}, {FolderID: 1, LabelID: 2, Tenant: "b"}},
		&[]mark{{ID: 1, OnID: 1, OnType: "folders", Tenant: "a"}, {ID: 2, OnID: 1, OnType: "folders", Tenant: "b"}},
		&[]scrap{{ID: 1, FolderID: 1, Tenant: "a"}, {ID: 2, FolderID: 1, Tenant: "b"}},
	}
	for _, values := range rows {
		require.NoError(t, db.Create(values).Error)
	}
	// 1 (a) ← 2 (a) ← 3 (b) ← 4 (a): what hangs on b's is not reached.
	one, two, three := uint(1), uint(2), uint(3)
	for _, n := range []node{{ID: 1, Tenant: "a"}, {ID: 2, ParentID: &one, Tenant: "a"}, {ID: 3, ParentID: &two, Tenant: "b"}, {ID: 4, ParentID: &three, Tenant: "a"}} {
		require.NoError(t, db.Create(&n).Error)
	}
	return &world{db: db, way: way, a: as(db, way, "a")}
}

// state is which rows of a table are live, and which trashed.
type state map[string][2][]string

// rows reads the state of all tables by SQL of its own.
func (w *world) rows(t *testing.T) state {
	t.Helper()
	s := state{}
	for _, table := range tables {
		key := "id"
		if table == "folder_labels" {
			key = "label_id"
		}
		var of [2][]string
		for i, which := range []string{"deleted_at IS NULL", "deleted_at IS NOT NULL"} {
			if table == "scraps" {
				which = []string{"1 = 1", "1 = 0"}[i]
			}
			require.NoError(t, w.db.Raw(fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %s", key, table, which, key)).Scan(&of[i]).Error)
		}
		s[table] = of
	}
	return s
}

// trashAll trashes rows of all tenants: folders by one operation each, with all that hangs on them, and the tree of nodes.
func (w *world) trashAll(t *testing.T) (of softdelete.Deletion) {
	t.Helper()
	require.NoError(t, w.db.Scopes(softdelete.Into(&of)).Delete(&folder{ID: 1}).Error)
	require.Equal(t, map[string]int64{"folders": 1, "papers": 2, "notes": 3, "covers": 1, "folder_labels": 2, "marks": 2}, of.Rows)
	require.NoError(t, w.db.Delete(&folder{ID: 2}).Error)
	require.NoError(t, w.db.Delete(&folder{ID: 3}).Error)
	require.NoError(t, w.db.Delete(&node{ID: 1}).Error)
	return of
}
