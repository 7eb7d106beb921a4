package tenant_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// In this world each row has a tenant, and rows hang on rows of other tenants: by a cascade that is told by an operation's id or by the time
// alone, with hooks, in a tree, through a join table, on rows without a marker, and by a foreign key that is set to NULL.
type (
	fencedOrg struct {
		ID      int `gorm:"primaryKey;autoIncrement:false"`
		Tenant  *int
		Teams   []fencedTeam  `gorm:"foreignKey:OrgID" softdelete:"cascade"`
		Notes   []fencedNote  `gorm:"foreignKey:OrgID" softdelete:"cascade"`
		Tokens  []fencedToken `gorm:"foreignKey:OrgID;constraint:OnDelete:CASCADE"`
		Guests  []fencedGuest `gorm:"foreignKey:OrgID;constraint:OnDelete:SET NULL"`
		Heads   []fencedHead  `gorm:"foreignKey:OrgID" softdelete:"cascade,hooks"`
		Members []fencedTeam  `gorm:"many2many:fenced_members;joinForeignKey:OrgID;joinReferences:TeamID" softdelete:"cascade"`
		softdelete.Tracked
	}
	fencedTeam struct {
		ID     int `gorm:"primaryKey;autoIncrement:false"`
		Tenant *int
		OrgID  *int
		OverID *int
		Below  []fencedTeam `gorm:"foreignKey:OverID" softdelete:"cascade"`
		softdelete.Tracked
	}
	fencedMember struct {
		OrgID  int `gorm:"primaryKey;autoIncrement:false"`
		TeamID int `gorm:"primaryKey;autoIncrement:false"`
		Tenant *int
		softdelete.Tracked
	}
	fencedNote struct {
		ID     int `gorm:"primaryKey;autoIncrement:false"`
		Tenant *int
		OrgID  *int
		softdelete.Timestamp
	}
	fencedHead struct {
		ID     int `gorm:"primaryKey;autoIncrement:false"`
		Tenant *int
		OrgID  *int
		softdelete.Tracked
	}
	fencedToken struct {
		ID     int `gorm:"primaryKey;autoIncrement:false"`
		Tenant *int
		OrgID  *int
	}
	fencedGuest struct {
		ID     int `gorm:"primaryKey;autoIncrement:false"`
		Tenant *int
		OrgID  *int
		softdelete.Timestamp
	}
)

func (fencedMember) TableName() string { return "fenced_members" }

// ranHooks is where the hooks of a head count that they ran.
type ranHooks struct{}

func (*fencedHead) ran(tx *gorm.DB) error {
	if n, ok := tx.Statement.Context.Value(ranHooks{}).(*atomic.Int64); ok {
		n.Add(1)
	}
	return nil
}
func (h *fencedHead) BeforeRestore(tx *gorm.DB) error { return h.ran(tx) }
func (h *fencedHead) BeforePurge(tx *gorm.DB) error   { return h.ran(tx) }

var fencedModels = []any{&fencedOrg{}, &fencedTeam{}, &fencedMember{}, &fencedNote{}, &fencedHead{}, &fencedToken{}, &fencedGuest{}}

var fencedTables = []string{"fenced_orgs", "fenced_teams", "fenced_members", "fenced_notes", "fenced_heads", "fenced_tokens", "fenced_guests"}

// fencedWorld is one of random rows, of which some are in the trash.
type fencedWorld struct {
	db  *gorm.DB
	r   *rand.Rand
	ids []uuid.UUID // of the operations that trashed them
}

func openFenced(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	db := open(t)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: fencedModels})))
	require.NoError(t, db.SetupJoinTable(&fencedOrg{}, "Members", &fencedMember{}))
	require.NoError(t, db.AutoMigrate(fencedModels...))
	return db
}

// tenantAfter is mostly that of the row above.
func (w *fencedWorld) tenantAfter(above *int) *int {
	if w.r.IntN(8) > 0 && above != nil {
		return above
	}
	if w.r.IntN(6) == 0 {
		return nil // nobody's
	}
	n := 1 + w.r.IntN(2)
	return &n
}

// fill makes the world anew.
func (w *fencedWorld) fill(t *testing.T) {
	t.Helper()
	db := w.db.Session(&gorm.Session{SkipHooks: true})
	for _, table := range slices.Backward(fencedTables) {
		if table == "fenced_teams" {
			require.NoError(t, db.Exec("UPDATE fenced_teams SET over_id = NULL").Error)
		}
		require.NoError(t, db.Exec("DELETE FROM "+table).Error)
	}
	w.ids = nil
	next := 0
	id := func() int { next++; return next }
	for range 5 {
		org := &fencedOrg{ID: id(), Tenant: w.tenantAfter(nil)}
		require.NoError(t, db.Create(org).Error)
		var over *fencedTeam
		for range w.r.IntN(4) {
			team := &fencedTeam{ID: id(), Tenant: w.tenantAfter(org.Tenant), OrgID: &org.ID}
			if over != nil && w.r.IntN(2) == 0 {
				team.OverID, team.OrgID = &over.ID, nil
			}
			require.NoError(t, db.Create(team).Error)
			over = team
		}
		if over != nil {
			require.NoError(t, db.Create(&fencedMember{OrgID: org.ID, TeamID: over.ID, Tenant: w.tenantAfter(org.Tenant)}).Error)
		}
		for range w.r.IntN(2) {
			require.NoError(t, db.Create(&fencedNote{ID: id(), Tenant: w.tenantAfter(org.Tenant), OrgID: &org.ID}).Error)
			require.NoError(t, db.Create(&fencedHead{ID: id(), Tenant: w.tenantAfter(org.Tenant), OrgID: &org.ID}).Error)
		}
		for range w.r.IntN(2) {
			require.NoError(t, db.Create(&fencedToken{ID: id(), Tenant: w.tenantAfter(org.Tenant), OrgID: &org.ID}).Error)
		}
		for range w.r.IntN(4) {
			require.NoError(t, db.Create(&fencedGuest{ID: id(), Tenant: w.tenantAfter(org.Tenant), OrgID: &org.ID}).Error)
		}
	}
	for range 4 {
		var d softdelete.Deletion
		value := []any{&fencedOrg{}, &fencedOrg{}, &fencedTeam{}, &fencedHead{}, &fencedGuest{}}[w.r.IntN(5)]
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(value, "id % 3 = ?", w.r.IntN(3)).Error)
		if d.ID != uuid.Nil {
			w.ids = append(w.ids, d.ID)
		}
	}
}

// rows are all rows, and those that are not of the first tenant, as texts.
func (w *fencedWorld) rows(t *testing.T, db *gorm.DB) (all, others []string) {
	t.Helper()
	for _, table := range fencedTables {
		var list []map[string]any
		require.NoError(t, db.Raw("SELECT * FROM "+table).Scan(&list).Error)
		for _, row := range list {
			text := table
			for _, column := range []string{"id", "org_id", "team_id", "over_id", "tenant", "deleted_at", "deletion_id"} {
				text += fmt.Sprintf(" %v", row[column])
			}
			all = append(all, text)
			if fmt.Sprint(row["tenant"]) != "1" {
				others = append(others, text)
			}
		}
	}
	slices.Sort(all)
	slices.Sort(others)
	return all, others
}

// ofFirstTenant are the scopes of the first tenant, in some ways; Within is called once or twice.
func ofFirstTenant(way int) func(*softdelete.Trash) *softdelete.Trash {
	plain := func(db *gorm.DB) *gorm.DB { return db.Where("tenant = ?", 1) }
	table := func(db *gorm.DB) string {
		stmt := &gorm.Statement{DB: db}
		_ = stmt.Parse(db.Statement.Model)
		return stmt.Schema.Table
	}
	switch way % 5 {
	case 0:
		return func(trash *softdelete.Trash) *softdelete.Trash { return trash.Within(plain) }
	case 1: // an OR of its own, and one that is narrower
		return func(trash *softdelete.Trash) *softdelete.Trash {
			return trash.Within(func(db *gorm.DB) *gorm.DB { return db.Where("tenant = 1").Or("tenant = 2") }).Within(plain)
		}
	case 2: // a join
		return func(trash *softdelete.Trash) *softdelete.Trash {
			return trash.Within(func(db *gorm.DB) *gorm.DB {
				name := table(db)
				return db.Joins("JOIN (SELECT 1 AS wanted UNION ALL SELECT 1) w ON w.wanted = 1").Where(name+".tenant = w.wanted").Where(name+".tenant = ?", 1)
			})
		}
	case 3: // a subquery
		return func(trash *softdelete.Trash) *softdelete.Trash {
			return trash.Scopes(plain).Within(func(db *gorm.DB) *gorm.DB {
				return db.Where("tenant IN (?)", db.Session(&gorm.Session{NewDB: true}).Raw("SELECT 1"))
			})
		}
	default: // by the model
		return func(trash *softdelete.Trash) *softdelete.Trash {
			return trash.Within(func(db *gorm.DB) *gorm.DB {
				if !strings.HasPrefix(table(db), "fenced_") {
					return db.Where("1 = 0")
				}
				return plain(db)
			})
		}
	}
}

// verb is something that is done to a trash.
type verb struct {
	name    string
	do      func(context.Context, *softdelete.Trash) error
	preview func(context.Context, *softdelete.Trash) (softdelete.Plan, error) // nil if there is none
}

// anyVerb is something to do with rows of the first tenant.
func (w *fencedWorld) anyVerb(t *testing.T, trash *softdelete.Trash) verb {
	t.Helper()
	page, err := trash.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant = 1") }).List(t.Context(), softdelete.ListOptions{Limit: 500})
	require.NoError(t, err)
	items := page.Items
	w.r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	items = items[:min(len(items), 1+w.r.IntN(3))]
	names := fmt.Sprint(len(items))
	for _, item := range items {
		names += fmt.Sprintf(" %s %v", item.Table, item.Key)
	}
	of := func(op softdelete.Operation, scope func(*gorm.DB) *gorm.DB) verb {
		do := (*softdelete.Trash).Restore
		if op == softdelete.OpPurge {
			do = (*softdelete.Trash).Purge
		}
		return verb{
			op.String() + " of " + names,
			func(ctx context.Context, trash *softdelete.Trash) error {
				_, err := do(trash.Scopes(scope), ctx, items...)
				return err
			},
			func(ctx context.Context, trash *softdelete.Trash) (softdelete.Plan, error) {
				return trash.Scopes(scope).Preview(ctx, op, items...)
			},
		}
	}
	same := func(db *gorm.DB) *gorm.DB { return db }
	kind := w.r.IntN(10)
	switch {
	case len(items) > 0 && kind < 2:
		return of(softdelete.OpRestore, same)
	case len(items) > 0 && kind < 4:
		return of(softdelete.OpRestore, softdelete.WithParents)
	case len(items) > 0 && kind < 5:
		return of(softdelete.OpRestore, softdelete.RootOnly)
	case len(items) > 0 && kind < 8:
		return of(softdelete.OpPurge, same)
	case len(w.ids) > 0 && kind < 9:
		id := w.ids[w.r.IntN(len(w.ids))]
		return verb{
			"undo",
			func(ctx context.Context, trash *softdelete.Trash) error { _, err := trash.Undo(ctx, id); return err },
			func(ctx context.Context, trash *softdelete.Trash) (softdelete.Plan, error) {
				return trash.PreviewUndo(ctx, id)
			},
		}
	default:
		return verb{"restore of all", func(ctx context.Context, trash *softdelete.Trash) error { _, err := trash.RestoreAll(ctx); return err }, nil}
	}
}

var errTakeBack = errors.New("it is taken back")
