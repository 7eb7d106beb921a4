package write_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type (
	aParty struct {
		ID     uint
		Name   string
		HallID *uint
		Hall   *aHall
		Dishes []aDish  `gorm:"foreignKey:PartyID"`
		Tunes  []*aTune `gorm:"many2many:a_party_tunes"`
	}
	// The associated rows have nothing that an upsert of them would write, but for the key of their owner.
	aHall struct {
		ID   uint
		Name string `gorm:"size:60;uniqueIndex;<-:create"`
		softdelete.Tracked
	}
	aDish struct {
		ID      uint
		Name    string `gorm:"size:60;uniqueIndex;<-:create"`
		PartyID *uint
		softdelete.Tracked
	}
	aTune struct {
		ID   uint
		Name string `gorm:"size:60;uniqueIndex;<-:create"`
		softdelete.Tracked
	}
)

// TestKeysOfAssociatedValues says that values that are saved along with others have their own rows' keys, trashed ones among them
// or not, and are linked by them.
func TestKeysOfAssociatedValues(t *testing.T) {
	t.Parallel()
	eachMaker(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aHall{}, &aDish{}, &aTune{}, &aParty{})
		id := func(table, name string) uint {
			ids := column[uint](t, db, "SELECT id FROM "+table+" WHERE name = ?", name)
			require.Len(t, ids, 1, "%s: %s", table, name)
			return ids[0]
		}
		for _, full := range []bool{false, true} {
			for _, trash := range []bool{false, true} {
				for _, table := range []string{"a_party_tunes", "a_dishes", "a_parties", "a_halls", "a_tunes"} {
					require.NoError(t, db.Exec("DELETE FROM "+table).Error)
				}
				halls := []aHall{{Name: "h1"}, {Name: "h2"}}
				dishes := []aDish{{Name: "d1"}, {Name: "d2"}}
				tunes := []aTune{{Name: "t1"}, {Name: "t2"}}
				require.NoError(t, db.Create(&halls).Error)
				require.NoError(t, db.Create(&dishes).Error)
				require.NoError(t, db.Create(&tunes).Error)
				if trash {
					require.NoError(t, db.Delete(&dishes[1]).Error)
				}
				tx := db.Session(&gorm.Session{FullSaveAssociations: full})
				parties := []aParty{
					{Name: "p1", Hall: &aHall{ID: halls[1].ID, Name: "h2"}, Dishes: []aDish{{ID: dishes[1].ID, Name: "d2"}, {Name: "d3"}}, Tunes: []*aTune{{ID: tunes[1].ID, Name: "t2"}, {Name: "t3"}, {ID: 5000, Name: "t5"}}},
					{Name: "p2", Hall: &aHall{Name: "h3"}, Dishes: []aDish{{Name: "d4"}, {ID: dishes[0].ID, Name: "d1"}}, Tunes: []*aTune{{ID: tunes[0].ID, Name: "t1"}, {Name: "t4"}}},
				}
				require.NoError(t, tx.Create(&parties).Error)
				for _, party := range parties {
					require.Equal(t, id("a_parties", party.Name), party.ID)
					require.Equal(t, id("a_halls", party.Hall.Name), party.Hall.ID)
					require.Equal(t, []uint{party.Hall.ID}, column[uint](t, db, "SELECT hall_id FROM a_parties WHERE id = ?", party.ID))
					for _, dish := range party.Dishes {
						require.Equal(t, id("a_dishes", dish.Name), dish.ID, dish.Name)
						owner := column[uint](t, db, "SELECT COALESCE(party_id, 0) FROM a_dishes WHERE id = ?", dish.ID)
						if trash && dish.Name == "d2" {
							require.Equal(t, []uint{0}, owner, "a trashed row stays as it is")
						} else {
							require.Equal(t, []uint{party.ID}, owner, dish.Name)
						}
					}
					var linked []uint
					for _, tune := range party.Tunes {
						require.Equal(t, id("a_tunes", tune.Name), tune.ID, tune.Name)
						linked = append(linked, tune.ID)
					}
					require.ElementsMatch(t, linked, column[uint](t, db, "SELECT a_tune_id FROM a_party_tunes WHERE a_party_id = ?", party.ID))
				}
			}
		}
	})
}

// TestKeysOfAssociatedValuesThatMeetByName says the same where values meet rows by a unique name, which GORM lets do nothing.
func TestKeysOfAssociatedValuesThatMeetByName(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aHall{}, &aDish{}, &aTune{}, &aParty{})
		tunes := []aTune{{Name: "t1"}, {Name: "t2"}}
		require.NoError(t, db.Create(&tunes).Error)
		party := aParty{Name: "p", Tunes: []*aTune{{Name: "t2"}, {Name: "t3"}, {Name: "t1"}}}
		require.NoError(t, db.Create(&party).Error)
		require.Equal(t, []uint{tunes[1].ID, tunes[0].ID}, []uint{party.Tunes[0].ID, party.Tunes[2].ID})
		require.Equal(t, column[uint](t, db, "SELECT id FROM a_tunes WHERE name = 't3'"), []uint{party.Tunes[1].ID})
		require.NoError(t, db.Model(&party).Association("Tunes").Append([]*aTune{{Name: "t4"}, {Name: "t1"}}))
		require.Equal(t, []string{"t1", "t2", "t3", "t4"}, column[string](t, db,
			"SELECT name FROM a_tunes JOIN a_party_tunes ON a_tune_id = a_tunes.id WHERE a_party_id = ? ORDER BY name", party.ID))
	})
}
