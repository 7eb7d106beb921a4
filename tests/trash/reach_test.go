package trash_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestBinKeysBesideAnOr says that keys given to a bin hold beside an OR of the handle or of a scope.
func TestBinKeysBesideAnOr(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 4)
		either := func(tx *gorm.DB) *gorm.DB { return tx.Where("id > 0").Or("id < 0") }
		n, err := softdelete.Of[models.DepotBox](either(db)).Purge(t.Context(), 2)
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		require.Equal(t, []int{1, 3, 4}, tables.IDsOf(t, db, "depot_boxes"))
		n, err = softdelete.Of[models.DepotBox](db).Scopes(either).Restore(t.Context(), 999)
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

// TestBinScopesStandBesideEachOther says that an OR in a scope of a bin reaches neither the handle's conditions nor another scope's.
func TestBinScopesStandBesideEachOther(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 4)
		or := func(tx *gorm.DB) *gorm.DB { return tx.Or("id > 0").Or("id < 0") }
		for name, bin := range map[string]softdelete.Bin[models.DepotBox]{
			"handle":              softdelete.Of[models.DepotBox](db.Where("id = 3")).Scopes(or),
			"scope":               softdelete.Of[models.DepotBox](db).Where("id = 3").Scopes(or, or),
			"a handle's or":       softdelete.Of[models.DepotBox](db.Where("id = 1").Or("id = 3")).Scopes(func(tx *gorm.DB) *gorm.DB { return tx.Where("id > 2") }),
			"a handle's first or": softdelete.Of[models.DepotBox](db.Or("id = 3")).Where("1 = 1"),
			"where":               softdelete.Of[models.DepotBox](db).Scopes(or).Where("id = 3 OR id = 7").Scopes(or).Where("1 = 0 OR id > 0"),
			"by whom": softdelete.Of[models.DepotBox](db).Scopes(softdelete.TrashedWithin(0)).Scopes(softdelete.WithoutTrashed).
				Where("1 = 1"),
		} {
			want := []int{3}
			if name == "by whom" {
				want = nil
			}
			found, err := bin.Find(t.Context())
			require.NoError(t, err, name)
			require.Len(t, found, len(want), name)
			n, err := bin.Count(t.Context())
			require.NoError(t, err, name)
			require.EqualValues(t, len(want), n, name)
		}
		for name, all := range map[string]func(context.Context) (int64, error){
			"or":                 softdelete.Of[models.DepotBox](db.Where("id = 3")).Scopes(or).RestoreAll,
			"handle's or":        softdelete.Of[models.DepotBox](db.Or("id = 3")).RestoreAll,
			"handle's scope's":   softdelete.Of[models.DepotBox](db.Scopes(func(tx *gorm.DB) *gorm.DB { return tx.Or("id = 3") })).RestoreAll,
			"trash's or":         restoreAll(models.OpenTrash(t, db.Or("id = 3"), &models.DepotBox{})),
			"trash's scope's or": restoreAll(models.OpenTrash(t, db.Scopes(func(tx *gorm.DB) *gorm.DB { return tx.Or("id = 3") }), &models.DepotBox{})),
			"trash's two":        restoreAll(models.OpenTrash(t, db.Where("id = 1").Or("id = 3"), &models.DepotBox{}).Scopes(func(tx *gorm.DB) *gorm.DB { return tx.Where("id > 2") })),
		} {
			require.NoError(t, db.Exec("UPDATE depot_boxes SET deleted_at = ?", models.DepotNow).Error)
			n, err := all(t.Context())
			require.NoError(t, err, name)
			require.EqualValues(t, 1, n, name)
		}
		require.Equal(t, []int{3}, tables.Column[int](t, db, "SELECT id FROM depot_boxes WHERE deleted_at IS NULL"))
	})
}

func restoreAll(trash *softdelete.Trash) func(context.Context) (int64, error) {
	return func(ctx context.Context) (int64, error) { return trash.RestoreAll(ctx) }
}

// TestBinScopesThatFail says that a scope that is none, or that loses the statement, is an error, and does nothing.
func TestBinScopesThatFail(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 4)
		require.NoError(t, db.Create(&models.DepotBox{ID: 9}).Error)
		for name, scope := range map[string]func(*gorm.DB) *gorm.DB{
			"nil": nil, "none": func(*gorm.DB) *gorm.DB { return nil },
			"another": func(*gorm.DB) *gorm.DB { return db.Model(&models.DepotBox{}).Where("1 = 1") },
			"a new one": func(tx *gorm.DB) *gorm.DB {
				return tx.Session(&gorm.Session{NewDB: true}).Model(&models.DepotBox{}).Where("1 = 1")
			},
		} {
			bin := softdelete.Of[models.DepotBox](db).Scopes(scope)
			require.NotPanics(t, func() {
				for _, err := range []error{
					handles.Second(bin.Find(t.Context())), handles.Second(bin.Count(t.Context())), handles.Second(bin.Restore(t.Context(), 1)),
					handles.Second(bin.Purge(t.Context(), 1)), handles.Second(bin.RestoreAll(t.Context())),
					handles.Second(bin.Empty(t.Context(), softdelete.EmptyOptions{All: true})),
				} {
					require.ErrorIs(t, err, gorm.ErrInvalidValue, name)
				}
			})
			require.Equal(t, []int{9}, tables.Column[int](t, db, "SELECT id FROM depot_boxes WHERE deleted_at IS NULL"), name)
			require.Len(t, tables.IDsOf(t, db, "depot_boxes"), 5, name)
		}
	})
}

// TestBinUnderANestedScope says that no scope, also one within another, shows what is not in the trash.
func TestBinUnderANestedScope(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 1)
		require.NoError(t, db.Create(&models.DepotBox{ID: 9}).Error)
		n, err := softdelete.Of[models.DepotBox](db).Scopes(func(tx *gorm.DB) *gorm.DB { return tx.Scopes(softdelete.WithTrashed) }).Count(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
	})
}

// TestEmptyOfAnotherTable says that a handle that names another table empties none.
func TestEmptyOfAnotherTable(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 6)
		database.CopyTable(t, db, "depot_boxes", "archive")
		for _, name := range []string{"archive", "archive AS a"} {
			_, err := softdelete.Of[models.DepotBox](db.Table(name)).Empty(t.Context(), softdelete.EmptyOptions{All: true, MaxRows: 1})
			require.ErrorIs(t, err, gorm.ErrInvalidValue, name)
			require.Len(t, tables.IDsOf(t, db, "archive"), 6)
			require.Len(t, tables.IDsOf(t, db, "depot_boxes"), 6)
		}
	})
}

type aMixedRow struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	DeletedAt int64
	IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedAt"`
}

// TestTimeOfZeroIsNone says that a row beside whose flag stands 0 does not say when it was trashed, and is not old.
func TestTimeOfZeroIsNone(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: []any{&aMixedRow{}}}, &aMixedRow{})
		require.NoError(t, db.Exec("INSERT INTO a_mixed_rows (id, deleted_at, is_del) VALUES (1, 0, 1)").Error)
		page, err := models.OpenTrash(t, db).List(t.Context(), softdelete.ListOptions{})
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		require.True(t, page.Items[0].At.IsZero())
		report, err := models.OpenTrash(t, db).Empty(t.Context(), softdelete.EmptyOptions{OlderThan: models.Day})
		require.NoError(t, err)
		require.Empty(t, report.Rows)
		require.Equal(t, []int{1}, tables.IDsOf(t, db, "a_mixed_rows"))
	})
}

// TestRestoreAllUnderConditions says that a condition of the handle leaves no row live under a trashed parent.
func TestRestoreAllUnderConditions(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		shelf := uint(1)
		require.NoError(t, db.Create(&models.DepotShelf{ID: shelf}).Error)
		require.NoError(t, db.Create(&models.DepotBox{ID: 10, ShelfID: &shelf}).Error)
		require.NoError(t, db.Delete(&models.DepotShelf{ID: shelf}).Error)
		n, err := models.OpenTrash(t, db.Where("id >= 10"), &models.DepotHall{}, &models.DepotShelf{}, &models.DepotBox{}).RestoreAll(t.Context())
		require.ErrorIs(t, err, softdelete.ErrParentTrashed)
		require.Zero(t, n)
		require.NoError(t, handles.Second(models.OpenTrash(t, db, &models.DepotHall{}, &models.DepotShelf{}, &models.DepotBox{}).RestoreAll(t.Context())))
	})
}

// TestReturningBesideAnObserver says that a delete returns all of its rows, also where it takes several statements.
func TestReturningBesideAnObserver(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open, func(context.Context, *gorm.DB, softdelete.Event) error { return nil })
		models.Boxes(t, db, 10_050)
		require.NoError(t, db.Exec("UPDATE depot_boxes SET deleted_at = NULL").Error)
		var out []models.DepotBox
		tx := db.Clauses(clause.Returning{}).Where("1 = 1").Delete(&out)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 10_050, tx.RowsAffected)
		if database.FlavourOf(db).Returning {
			require.Len(t, out, 10_050)
		}
		require.Empty(t, tables.Column[int](t, db, "SELECT id FROM depot_boxes WHERE deleted_at IS NULL"))
	})
}

// TestUnscopedDeleteOfAnAliasBesideAnObserver says that an observer does not break a delete under another name.
func TestUnscopedDeleteOfAnAliasBesideAnObserver(t *testing.T) {
	t.Parallel()
	db := models.OpenDepot(t, testdb.OpenerFor(t, "sqlite"), func(context.Context, *gorm.DB, softdelete.Event) error { return nil })
	require.NoError(t, db.Create(&models.DepotToken{ID: 1}).Error)
	require.NoError(t, db.Table("depot_tokens AS p").Unscoped().Where("p.id = ?", 1).Delete(&models.DepotToken{}).Error)
	require.Empty(t, tables.IDsOf(t, db, "depot_tokens"))
}

// TestEmptyPassesOverALockedRow says that a row that somebody has locked costs no other row its turn.
func TestEmptyPassesOverALockedRow(t *testing.T) {
	t.Parallel()
	db := models.OpenDepot(t, testdb.OpenerFor(t, "postgres"))
	for id := uint(1); id <= 3; id++ {
		require.NoError(t, db.Create(&models.DepotShelf{ID: id}).Error)
		models.Age(t, db, "depot_shelves", id, time.Duration(100-id)*models.Day)
	}
	third := uint(3)
	require.NoError(t, db.Create(&models.DepotBox{ID: 1, ShelfID: &third}).Error)
	models.Age(t, db, "depot_boxes", 1, models.Day)
	other := db.Begin()
	require.NoError(t, other.Exec("SELECT id FROM depot_shelves WHERE id = 1 FOR UPDATE").Error)
	report, err := models.OpenTrash(t, db, &models.DepotShelf{}).Empty(t.Context(), softdelete.EmptyOptions{OlderThan: 10 * models.Day})
	require.NoError(t, other.Rollback().Error)
	require.NoError(t, err)
	require.Empty(t, report.Failed)
	require.Equal(t, []int{1}, tables.IDsOf(t, db, "depot_shelves"))
}
