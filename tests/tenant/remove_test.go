package tenant_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// afterPurge is what is in the database once tenant a has purged folder 1 after all was trashed.
func afterPurge(trashed state) state {
	return trashed.changed(state{
		"folders":       {nil, {"2", "3"}},
		"papers":        {nil, {"12", "21"}},
		"notes":         {nil, {"112", "121"}},
		"folder_labels": {nil, {"2"}},
		"marks":         {nil, {"2"}},
		"scraps":        {{"2"}, nil},
	})
}

func TestPurgeRemovesATenantsOwnRows(t *testing.T) {
	t.Parallel()
	verbs := map[string]func(*gorm.DB, any, ...any) *gorm.DB{"Purge": softdelete.Purge, "ForceDelete": softdelete.ForceDelete}
	forms := map[string]func(verb func(*gorm.DB, any, ...any) *gorm.DB, db *gorm.DB) *gorm.DB{
		"a pointer": func(verb func(*gorm.DB, any, ...any) *gorm.DB, db *gorm.DB) *gorm.DB { return verb(db, &folder{ID: 1}) },
		"a key":     func(verb func(*gorm.DB, any, ...any) *gorm.DB, db *gorm.DB) *gorm.DB { return verb(db, &folder{}, 1) },
		"a slice": func(verb func(*gorm.DB, any, ...any) *gorm.DB, db *gorm.DB) *gorm.DB {
			return verb(db, &[]folder{{ID: 2}, {ID: 1}})
		},
		"a condition": func(verb func(*gorm.DB, any, ...any) *gorm.DB, db *gorm.DB) *gorm.DB {
			return verb(db.Where("name = ?", "x"), &folder{})
		},
		"a limit": func(verb func(*gorm.DB, any, ...any) *gorm.DB, db *gorm.DB) *gorm.DB {
			return verb(db.Where("name = ?", "x").Limit(2), &folder{})
		},
	}
	for verbName, verb := range verbs {
		for formName, form := range forms {
			t.Run(verbName+" "+formName, func(t *testing.T) {
				t.Parallel()
				eachWorldOf(t, some, func(t *testing.T, w *world) {
					w.trashAll(t)
					trashed := w.rows(t)
					tx := form(verb, w.a)
					require.NoError(t, tx.Error)
					require.EqualValues(t, 1, tx.RowsAffected)
					require.Equal(t, afterPurge(trashed), w.rows(t))
				})
			})
		}
	}
}

func TestPurgeInEachWay(t *testing.T) {
	t.Parallel()
	eachWorldOf(t, all, func(t *testing.T, w *world) {
		w.trashAll(t)
		trashed := w.rows(t)
		require.NoError(t, softdelete.Purge(w.a.Where("name = ?", "x"), &folder{}).Error)
		require.Equal(t, afterPurge(trashed), w.rows(t))
	})
}

func TestForceDeleteOfLiveRowsRemovesATenantsOwn(t *testing.T) {
	t.Parallel()
	eachWorldOf(t, all, func(t *testing.T, w *world) {
		before := w.rows(t)
		plan, err := softdelete.Preview(w.a.Where("name = ?", "x"), softdelete.OpForceDelete, &folder{})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"folders": 1, "papers": 1, "notes": 1, "folder_labels": 1, "marks": 1, "scraps": 1}, plan.Rows)
		require.NoError(t, softdelete.ForceDelete(w.a.Where("name = ?", "x"), &folder{}).Error)
		require.Equal(t, before.changed(state{
			"folders":       {{"2", "3"}, nil},
			"papers":        {{"12", "21"}, nil},
			"notes":         {{"112", "121"}, nil},
			"folder_labels": {{"2"}, nil},
			"marks":         {{"2"}, nil},
			"scraps":        {{"2"}, nil},
		}), w.rows(t))
	})
}

func TestPreviewOfAPurgeCountsATenantsOwnRows(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		w.trashAll(t)
		trashed := w.rows(t)
		plan, err := softdelete.Preview(w.a.Where("name = ?", "x"), softdelete.OpPurge, &folder{})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"folders": 1, "papers": 1, "notes": 1, "folder_labels": 1, "marks": 1, "scraps": 1}, plan.Rows)
		require.Equal(t, trashed, w.rows(t))
	})
}

func TestPurgeOfATreeEndsAtAnothersRows(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		w.trashAll(t)
		require.NoError(t, softdelete.Purge(w.a, &node{ID: 1}).Error)
		require.Equal(t, [2][]string{nil, {"3", "4"}}, w.rows(t)["nodes"])
	})
}

// unscoped deletes are GORM's own: a type that heeds Unscoped steps aside.
func TestUnscopedDeleteIsGormsOwn(t *testing.T) {
	t.Parallel()
	eachWorldOf(t, []way{byType, byOnce, byText, bySetting, byCallback, byWrites}, func(t *testing.T, w *world) {
		require.NoError(t, w.a.Unscoped().Where("name = ?", "x").Delete(&folder{}).Error)
		require.Equal(t, [2][]string{{"2", "3"}, nil}, w.rows(t)["folders"])
	})
}

func TestEmptyRemovesATenantsOwnRows(t *testing.T) {
	t.Parallel()
	options := map[string]softdelete.EmptyOptions{
		"all":        {All: true},
		"one by one": {All: true, BatchSize: 1},
		"hooks":      {All: true, Hooks: true},
	}
	own := map[string]int64{"folders": 2, "papers": 2, "notes": 2, "covers": 1, "folder_labels": 1, "marks": 1, "nodes": 3, "scraps": 1}
	for name, options := range options {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachWorldOf(t, all, func(t *testing.T, w *world) {
				w.trashAll(t)
				trashed := w.rows(t)
				trash, err := softdelete.OpenTrash(w.a)
				require.NoError(t, err)

				dry := options
				dry.DryRun = true
				report, err := trash.Empty(ctxOf(w.a), dry)
				require.NoError(t, err)
				require.Equal(t, own, report.Rows)
				require.Equal(t, trashed, w.rows(t))

				report, err = trash.Empty(ctxOf(w.a), options)
				require.NoError(t, err)
				require.Empty(t, report.Failed)
				require.Equal(t, own, report.Rows)
				require.Equal(t, state{
					"folders":       {nil, {"2"}},
					"papers":        {nil, {"12"}},
					"notes":         {nil, {"112"}},
					"covers":        {nil, {"1"}},
					"folder_labels": {nil, {"2"}},
					"marks":         {nil, {"2"}},
					"nodes":         {nil, {"3"}},
					"scraps":        {{"2"}, nil},
				}, w.rows(t))
			})
		})
	}
}

func TestABinIsEmptiedOfATenantsOwnRows(t *testing.T) {
	t.Parallel()
	eachWorldOf(t, all, func(t *testing.T, w *world) {
		w.trashAll(t)
		trashed := w.rows(t)
		report, err := softdelete.Of[folder](w.a).Where("id < 3").Empty(ctxOf(w.a), softdelete.EmptyOptions{All: true})
		require.NoError(t, err)
		require.Empty(t, report.Failed)
		require.Equal(t, map[string]int64{"folders": 1, "papers": 1, "notes": 1, "folder_labels": 1, "marks": 1, "scraps": 1}, report.Rows)
		require.Equal(t, afterPurge(trashed), w.rows(t))
		n, err := softdelete.Of[paper](w.a).Purge(ctxOf(w.a), 12, 21)
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
	})
}
