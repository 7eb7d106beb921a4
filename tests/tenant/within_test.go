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
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
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

// TestWithin says that nothing that is done within a tenant changes a row of another, or of nobody: what would is ErrOutOfScope, and changes
// nothing and runs no hook, as its preview says; what would not is done as without.
func TestWithin(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		seed := uint64(time.Now().UnixNano()) //nolint:gosec // a seed
		t.Logf("seed %d", seed)
		w := &fencedWorld{db: openFenced(t, open), r: rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // no secret
		refused, done := 0, 0
		for world := range 25 {
			w.fill(t)
			for step := range 6 {
				fence := ofFirstTenant(world + step)
				v := w.anyVerb(t, models.OpenTrash(t, w.db))
				all, others := w.rows(t, w.db)

				// What it would do if nobody looked.
				var want []string
				crosses := false
				plainErr := error(nil)
				require.ErrorIs(t, w.db.Transaction(func(tx *gorm.DB) error {
					plainErr = v.do(t.Context(), models.OpenTrash(t, tx).Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant = 1") }))
					if plainErr == nil {
						var after []string
						want, after = w.rows(t, tx)
						crosses = !slices.Equal(others, after)
					}
					return errTakeBack
				}), errTakeBack)

				var ran atomic.Int64
				ctx := context.WithValue(t.Context(), ranHooks{}, &ran)
				trash := fence(models.OpenTrash(t, w.db))
				if strings.HasPrefix(v.name, "undo") && (world+step)%5 == 2 {
					continue // which takes no joins
				}
				var plan softdelete.Plan
				var planErr error
				if v.preview != nil {
					plan, planErr = v.preview(ctx, trash)
				}
				if planErr == nil && v.preview != nil && w.r.IntN(2) == 0 {
					trash = trash.Scopes(softdelete.Expect(plan))
				}
				err := v.do(ctx, trash)
				now, nowOthers := w.rows(t, w.db)
				about := fmt.Sprintf("%s, world %d, step %d: %v", v.name, world, step, err)
				require.Equal(t, others, nowOthers, about)
				switch {
				case plainErr != nil:
					require.Error(t, err, about)
					require.Equal(t, all, now, about)
				case crosses:
					require.ErrorIs(t, err, softdelete.ErrOutOfScope, about)
					require.Equal(t, all, now, about)
					if v.preview != nil { // else it goes from model to model
						require.Zero(t, ran.Load(), about)
						require.ErrorIs(t, planErr, softdelete.ErrOutOfScope, about)
					}
					refused++
				default:
					require.NoError(t, err, about)
					require.NoError(t, planErr, about)
					require.Equal(t, want, now, about)
					done++
				}
			}
		}
		require.NotZero(t, refused)
		require.NotZero(t, done)
		t.Logf("%d refused, %d done", refused, done)
	})
}

// TestWithinEmpty says that emptying within a tenant leaves, and reports, the rows that would take others of other tenants along, and that its
// preview tells the same.
func TestWithinEmpty(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		seed := uint64(time.Now().UnixNano()) //nolint:gosec // a seed
		t.Logf("seed %d", seed)
		w := &fencedWorld{db: openFenced(t, open), r: rand.New(rand.NewPCG(seed, 2))} //nolint:gosec // no secret
		left := 0
		for world := range 30 {
			w.fill(t)
			_, others := w.rows(t, w.db)
			trash := ofFirstTenant(world)(models.OpenTrash(t, w.db))
			options := softdelete.EmptyOptions{All: true, BatchSize: 1 + w.r.IntN(20), Hooks: w.r.IntN(2) == 0}
			preview, err := trash.PreviewEmpty(t.Context(), options)
			require.NoError(t, err)
			report, err := trash.Empty(t.Context(), options)
			require.NoError(t, err)
			_, now := w.rows(t, w.db)
			require.Equal(t, others, now)
			keys := func(list []softdelete.RowError, outside bool) (keys []string) {
				for _, failed := range list {
					if !outside || errors.Is(failed.Err, softdelete.ErrOutOfScope) {
						keys = append(keys, fmt.Sprint(failed.Table, failed.Key))
					}
				}
				return keys
			}
			require.Subset(t, keys(report.Failed, false), keys(preview.Failed, false))
			require.Subset(t, keys(preview.Failed, false), keys(report.Failed, true), "what a foreign key holds is not known before")
			left += len(keys(report.Failed, true))
			stats, err := trash.Stats(t.Context())
			require.NoError(t, err)
			var rest int64
			for _, stat := range stats {
				rest += stat.Trashed
			}
			require.EqualValues(t, len(report.Failed), rest, "what is not reported is gone")
		}
		require.NotZero(t, left)
	})
}

// TestWithinAsksOnce says that a fence costs one statement for each table of which rows go along, and none where none do.
func TestWithinAsksOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openFenced(t, open)
		mine := 1
		for org := 1; org <= 2; org++ {
			require.NoError(t, db.Create(&fencedOrg{ID: org, Tenant: &mine}).Error)
		}
		for id := range 3 {
			require.NoError(t, db.Create(&fencedTeam{ID: id + 1, Tenant: &mine, OrgID: &mine}).Error)
			require.NoError(t, db.Create(&fencedNote{ID: id + 1, Tenant: &mine, OrgID: &mine}).Error)
		}
		require.NoError(t, db.Delete(&fencedOrg{}, []int{1, 2}).Error)
		log := record.Record(t, db)
		counts := func(trash *softdelete.Trash, id int) (n int) {
			t.Helper()
			_, err := trash.Preview(t.Context(), softdelete.OpRestore, softdelete.Item{Table: "fenced_orgs", Key: []any{id}})
			require.NoError(t, err)
			return len(log.Take())
		}
		plain, within := models.OpenTrash(t, db), ofFirstTenant(0)(models.OpenTrash(t, db))
		require.Equal(t, counts(plain, 1)+2, counts(within, 1))
		require.Equal(t, counts(plain, 2), counts(within, 2))
	})
}

// TestWithinErrors says what a fence cannot be made of, and that what a scope says of a reached table comes up.
func TestWithinErrors(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openFenced(t, open)
		mine := 1
		require.NoError(t, db.Create(&fencedOrg{ID: 1, Tenant: &mine, Tokens: []fencedToken{{ID: 1, Tenant: &mine}}}).Error)
		require.NoError(t, db.WithContext(softdelete.WithActor(t.Context(), "ana")).Delete(&fencedOrg{ID: 1}).Error)
		org := softdelete.Item{Table: "fenced_orgs", Key: []any{1}}
		purge := func(scopes ...func(*gorm.DB) *gorm.DB) error {
			return db.Transaction(func(tx *gorm.DB) error {
				if _, err := models.OpenTrash(t, tx).Within(scopes...).Purge(t.Context(), org); err != nil {
					return err
				}
				return errTakeBack
			})
		}
		tokens := func(do func(*gorm.DB) *gorm.DB) func(*gorm.DB) *gorm.DB {
			return func(db *gorm.DB) *gorm.DB {
				if _, ok := db.Statement.Model.(*fencedToken); ok {
					return do(db)
				}
				return db
			}
		}
		require.ErrorIs(t, purge(), errTakeBack)
		require.ErrorIs(t, purge(nil), gorm.ErrInvalidValue)
		require.ErrorIs(t, purge(tokens(func(db *gorm.DB) *gorm.DB { return db })), errTakeBack, "any token is in scope")
		require.ErrorIs(t, purge(tokens(func(db *gorm.DB) *gorm.DB { return db.Where("1 = 0") })), softdelete.ErrOutOfScope)
		require.ErrorIs(t, purge(tokens(func(*gorm.DB) *gorm.DB { return nil })), gorm.ErrInvalidValue)
		require.ErrorIs(t, purge(tokens(func(db *gorm.DB) *gorm.DB { return db.Session(&gorm.Session{NewDB: true}) })), gorm.ErrInvalidValue)
		require.ErrorIs(t, purge(tokens(func(db *gorm.DB) *gorm.DB { return db.Group("id") })), gorm.ErrInvalidValue)
		require.ErrorIs(t, purge(tokens(func(db *gorm.DB) *gorm.DB {
			_ = db.AddError(errTakeBack)
			return db
		})), errTakeBack)
		err := purge(tokens(func(db *gorm.DB) *gorm.DB { return db.Where("no_such_column = 1") }))
		require.Error(t, err)
		require.NotErrorIs(t, err, errTakeBack)
		require.ErrorIs(t, purge(softdelete.TrashedBy("ana")), softdelete.ErrOutOfScope, "a token is trashed by nobody")
		require.ErrorIs(t, purge(tokens(func(db *gorm.DB) *gorm.DB { return db.Limit(10) })), errTakeBack)

		var none *softdelete.Trash
		require.Nil(t, none.Within())
		var n int64
		require.NoError(t, db.Model(&fencedToken{}).Count(&n).Error)
		require.EqualValues(t, 1, n)
	})
}

// fencedBadge has a number that is unique among live ones of all tenants.
type fencedBadge struct {
	ID     int `gorm:"primaryKey;autoIncrement:false"`
	Tenant int
	Number string `gorm:"size:20" softdelete:"unique"`
	softdelete.Timestamp
}

// TestWithinHidesClashes says that a plan tells of a row in the way that is out of scope, and does not name it.
func TestWithinHidesClashes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, softdelete.AutoMigrate(db, &fencedBadge{}))
		for id, badge := range []fencedBadge{{Tenant: 1, Number: "a"}, {Tenant: 1, Number: "b"}} {
			badge.ID = id + 1
			require.NoError(t, db.Create(&badge).Error)
			require.NoError(t, db.Delete(&badge).Error)
		}
		require.NoError(t, db.Create(&[]fencedBadge{{ID: 3, Tenant: 1, Number: "a"}, {ID: 4, Tenant: 2, Number: "b"}}).Error)
		for way := range 5 {
			plan, err := ofFirstTenant(way)(models.OpenTrash(t, db)).Preview(t.Context(), softdelete.OpRestore,
				softdelete.Item{Table: "fenced_badges", Key: []any{1}}, softdelete.Item{Table: "fenced_badges", Key: []any{2}})
			require.NoError(t, err)
			require.Len(t, plan.Conflicts, 1)
			require.Len(t, plan.Clashes, 2)
			with := map[any][]any{}
			for _, c := range plan.Clashes {
				require.True(t, c.Live)
				with[c.Key[0]] = c.With
			}
			require.Equal(t, map[any][]any{1: {3}, 2: nil}, with, way)
		}
	})
}

// On a house nothing hangs but lodgers, whom the database parts from it.
type (
	fencedHouse struct {
		ID      int `gorm:"primaryKey;autoIncrement:false"`
		Tenant  int
		Lodgers []fencedLodger `gorm:"foreignKey:HouseID;constraint:OnDelete:SET NULL"`
		softdelete.Tracked
	}
	fencedLodger struct {
		ID      int `gorm:"primaryKey;autoIncrement:false"`
		Tenant  int
		HouseID *int
		softdelete.Timestamp
	}
)

// TestWithinKeepsForeignKeys says that a purge within a tenant has the database set no foreign key of another's row to NULL, live or trashed,
// whatever purges.
func TestWithinKeepsForeignKeys(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&fencedHouse{}, &fencedLodger{}}})))
		require.NoError(t, db.AutoMigrate(&fencedHouse{}, &fencedLodger{}))
		for id := 1; id <= 4; id++ {
			require.NoError(t, db.Create(&fencedHouse{ID: id, Tenant: 1}).Error)
			require.NoError(t, db.Create(&fencedLodger{ID: id, Tenant: 1 + id%2, HouseID: &id}).Error)
		}
		require.NoError(t, db.Delete(&fencedLodger{}, []int{1, 2}).Error)
		require.NoError(t, db.Where("1 = 1").Delete(&fencedHouse{}).Error)
		housed := func() (ids []int) {
			require.NoError(t, db.Unscoped().Model(&fencedLodger{}).Where("house_id IS NOT NULL").Order("id").Pluck("id", &ids).Error)
			return ids
		}
		for way := range 5 {
			trash := ofFirstTenant(way)(models.OpenTrash(t, db, &fencedHouse{}))
			for _, id := range []int{1, 3} {
				_, err := trash.Purge(t.Context(), softdelete.Item{Table: "fenced_houses", Key: []any{id}})
				require.ErrorIs(t, err, softdelete.ErrOutOfScope)
			}
			for _, hooks := range []bool{false, true} {
				for _, empty := range []func(context.Context, softdelete.EmptyOptions) (softdelete.EmptyReport, error){trash.PreviewEmpty, trash.Empty} {
					report, err := empty(t.Context(), softdelete.EmptyOptions{All: true, Hooks: hooks})
					require.NoError(t, err)
					require.Len(t, report.Failed, 2)
					require.ErrorIs(t, report.Failed[0].Err, softdelete.ErrOutOfScope)
				}
				require.Equal(t, []int{1, 3}, housed())
			}
		}
	})
}
