package foreignkeys_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// The archive by models that tell of what the database does.
type (
	tellingFolder struct {
		ID        int64
		ParentID  *int64
		Tenant    int64
		Code      string
		DeletedAt gorm.DeletedAt
		Folders   []tellingFolder `gorm:"foreignKey:ParentID;constraint:OnDelete:CASCADE"`
		Papers    []tellingPaper  `gorm:"foreignKey:FolderID" softdelete:"cascade"`
		Drawers   []tellingDrawer `gorm:"foreignKey:FolderCode,Tenant;references:Code,Tenant;constraint:OnDelete:CASCADE" softdelete:"none"`
		Cards     []tellingCard   `gorm:"foreignKey:FolderID;constraint:OnDelete:SET NULL"`
	}
	tellingPaper struct {
		ID        int64
		FolderID  int64
		DeletedAt gorm.DeletedAt
	}
	tellingDrawer struct {
		ID         int64
		Tenant     int64
		FolderCode string
		DeletedAt  gorm.DeletedAt
	}
	tellingCard struct {
		ID        int64
		FolderID  *int64
		DeletedAt gorm.DeletedAt
	}
)

func (tellingFolder) TableName() string { return "folders" }
func (tellingPaper) TableName() string  { return "papers" }
func (tellingDrawer) TableName() string { return "drawers" }
func (tellingCard) TableName() string   { return "cards" }

func tellers() []any {
	return []any{&tellingFolder{}, &tellingPaper{}, &tellingDrawer{}, &tellingCard{}}
}

// cardFolder has one relation to the cards, which says nothing, or something.
type (
	silentFolder struct {
		ID        int64
		DeletedAt gorm.DeletedAt
		Cards     []tellingCard `gorm:"foreignKey:FolderID"`
	}
	leavingFolder struct {
		ID        int64
		DeletedAt gorm.DeletedAt
		Cards     []tellingCard `gorm:"foreignKey:FolderID" softdelete:"none"`
	}
	declaringFolder struct {
		ID        int64
		DeletedAt gorm.DeletedAt
		Papers    []tellingPaper `gorm:"foreignKey:FolderID;constraint:OnDelete:CASCADE" softdelete:"restrict"`
	}
	restrictedFolder struct {
		ID        int64
		DeletedAt gorm.DeletedAt
		Cards     []tellingCard  `gorm:"foreignKey:FolderID" softdelete:"restrict"`
		Papers    []tellingPaper `gorm:"foreignKey:FolderID" softdelete:"restrict"`
	}
)

func (silentFolder) TableName() string     { return "folders" }
func (leavingFolder) TableName() string    { return "folders" }
func (restrictedFolder) TableName() string { return "folders" }
func (declaringFolder) TableName() string  { return "folders" }

// TestDeclaredSetNullIsMeant says that a live row under SET NULL holds no purge where the models tell of it, and holds it where they
// have the relation and say nothing.
func TestDeclaredSetNullIsMeant(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		require.NoError(t, open(t).Exec("UPDATE cards SET deleted_at = NULL").Error)
		for what, folder := range map[string]any{"declared": &tellingFolder{ID: 1}, "none": &leavingFolder{ID: 1}} {
			tx := use(t, open, softdelete.Config{Models: []any{folder, &tellingCard{}}}).Begin()
			require.NoError(t, softdelete.Purge(tx, folder).Error, what)
			require.Equal(t, []int64{1, 2}, ids(t, tx, "cards"))
			require.NoError(t, tx.Rollback().Error)
		}
		db := use(t, open, softdelete.Config{Models: []any{&silentFolder{}, &tellingCard{}}})
		var restricted *softdelete.RestrictError
		require.ErrorAs(t, softdelete.Purge(db, &silentFolder{ID: 1}).Error, &restricted)
		require.Equal(t, softdelete.RestrictError{Model: "silentFolder", Relation: "Cards", Count: 1}, *restricted)
		require.Len(t, undeclared(t, db)["cards"], 1)
	})
}

// TestRestrictBeforeTheDatabase says that restrict forbids as it did, told once, and that trashed rows which the database would
// take are counted.
func TestRestrictBeforeTheDatabase(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		db := use(t, open, softdelete.Config{Models: []any{&restrictedFolder{}, &tellingCard{}, &tellingPaper{}}})
		plan, err := softdelete.Preview(db, softdelete.OpForceDelete, &restrictedFolder{ID: 2})
		require.NoError(t, err)
		require.Equal(t, []softdelete.RestrictError{{Model: "restrictedFolder", Relation: "Cards", Count: 1}, {Model: "restrictedFolder", Relation: "Papers", Count: 1}}, plan.Restricted)
		require.ErrorIs(t, softdelete.ForceDelete(db, &restrictedFolder{ID: 2}).Error, softdelete.ErrRestricted)

		require.NoError(t, open(t).Exec("UPDATE papers SET deleted_at = NULL").Error)
		plan, err = softdelete.Preview(db, softdelete.OpPurge, &restrictedFolder{ID: 1})
		require.NoError(t, err)
		require.Equal(t, []softdelete.RestrictError{{Model: "restrictedFolder", Relation: "Papers", Count: 1}}, plan.Restricted)
		require.ErrorIs(t, softdelete.Purge(db, &restrictedFolder{ID: 1}).Error, softdelete.ErrRestricted)

		require.NoError(t, open(t).Exec("UPDATE papers SET deleted_at = '2024-01-02 03:04:05'").Error)
		report, err := softdelete.Of[restrictedFolder](db).Where("id = ?", 1).Empty(context.Background(), softdelete.EmptyOptions{All: true})
		require.NoError(t, err)
		require.Empty(t, report.Failed)
		require.EqualValues(t, 1, report.Rows["papers"])
	})
}

// TestRestrictBeforeADeclaredCascade says the same where the models tell of the cascade too.
func TestRestrictBeforeADeclaredCascade(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		for _, ignore := range []bool{false, true} {
			db := use(t, open, softdelete.Config{Models: []any{&declaringFolder{}, &tellingPaper{}}, IgnoreConstraints: ignore}).Begin()
			require.ErrorIs(t, softdelete.ForceDelete(db, &declaringFolder{ID: 2}).Error, softdelete.ErrRestricted)
			require.ErrorIs(t, db.Delete(&declaringFolder{ID: 2}).Error, softdelete.ErrRestricted)
			report, err := softdelete.Of[declaringFolder](db).Where("id = ?", 1).Empty(context.Background(), softdelete.EmptyOptions{All: true})
			require.NoError(t, err)
			require.Empty(t, report.Failed)
			require.EqualValues(t, 1, report.Rows["papers"])
			require.NoError(t, db.Rollback().Error)
			db = use(t, open, softdelete.Config{Models: []any{&declaringFolder{}, &tellingPaper{}}, IgnoreConstraints: ignore}).Begin()
			require.NoError(t, db.Exec("UPDATE papers SET deleted_at = NULL").Error)
			plan, err := softdelete.Preview(db, softdelete.OpPurge, &declaringFolder{ID: 1})
			require.NoError(t, err)
			require.Equal(t, []softdelete.RestrictError{{Model: "declaringFolder", Relation: "Papers", Count: 1}}, plan.Restricted)
			require.ErrorIs(t, softdelete.Purge(db, &declaringFolder{ID: 1}).Error, softdelete.ErrRestricted)
			require.NoError(t, db.Rollback().Error)
		}
	})
}

// TestOtherVerbsAreAsBefore says that a soft delete and a restore follow what the models tell, and do not read the catalogue.
func TestOtherVerbsAreAsBefore(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		l, config := logged()
		db := use(t, open, softdelete.Config{}, config)
		verbs := func() {
			var d softdelete.Deletion
			require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&Folder{ID: 2}).Error)
			require.Equal(t, map[string]int64{"folders": 1}, d.Rows)
			require.NoError(t, softdelete.Restore(db, &Folder{ID: 2}).Error)
			require.NoError(t, db.Find(&[]Folder{}).Error)
			require.NoError(t, db.Model(&Folder{ID: 2}).Update("code", "c2").Error)
			_, err := softdelete.Preview(db, softdelete.OpSoftDelete, &Folder{ID: 2})
			require.NoError(t, err)
		}
		l.take()
		verbs()
		before := l.take()
		require.Zero(t, catalogue(before))
		_, err := softdelete.Preview(db, softdelete.OpPurge, &Folder{ID: 1})
		require.NoError(t, err)
		require.NotZero(t, catalogue(l.take()))
		verbs()
		require.Equal(t, len(before), len(l.take()))
		require.Equal(t, []int64{1, 2}, ids(t, db, "papers"))
	})
}
