package write_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// An owner has a relation of each kind, all of them to rows with a marker.
type strictOwner struct {
	ID     uint
	Name   string
	TeamID *uint
	Team   *strictTeam
	Card   *strictCard  `gorm:"foreignKey:OwnerID"`
	Pets   []strictPet  `gorm:"foreignKey:OwnerID"`
	Notes  []strictNote `gorm:"polymorphic:Owner"`
	Tags   []strictTag  `gorm:"many2many:strict_taggings;joinForeignKey:OwnerID;joinReferences:TagID"`
	softdelete.Timestamp
}

type strictTeam struct {
	ID uint
	softdelete.Timestamp
}

type strictCard struct {
	ID      uint
	OwnerID *uint
	softdelete.Timestamp
}

type strictPet struct {
	ID      uint
	OwnerID *uint
	softdelete.Timestamp
}

type strictNote struct {
	ID        uint
	OwnerID   *uint
	OwnerType string
	softdelete.Timestamp
}

type strictTag struct {
	ID uint
	softdelete.Timestamp
}

type strictTagging struct {
	OwnerID uint `gorm:"primaryKey"`
	TagID   uint `gorm:"primaryKey"`
	softdelete.Timestamp
}

// strictWorld has owner 1, who is live, with rows 1, and owner 2, who is trashed, with rows 2. Rows 3 are nobody's.
func strictWorld(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	db := open(t)
	require.NoError(t, db.SetupJoinTable(&strictOwner{}, "Tags", &strictTagging{}))
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Strict: true})))
	require.NoError(t, db.AutoMigrate(&strictTeam{}, &strictOwner{}, &strictCard{}, &strictPet{}, &strictNote{}, &strictTag{}, &strictTagging{}))
	for _, id := range []uint{1, 2} {
		require.NoError(t, db.Create(&strictOwner{
			ID: id, Name: "n", Team: &strictTeam{ID: id}, Card: &strictCard{ID: id}, Pets: []strictPet{{ID: id}},
			Notes: []strictNote{{ID: id}}, Tags: []strictTag{{ID: id}},
		}).Error)
	}
	for _, nobodys := range []any{&strictTeam{ID: 3}, &strictCard{ID: 3}, &strictPet{ID: 3}, &strictNote{ID: 3}, &strictTag{ID: 3}} {
		require.NoError(t, db.Create(nobodys).Error)
	}
	require.NoError(t, db.Delete(&strictOwner{ID: 2}).Error)
	return db
}

func TestStrictUnlinking(t *testing.T) {
	t.Parallel()
	rows := func(id uint) map[string]any {
		return map[string]any{
			"Team": &strictTeam{ID: id}, "Card": &strictCard{ID: id}, "Pets": &strictPet{ID: id},
			"Notes": &strictNote{ID: id}, "Tags": &strictTag{ID: id},
		}
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := strictWorld(t, open)
		for name, of := range map[string]func(*gorm.DB, string) *gorm.Association{
			"as it is": func(db *gorm.DB, relation string) *gorm.Association { return db.Association(relation) },
			"unscoped": func(db *gorm.DB, relation string) *gorm.Association { return db.Association(relation).Unscoped() },
		} {
			for _, id := range []uint{2, 3, 99} { // another's, nobody's, none
				for relation, row := range rows(id) {
					if relation == "Team" && name == "unscoped" {
						continue // GORM deletes the owner's own team, whichever was named
					}
					association := of(db.Model(&strictOwner{ID: 1}), relation)
					require.NoError(t, association.Delete(row), "%s, %s %d", name, relation, id)
				}
			}
		}
		for relation, row := range rows(1) {
			require.NoError(t, db.Model(&strictOwner{ID: 1}).Association(relation).Delete(row), relation)
			require.NoError(t, db.Model(&strictOwner{ID: 1}).Association(relation).Delete(row), "%s, once more", relation)
			require.NoError(t, db.Model(&strictOwner{ID: 1}).Association(relation).Clear(), "%s, of nothing", relation)
			require.NoError(t, db.Model(&strictOwner{ID: 1}).Association(relation).Replace(row), relation)
		}
		// What the caller addresses by key is looked for as ever, also where it has the form of an unlinking.
		for name, tx := range map[string]*gorm.DB{
			"update": db.Model(&strictPet{}).Where("owner_id = 1 AND 1 = 1").Where("id = ?", 99).UpdateColumn("owner_id", nil),
			"delete": db.Where("owner_id = ?", 1).Delete(&strictPet{ID: 99}),
			"key":    db.Delete(&strictTag{}, 99),
		} {
			require.ErrorIs(t, tx.Error, softdelete.ErrNotFound, name)
		}
		require.ErrorIs(t, db.Model(&strictOwner{ID: 2}).Association("Team").Clear(), softdelete.ErrNotFound, "the owner is in the trash")
	})
}

func TestStrictOfWhatWasNotSent(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := strictWorld(t, open)
		for _, id := range []uint{1, 2} { // of a live row and of a trashed one
			owner := &strictOwner{ID: id}
			for name, err := range map[string]error{
				"a map without columns":    db.Model(owner).Updates(map[string]any{}).Error,
				"a struct without values":  db.Model(owner).Updates(strictOwner{}).Error,
				"its own zero values":      db.Updates(owner).Error,
				"columns left out":         db.Model(owner).Omit("name").Updates(strictOwner{Name: "x"}).Error,
				"columns not chosen":       db.Model(owner).Select("team_id").Updates(map[string]any{"name": "x"}).Error,
				"UpdateColumns of nothing": db.Model(owner).UpdateColumns(map[string]any{}).Error,
			} {
				require.NoError(t, err, name)
			}
		}
		require.NoError(t, db.Model(&strictOwner{ID: 1}).Association("Pets").Append(&strictPet{ID: 50}))
		require.EqualValues(t, 2, db.Model(&strictOwner{ID: 1}).Association("Pets").Count())
		require.NoError(t, db.Session(&gorm.Session{DryRun: true}).Model(&strictOwner{ID: 2}).Update("name", "x").Error)
		require.ErrorIs(t, db.Model(&strictOwner{ID: 2}).Update("name", "x").Error, softdelete.ErrNotFound)
		require.ErrorIs(t, db.Model(&strictOwner{ID: 2}).Updates(strictOwner{Name: "x"}).Error, softdelete.ErrNotFound)
		generic := gorm.G[strictOwner](db).Where("id = ?", 2)
		_, err := generic.Update(t.Context(), "name", "x")
		require.ErrorIs(t, err, softdelete.ErrNotFound)
		_, err = generic.Delete(t.Context())
		require.ErrorIs(t, err, softdelete.ErrNotFound)
	})
}

// A Save finds out by its update if there is a row to insert: that none was found is no error.
func TestStrictSave(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := strictWorld(t, open)
		require.NoError(t, db.Save(&strictOwner{ID: 7, Name: "new"}).Error)
		require.NoError(t, db.Save(&strictOwner{ID: 7, Name: "newer"}).Error)
		require.ErrorIs(t, db.Save(&strictOwner{ID: 2}).Error, softdelete.ErrTrashed)
		require.NoError(t, db.Scopes(softdelete.WithTrashed).Save(&strictOwner{ID: 2, Name: "n"}).Error)
	})
}
