package trash_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// Each of these belongs to a tenant. A song hangs on its album; a stamp keeps no operation and no time.
type (
	tenantAlbum struct {
		ID       int `gorm:"primaryKey;autoIncrement:false"`
		TenantID int
		Songs    []tenantSong `gorm:"foreignKey:AlbumID" softdelete:"cascade"`
		softdelete.Tracked
	}
	tenantSong struct {
		ID       int `gorm:"primaryKey;autoIncrement:false"`
		AlbumID  int
		TenantID int
		softdelete.Tracked
	}
	tenantNote struct {
		ID       int `gorm:"primaryKey;autoIncrement:false"`
		TenantID int
		softdelete.Timestamp
	}
	tenantStamp struct {
		ID       int `gorm:"primaryKey;autoIncrement:false"`
		TenantID int
		softdelete.Flagged
	}
)

var tenantModels = []any{&tenantAlbum{}, &tenantSong{}, &tenantNote{}, &tenantStamp{}}

// tenants are two tenants with as many rows of each kind: the first one's have odd keys. A third of them stay live. It returns
// the ids of the operations, by tenant.
func tenants(t *testing.T, db *gorm.DB) (ids [3][]uuid.UUID) {
	t.Helper()
	for _, m := range slices.Backward(tenantModels) { // what hangs on others first
		require.NoError(t, db.Session(&gorm.Session{AllowGlobalUpdate: true}).Unscoped().Delete(m).Error)
	}
	for id := 1; id <= 6; id++ {
		tenant := 2 - id%2
		require.NoError(t, db.Create(&tenantAlbum{ID: id, TenantID: tenant, Songs: []tenantSong{{ID: id, TenantID: tenant}, {ID: id + 10, TenantID: tenant}}}).Error)
		require.NoError(t, db.Create(&tenantNote{ID: id, TenantID: tenant}).Error)
		require.NoError(t, db.Create(&tenantStamp{ID: id, TenantID: tenant}).Error)
		if id > 4 {
			continue
		}
		var d softdelete.Deletion
		require.NoError(t, db.WithContext(softdelete.WithActor(t.Context(), "ana")).Scopes(softdelete.Into(&d)).Delete(&tenantAlbum{}, id).Error)
		require.NoError(t, db.Delete(&tenantNote{}, id).Error)
		require.NoError(t, db.Delete(&tenantStamp{}, id).Error)
		ids[tenant] = append(ids[tenant], d.ID)
	}
	slices.Reverse(ids[1])
	slices.Reverse(ids[2])
	return ids
}

// ofFirst are scopes that leave the rows of the first tenant, in whatever way.
func ofFirst() map[string][]func(*gorm.DB) *gorm.DB {
	tenant := func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = ?", 1) }
	with := func(others ...func(*gorm.DB) *gorm.DB) []func(*gorm.DB) *gorm.DB {
		return slices.Concat([]func(*gorm.DB) *gorm.DB{tenant}, others)
	}
	return map[string][]func(*gorm.DB) *gorm.DB{
		"a condition":     {tenant},
		"an or first":     with(func(db *gorm.DB) *gorm.DB { return db.Or("id > 0") }, func(db *gorm.DB) *gorm.DB { return db.Or("1 = 1").Where("1 = 0") }),
		"an or in a text": with(func(db *gorm.DB) *gorm.DB { return db.Where("1 = 0 OR id > 0 -- why") }),
		"an or nested": with(func(db *gorm.DB) *gorm.DB {
			return db.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("1 = 0").Or("id > 0") })
		}),
		"taken back": with(func(db *gorm.DB) *gorm.DB {
			delete(db.Statement.Clauses, "WHERE")
			return db.Where("1 = 1")
		}),
		"an or": with(func(db *gorm.DB) *gorm.DB { return db.Where("1 = 0").Or("id > 0") }),
		"an or before": {func(db *gorm.DB) *gorm.DB {
			return db.Where("tenant_id = 1 AND id > 2").Or("tenant_id = ? AND id < 3", 1)
		}},
		"nested":       {func(db *gorm.DB) *gorm.DB { return db.Scopes(func(db *gorm.DB) *gorm.DB { return db.Scopes(tenant) }) }},
		"all, trashed": with(softdelete.WithTrashed),
		"only trashed": with(softdelete.OnlyTrashed),
		"all, in":      with(softdelete.WithTrashedIn(tenantModels...)),
		"unscoped":     with(func(db *gorm.DB) *gorm.DB { return db.Unscoped() }),
		"a session":    {func(db *gorm.DB) *gorm.DB { return tenant(db).Session(&gorm.Session{}) }},
		"sorted":       with(func(db *gorm.DB) *gorm.DB { return db.Order("id DESC") }),
		"by the model": {func(db *gorm.DB) *gorm.DB {
			switch db.Statement.Model.(type) {
			case *tenantAlbum, *tenantSong, *tenantNote, *tenantStamp:
				return tenant(db)
			}
			return db.Where("1 = 0")
		}},
		"a join": {func(db *gorm.DB) *gorm.DB {
			return db.Joins("JOIN (SELECT 1 AS wanted UNION ALL SELECT 1) w ON w.wanted = 1").Where(tableIn(db) + ".tenant_id = w.wanted")
		}},
		"a limit": with(func(db *gorm.DB) *gorm.DB { return db.Limit(100).Offset(0) }),
	}
}

// tableIn is the table of a statement's model.
func tableIn(db *gorm.DB) string {
	stmt := &gorm.Statement{DB: db}
	_ = stmt.Parse(db.Statement.Model)
	return stmt.Schema.Table
}

// partsOf are the ways to a part of a trash.
func partsOf(t *testing.T, db *gorm.DB, scopes []func(*gorm.DB) *gorm.DB) map[string]*softdelete.Trash {
	t.Helper()
	one := models.OpenTrash(t, db, tenantModels...)
	for _, scope := range scopes {
		one = one.Scopes(scope)
	}
	parts := map[string]*softdelete.Trash{"of the trash": models.OpenTrash(t, db, tenantModels...).Scopes(scopes...), "one by one": one}
	if len(scopes) == 1 { // Of several that are given to GORM an OR counts for all, as in a handle's conditions.
		parts["of the handle"] = models.OpenTrash(t, db.Scopes(scopes...), tenantModels...)
	}
	return parts
}

func openTenants(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	return handles.WithPlugin(t, open, softdelete.Config{Models: tenantModels}, tenantModels...)
}

// eachPart runs fn on each way to the first tenant's part of a trash.
func eachPart(t *testing.T, fn func(t *testing.T, db *gorm.DB, part *softdelete.Trash, ids [3][]uuid.UUID)) {
	t.Helper()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openTenants(t, open)
		for name, scopes := range ofFirst() {
			for way := range partsOf(t, db, scopes) {
				t.Run(name+" "+way, func(t *testing.T) {
					ids := tenants(t, db)
					fn(t, db, partsOf(t, db, scopes)[way], ids)
				})
			}
		}
	})
}

// TestScopesNarrowReads says that a part of the trash shows the rows of that part, each of them once, and no others, whatever
// stands in its scopes.
func TestScopesNarrowReads(t *testing.T) {
	t.Parallel()
	eachPart(t, func(t *testing.T, _ *gorm.DB, part *softdelete.Trash, ids [3][]uuid.UUID) {
		trashed := map[string]int64{}
		for table, stat := range models.StatsOf(t, part) {
			trashed[table] = stat.Trashed
		}
		require.Equal(t, map[string]int64{"tenant_albums": 2, "tenant_songs": 4, "tenant_notes": 2, "tenant_stamps": 2}, trashed)

		want := []string{
			"tenant_albums 1", "tenant_albums 3", "tenant_notes 1", "tenant_notes 3",
			"tenant_songs 1", "tenant_songs 11", "tenant_songs 13", "tenant_songs 3", "tenant_stamps 1", "tenant_stamps 3",
		}
		for limit := range 4 {
			items := models.ListAll(t, part, softdelete.ListOptions{Limit: limit * 2})
			require.Equal(t, want, slices.Sorted(slices.Values(itemNames(items))), "pages of %d", limit*2)
			for _, item := range items {
				same, err := part.Item(t.Context(), item.Table, item.Key...)
				require.NoError(t, err)
				require.Equal(t, itemName(item), itemName(same))
				require.NoError(t, handles.Second(same.Load(t.Context())))
			}
		}
		for _, table := range []string{"tenant_albums", "tenant_songs", "tenant_notes", "tenant_stamps"} {
			for _, id := range []int{2, 5, 6, 99} {
				require.ErrorIs(t, handles.Second(part.Item(t.Context(), table, id)), softdelete.ErrNotFound, "%s %d", table, id)
			}
		}

		all := models.DeletionsAll(t, part, softdelete.ListOptions{Limit: 1}, concurrent.NothingBetween)
		require.Len(t, all, 2)
		for i, d := range all {
			require.Equal(t, ids[1][i], d.ID)
			require.Equal(t, map[string]int64{"tenant_albums": 1, "tenant_songs": 2}, d.Rows)
			same, err := part.Deletion(t.Context(), d.ID)
			require.NoError(t, err)
			same.At = same.At.UTC()
			require.Equal(t, d, same)
		}
		require.ErrorIs(t, handles.Second(part.Deletion(t.Context(), ids[2][0])), softdelete.ErrNotFound, "another's")
	})
}

// TestScopesNarrowLoad says that an item of the whole trash is loaded whole, and one of a part not when it has left it.
func TestScopesNarrowLoad(t *testing.T) {
	t.Parallel()
	eachPart(t, func(t *testing.T, db *gorm.DB, part *softdelete.Trash, _ [3][]uuid.UUID) {
		item, err := part.Item(t.Context(), "tenant_notes", 1)
		require.NoError(t, err)
		require.NoError(t, db.Exec("UPDATE tenant_notes SET tenant_id = 2 WHERE id = 1").Error)
		require.NoError(t, db.Exec("UPDATE tenant_albums SET tenant_id = 2 WHERE id IN (1, 3)").Error)
		require.ErrorIs(t, handles.Second(item.Load(t.Context())), softdelete.ErrNotFound)
	})
}

// TestScopesNarrowEmpty says that a part is emptied of its own rows, and that its preview says so.
func TestScopesNarrowEmpty(t *testing.T) {
	t.Parallel()
	eachPart(t, func(t *testing.T, db *gorm.DB, part *softdelete.Trash, _ [3][]uuid.UUID) {
		want := map[string]int64{"tenant_albums": 2, "tenant_songs": 4, "tenant_notes": 2, "tenant_stamps": 2}
		for _, hooks := range []bool{false, true} {
			tenants(t, db)
			report, err := part.PreviewEmpty(t.Context(), softdelete.EmptyOptions{All: true, Hooks: hooks})
			require.NoError(t, err)
			require.Equal(t, softdelete.EmptyReport{Rows: want, DryRun: true}, report)
			report, err = part.Empty(t.Context(), softdelete.EmptyOptions{All: true, Hooks: hooks, BatchSize: 3})
			require.NoError(t, err)
			require.Equal(t, softdelete.EmptyReport{Rows: want}, report)
			for _, table := range []string{"tenant_albums", "tenant_notes", "tenant_stamps"} {
				require.Equal(t, []int{2, 4, 5, 6}, tables.IDsOf(t, db, table))
			}
		}
	})
}

// TestScopesNarrowRestoreAll says that a part is restored, and no more.
func TestScopesNarrowRestoreAll(t *testing.T) {
	t.Parallel()
	eachPart(t, func(t *testing.T, db *gorm.DB, part *softdelete.Trash, _ [3][]uuid.UUID) {
		n, err := part.RestoreAll(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 10, n)
		for _, table := range []string{"tenant_albums", "tenant_notes"} {
			require.Equal(t, []int{2, 4}, tables.Column[int](t, db, "SELECT id FROM "+table+" WHERE deleted_at IS NOT NULL ORDER BY id"))
		}
		require.Equal(t, []int{2, 4, 12, 14}, tables.Column[int](t, db, "SELECT id FROM tenant_songs WHERE deleted_at IS NOT NULL ORDER BY id"))
	})
}

// TestScopesNarrowRun says that a sweep keeps to the part.
func TestScopesNarrowRun(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openTenants(t, open)
		tenants(t, db)
		ctx, cancel := context.WithCancel(t.Context())
		part := models.OpenTrash(t, db, tenantModels...).Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = 1") })
		options := softdelete.RunOptions{Empty: softdelete.EmptyOptions{All: true, Progress: func(p softdelete.Progress) {
			if p.Done >= 10 {
				cancel()
			}
		}}}
		require.ErrorIs(t, part.Run(ctx, options), context.Canceled)
		for _, table := range []string{"tenant_albums", "tenant_notes", "tenant_stamps"} {
			require.Equal(t, []int{2, 4, 5, 6}, tables.IDsOf(t, db, table))
		}
	})
}

// TestScopesOfTheTrash says that a scope of the trash narrows it, and that what is for a restore alone is nothing to reads.
func TestScopesOfTheTrash(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openTenants(t, open)
		ids := tenants(t, db)
		tracked := models.OpenTrash(t, db, &tenantAlbum{}, &tenantSong{})
		require.Len(t, models.ListAll(t, tracked.Scopes(softdelete.TrashedBy("ana")), softdelete.ListOptions{}), 12)
		require.Empty(t, models.ListAll(t, tracked.Scopes(softdelete.TrashedBy("ben")), softdelete.ListOptions{}))
		require.Empty(t, models.ListAll(t, tracked.Scopes(softdelete.TrashedBy("ben"), softdelete.TrashedBy("ana")), softdelete.ListOptions{}))
		require.Empty(t, models.ListAll(t, tracked.Scopes(softdelete.TrashedBy("ben")).Scopes(softdelete.WithoutTrashed), softdelete.ListOptions{}), "nor does another take it back")
		require.ErrorIs(t, handles.Second(tracked.Scopes(softdelete.TrashedBy("ben")).Deletion(t.Context(), ids[1][0])), softdelete.ErrNotFound)
		var wrong *softdelete.ModelError
		require.ErrorAs(t, handles.Second(models.OpenTrash(t, db).Scopes(softdelete.TrashedBy("ana")).Stats(t.Context())), &wrong, "of a model that does not tell")

		plan, err := softdelete.Preview(db, softdelete.OpRestore, &tenantNote{}, 1)
		require.NoError(t, err)
		for name, scope := range map[string]func(*gorm.DB) *gorm.DB{
			"WithParents": softdelete.WithParents, "RootOnly": softdelete.RootOnly, "Expect": softdelete.Expect(plan),
		} {
			part := tracked.Scopes(scope)
			require.Len(t, models.ListAll(t, part, softdelete.ListOptions{Limit: 5}), 12, name)
			require.Len(t, models.StatsOf(t, part), 2, name)
			require.Len(t, models.DeletionsAll(t, part, softdelete.ListOptions{}, concurrent.NothingBetween), 4, name)
			require.NoError(t, handles.Second(part.Deletion(t.Context(), ids[1][0])), name)
			item, err := part.Item(t.Context(), "tenant_songs", 11)
			require.NoError(t, err, name)
			require.NoError(t, handles.Second(item.Load(t.Context())), name)
		}
	})
}

// TestScopesForARestore says that what is for a restore alone counts for a RestoreAll, and is refused where rows would be removed,
// before any is.
func TestScopesForARestore(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := openTenants(t, open)
		trashed := func(table string) []int {
			return tables.Column[int](t, db, "SELECT id FROM "+table+" WHERE deleted_at IS NOT NULL ORDER BY id")
		}
		whole := models.OpenTrash(t, db, &tenantAlbum{}, &tenantSong{})
		first := func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = 1") }

		tenants(t, db)
		n, err := whole.Scopes(softdelete.RootOnly, first).RestoreAll(t.Context(), &tenantAlbum{})
		require.NoError(t, err)
		require.EqualValues(t, 2, n)
		require.Len(t, trashed("tenant_songs"), 8, "they stay")

		tenants(t, db)
		n, err = whole.Scopes(first).Scopes(softdelete.WithParents).RestoreAll(t.Context(), &tenantSong{})
		require.NoError(t, err)
		require.EqualValues(t, 6, n)
		require.Equal(t, []int{2, 4}, trashed("tenant_albums"))

		tenants(t, db)
		n, err = whole.Scopes(softdelete.WithParents).RestoreAll(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 12, n)

		tenants(t, db)
		plan, err := softdelete.Preview(db, softdelete.OpPurge, &tenantAlbum{}, 1)
		require.NoError(t, err)
		for name, scope := range map[string]func(*gorm.DB) *gorm.DB{
			"WithParents": softdelete.WithParents, "RootOnly": softdelete.RootOnly, "Expect": softdelete.Expect(plan),
		} {
			for _, hooks := range []bool{false, true} {
				report, err := whole.Scopes(scope).Empty(t.Context(), softdelete.EmptyOptions{All: true, Hooks: hooks})
				require.ErrorIs(t, err, gorm.ErrInvalidValue, name)
				require.Empty(t, report.Rows)
				require.Empty(t, report.Failed)
			}
		}
		require.ErrorIs(t, handles.Second(whole.Scopes(softdelete.Expect(plan)).RestoreAll(t.Context())), gorm.ErrInvalidValue)
		require.Len(t, trashed("tenant_songs"), 8)
	})
}

// TestScopesRunOnce says that a scope is called once for each statement about its model, and for none other.
func TestScopesRunOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openTenants(t, open)
		calls := map[string]int{}
		counting := func(db *gorm.DB) *gorm.DB {
			calls[fmt.Sprintf("%T", db.Statement.Model)]++
			return db.Where("tenant_id = 1")
		}
		note := &tenantNote{}
		for way, part := range map[string]*softdelete.Trash{
			"trash": models.OpenTrash(t, db, note).Scopes(counting), "handle": models.OpenTrash(t, db.Scopes(counting), note),
		} {
			for name, run := range map[string]func(*softdelete.Trash) error{
				"Stats": func(trash *softdelete.Trash) error { return handles.Second(trash.Stats(t.Context())) },
				"List": func(trash *softdelete.Trash) error {
					return handles.Second(trash.List(t.Context(), softdelete.ListOptions{}))
				},
				"Item":       func(trash *softdelete.Trash) error { return handles.Second(trash.Item(t.Context(), "tenant_notes", 1)) },
				"RestoreAll": func(trash *softdelete.Trash) error { return handles.Second(trash.RestoreAll(t.Context())) },
			} {
				tenants(t, db)
				clear(calls)
				require.NoError(t, run(part), "%s %s", way, name)
				require.Equal(t, map[string]int{"*trash_test.tenantNote": 1}, calls, "%s %s", way, name)
			}
		}
		ids := tenants(t, db)
		clear(calls)
		require.NoError(t, handles.Second(models.OpenTrash(t, db, tenantModels...).Scopes(counting).Deletion(t.Context(), ids[1][0])))
		require.Equal(t, map[string]int{"*trash_test.tenantAlbum": 1, "*trash_test.tenantSong": 1}, calls)
	})
}

// TestScopesThatFail says that a scope that cannot be is an error of the first method, and that nothing is done.
func TestScopesThatFail(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openTenants(t, open)
		ids := tenants(t, db)
		whole := models.OpenTrash(t, db, tenantModels...)
		broken := errors.New("no tenant in the context")
		for name, c := range map[string]struct {
			scope func(*gorm.DB) *gorm.DB
			want  error
		}{
			"nil":                     {nil, gorm.ErrInvalidValue},
			"returns nil":             {func(*gorm.DB) *gorm.DB { return nil }, gorm.ErrInvalidValue},
			"returns an empty handle": {func(*gorm.DB) *gorm.DB { return &gorm.DB{} }, gorm.ErrInvalidValue},
			"adds an error":           {func(db *gorm.DB) *gorm.DB { _ = db.AddError(broken); return db }, broken},
			"another handle":          {func(*gorm.DB) *gorm.DB { return db.Where("tenant_id = 1") }, gorm.ErrInvalidValue},
			"a new handle":            {func(db *gorm.DB) *gorm.DB { return db.Session(&gorm.Session{NewDB: true}) }, gorm.ErrInvalidValue},
			"a new one on the model": {func(db *gorm.DB) *gorm.DB {
				return db.Session(&gorm.Session{NewDB: true}).Model(db.Statement.Model).Where("tenant_id = 1")
			}, gorm.ErrInvalidValue},
			"cleared": {func(db *gorm.DB) *gorm.DB {
				clear(db.Statement.Clauses)
				return db.Where("tenant_id = 1")
			}, gorm.ErrInvalidValue},
			"another model":   {func(db *gorm.DB) *gorm.DB { return db.Model(&tenantAlbum{}) }, gorm.ErrInvalidValue},
			"another's model": {func(*gorm.DB) *gorm.DB { return db.Model(&tenantNote{}).Where("1 = 1") }, gorm.ErrInvalidValue},
			"another table":   {func(db *gorm.DB) *gorm.DB { return db.Table("tenant_songs_2025") }, gorm.ErrInvalidValue},
			"for one model only": {func(db *gorm.DB) *gorm.DB {
				if _, ok := db.Statement.Model.(*tenantSong); !ok {
					_ = db.AddError(broken)
				}
				return db
			}, broken},
			"groups":       {func(db *gorm.DB) *gorm.DB { return db.Group("tenant_id").Having("tenant_id = 1") }, gorm.ErrInvalidValue},
			"not a column": {func(db *gorm.DB) *gorm.DB { return db.Where("no_such_column = 1") }, nil},
			"raw":          {func(db *gorm.DB) *gorm.DB { return db.Raw("SELECT 1") }, softdelete.ErrNotSoftDeletable},
		} {
			parts := map[string]*softdelete.Trash{"trash": whole.Scopes(c.scope)}
			if name != "nil" && !slices.Contains([]string{"returns nil", "returns an empty handle"}, name) {
				parts["handle"] = models.OpenTrash(t, db.Scopes(c.scope), tenantModels...)
			}
			for way, part := range parts {
				for method, run := range readsAndWrites(t, ids) {
					err := run(part)
					require.Error(t, err, "%s, %s, %s", name, way, method)
					if c.want != nil {
						require.ErrorIs(t, err, c.want, "%s, %s, %s", name, way, method)
					}
				}
			}
		}
		require.Len(t, models.ListAll(t, whole, softdelete.ListOptions{}), 20, "and the trash is what it was")
		limited := whole.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = 1").Order("id").Limit(1) })
		require.Len(t, models.ListAll(t, limited, softdelete.ListOptions{}), 4, "of each model")
		require.ErrorIs(t, handles.Second(limited.Scopes(func(db *gorm.DB) *gorm.DB { return db.Limit(9) }).Stats(t.Context())), gorm.ErrInvalidValue)
		require.Panics(t, func() {
			_, _ = whole.Scopes(func(*gorm.DB) *gorm.DB { panic("a scope") }).RestoreAll(t.Context())
		}, "a panic goes on up")
		require.Len(t, models.ListAll(t, whole, softdelete.ListOptions{}), 20, "and the handle can be used after")
	})
}

// readsAndWrites are all methods of a trash of which the scopes are asked here.
func readsAndWrites(t *testing.T, ids [3][]uuid.UUID) map[string]func(*softdelete.Trash) error {
	t.Helper()
	return map[string]func(*softdelete.Trash) error{
		"Stats": func(trash *softdelete.Trash) error { return handles.Second(trash.Stats(t.Context())) },
		"List": func(trash *softdelete.Trash) error {
			return handles.Second(trash.List(t.Context(), softdelete.ListOptions{}))
		},
		"Deletions": func(trash *softdelete.Trash) error {
			return handles.Second(trash.Deletions(t.Context(), softdelete.ListOptions{}))
		},
		"Deletion":   func(trash *softdelete.Trash) error { return handles.Second(trash.Deletion(t.Context(), ids[1][0])) },
		"Item":       func(trash *softdelete.Trash) error { return handles.Second(trash.Item(t.Context(), "tenant_notes", 1)) },
		"RestoreAll": func(trash *softdelete.Trash) error { return handles.Second(trash.RestoreAll(t.Context())) },
		"Restore": func(trash *softdelete.Trash) error {
			return handles.Second(trash.Restore(t.Context(), softdelete.Item{Table: "tenant_notes", Key: []any{1}}))
		},
		"Purge": func(trash *softdelete.Trash) error {
			return handles.Second(trash.Purge(t.Context(), softdelete.Item{Table: "tenant_notes", Key: []any{1}}))
		},
		"Preview": func(trash *softdelete.Trash) error {
			return handles.Second(trash.Preview(t.Context(), softdelete.OpRestore, softdelete.Item{Table: "tenant_notes", Key: []any{1}}))
		},
		"Undo":        func(trash *softdelete.Trash) error { return handles.Second(trash.Undo(t.Context(), ids[1][0])) },
		"PreviewUndo": func(trash *softdelete.Trash) error { return handles.Second(trash.PreviewUndo(t.Context(), ids[1][0])) },
		"Empty": func(trash *softdelete.Trash) error {
			return handles.Second(trash.Empty(t.Context(), softdelete.EmptyOptions{All: true}))
		},
		"PreviewEmpty": func(trash *softdelete.Trash) error {
			return handles.Second(trash.PreviewEmpty(t.Context(), softdelete.EmptyOptions{All: true}))
		},
	}
}

// TestScopesLeaveTheTrash says that a trash is the same after a part was made of it, and that one can be made by several at once.
func TestScopesLeaveTheTrash(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openTenants(t, open)
		tenants(t, db)
		for _, whole := range []*softdelete.Trash{models.OpenTrash(t, db), models.OpenTrash(t, db.Where("id < 100")), models.OpenTrash(t, db.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("id < 100") }))} {
			var group sync.WaitGroup
			for i := range 8 {
				group.Go(func() {
					tenant := i%2 + 1
					part := whole.Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = ?", tenant) })
					page, err := part.List(context.Background(), softdelete.ListOptions{})
					if err != nil || len(page.Items) != 10 || page.Items[0].Key[0].(int)%2 != tenant%2 {
						t.Errorf("tenant %d: %v %v", tenant, itemNames(page.Items), err)
					}
				})
			}
			group.Wait()
			require.Len(t, models.ListAll(t, whole, softdelete.ListOptions{}), 20)
		}
		var none *softdelete.Trash
		require.NotPanics(t, func() {
			require.ErrorIs(t, handles.Second(none.Scopes(softdelete.RootOnly).Stats(t.Context())), gorm.ErrInvalidDB)
			require.ErrorIs(t, handles.Second(new(softdelete.Trash).Scopes(nil).Stats(t.Context())), gorm.ErrInvalidDB)
		})
	})
}
