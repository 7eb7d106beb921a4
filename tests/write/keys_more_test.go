package write_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
)

type (
	// aSlip may have no code, and then meets no row.
	aSlip struct {
		ID    uint
		Code  *string `gorm:"size:60;uniqueIndex"`
		Label string  `gorm:"size:60"`
		softdelete.Tracked
	}
	// aFixed has a value that the database fills, beside its key.
	aFixed struct {
		ID        uint
		Name      string `gorm:"size:60;uniqueIndex;<-:create"`
		Level     int    `gorm:"default:(1+2);<-:create"`
		CreatedAt time.Time
		softdelete.Tracked
	}
)

var byName = []clause.Column{{Name: "name"}}

// onlyMarker is an upsert of which nothing is left.
var onlyMarker = clause.OnConflict{Columns: byName, DoUpdates: clause.AssignmentColumns([]string{"deleted_at"})}

// watched makes a table tell of each update that reaches it, by a trigger, and returns how many there were.
func watched(t *testing.T, db *gorm.DB, table string) func() int {
	t.Helper()
	require.NoError(t, db.Exec("CREATE TABLE touched (n integer)").Error)
	switch db.Name() {
	case "postgres":
		require.NoError(t, db.Exec("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO touched VALUES (1); RETURN NEW; END'").Error)
		require.NoError(t, db.Exec("CREATE TRIGGER touching BEFORE UPDATE ON "+table+" FOR EACH ROW EXECUTE FUNCTION touch()").Error)
	case "sqlite":
		require.NoError(t, db.Exec("CREATE TRIGGER touching BEFORE UPDATE ON "+table+" FOR EACH ROW BEGIN INSERT INTO touched VALUES (1); END").Error)
	default:
		require.NoError(t, db.Exec("CREATE TRIGGER touching BEFORE UPDATE ON "+table+" FOR EACH ROW INSERT INTO touched VALUES (1)").Error)
	}
	return func() int { return len(column[int](t, db, "SELECT n FROM touched")) }
}

// TestAnUpsertOfNothingTouchesNothing says that rows which an upsert would leave as they are, once the marker is out of it, are
// not written to, and that their values get all that an insert gives back.
func TestAnUpsertOfNothingTouchesNothing(t *testing.T) {
	t.Parallel()
	eachMaker(t, func(t *testing.T, open testdb.Opener) {
		database.Needs(t, database.FlavourOf(open(t)).NoTriggers)
		db := withPlugin(t, open, softdelete.Config{}, &aFixed{}, &aLabel{}, &aNick{})
		touches := watched(t, db, "a_fixeds")
		old := []aFixed{{Name: "a", Level: 5}, {Name: "b"}}
		require.NoError(t, db.Create(&old[0]).Error)
		require.NoError(t, db.Create(&old[1]).Error)
		for what, tx := range map[string]*gorm.DB{"default": db, "with trashed": db.Scopes(softdelete.WithTrashed), "no transaction": db.Session(&gorm.Session{SkipDefaultTransaction: true})} {
			tx := tx.Session(&gorm.Session{})
			value := aFixed{Name: "a"}
			one := tx.Clauses(onlyMarker).Create(&value)
			require.NoError(t, one.Error, what)
			require.Zero(t, one.RowsAffected, what)
			require.Equal(t, old[0].ID, value.ID, what)
			slice := []aFixed{{Name: "b"}, {Name: "new"}, {Name: "a"}}
			require.NoError(t, tx.Clauses(onlyMarker).Create(&slice).Error, what)
			require.Equal(t, []uint{old[1].ID, old[0].ID}, []uint{slice[0].ID, slice[2].ID}, what)
			require.Equal(t, column[uint](t, db, "SELECT id FROM a_fixeds WHERE name = 'new'"), []uint{slice[1].ID}, what)
			if db.Name() != "mysql" {
				require.Equal(t, []int{5, 3, 3, 5}, []int{value.Level, slice[0].Level, slice[1].Level, slice[2].Level}, what)
			}
			all := []aFixed{{ID: old[1].ID, Name: "b"}, {Name: "newer"}, {ID: old[0].ID, Name: "a"}}
			require.NoError(t, tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&all).Error, what)
			require.Equal(t, []uint{old[1].ID, old[0].ID}, []uint{all[0].ID, all[2].ID}, what)
			require.Equal(t, column[uint](t, db, "SELECT id FROM a_fixeds WHERE name = 'newer'"), []uint{all[1].ID}, what)
			saved := []*aFixed{{ID: old[0].ID, Name: "a"}, {Name: "newest"}}
			require.NoError(t, tx.Save(saved).Error, what)
			require.Equal(t, column[uint](t, db, "SELECT id FROM a_fixeds WHERE name = 'newest'"), []uint{saved[1].ID}, what)
			require.NoError(t, db.Unscoped().Where("name LIKE 'new%'").Delete(&aFixed{}).Error)
		}
		require.Zero(t, touches(), "no row is written")

		require.NoError(t, db.Delete(&old[0]).Error)
		before := touches()
		for what, write := range map[string]func() error{
			"value": func() error { return db.Clauses(onlyMarker).Create(&aFixed{Name: "a"}).Error },
			"slice": func() error {
				return db.Clauses(onlyMarker).Create(&[]aFixed{{Name: "b"}, {Name: "x"}, {Name: "a"}}).Error
			},
			"Save": func() error { return db.Save(&[]aFixed{{ID: old[0].ID, Name: "a"}, {Name: "x"}}).Error },
		} {
			require.ErrorIs(t, write(), softdelete.ErrTrashed, what)
		}
		require.Equal(t, before, touches())
		require.Empty(t, column[uint](t, db, "SELECT id FROM a_fixeds WHERE name = 'x'"))
	})
}

// TestKeysOfValuesThatMeetNothing says that values without a key to meet a row by get theirs beside others that meet one.
func TestKeysOfValuesThatMeetNothing(t *testing.T) {
	t.Parallel()
	eachMaker(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aSlip{})
		by := []clause.Column{{Name: "code"}}
		for what, conflict := range map[string]clause.OnConflict{
			"nothing":     {DoNothing: true},
			"by code":     {DoNothing: true, Columns: by},
			"the marker":  {Columns: by, DoUpdates: clause.AssignmentColumns([]string{"deleted_at"})},
			"the label":   {Columns: by, DoUpdates: clause.AssignmentColumns([]string{"label"})},
			"all by code": {Columns: by, UpdateAll: true},
		} {
			if conflict.DoNothing && !returns(db) {
				continue // GORM's own way, which the plugin leaves alone
			}
			require.NoError(t, db.Unscoped().Where("1 = 1").Delete(&aSlip{}).Error)
			old := []aSlip{{Code: ptr("a"), Label: "a"}, {Code: ptr("b"), Label: "b"}}
			require.NoError(t, db.Create(&old).Error)
			values := []aSlip{{Label: "1"}, {Code: ptr("b"), Label: "b"}, {Label: "2"}, {Code: ptr("c"), Label: "3"}, {Code: ptr("a"), Label: "a"}, {ID: 7000, Label: "4"}, {Label: "5"}}
			tx := db.Clauses(conflict).Create(&values)
			require.NoError(t, tx.Error, what)
			for _, value := range values {
				require.Equal(t, column[uint](t, db, "SELECT id FROM a_slips WHERE label = ?", value.Label), []uint{value.ID}, "%s: %s", what, value.Label)
			}
		}
	})
}

// returns tells if a handle's inserts return rows.
func returns(db *gorm.DB) bool {
	for _, name := range db.Callback().Create().Clauses {
		if name == "RETURNING" {
			return true
		}
	}
	return false
}

func TestKeysOfSingleValues(t *testing.T) {
	t.Parallel()
	eachMaker(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aLabel{}, &aShelf{}, &aBadge{}, &aNick{})
		for what, conflict := range conflicts() {
			if conflict.DoNothing {
				continue // of one value GORM leaves the key out, and gives no wrong one
			}
			for _, model := range []any{&aLabel{}, &aShelf{}, &aBadge{}, &aNick{}} {
				require.NoError(t, db.Unscoped().Where("1 = 1").Delete(model).Error)
			}
			for name, with := range ways(db) {
				require.NoError(t, with(func(tx *gorm.DB) error {
					upsert := func() *gorm.DB { return tx.Clauses(conflict) }
					for range 2 {
						label, shelf, badge, nick := aLabel{Name: "a"}, aShelf{Name: "a"}, aBadge{Name: "a"}, aNick{Name: "a"}
						require.NoError(t, upsert().Create(&label).Error, what)
						require.NoError(t, upsert().Create(&shelf).Error, what)
						require.NoError(t, upsert().Create(&badge).Error, what)
						require.NoError(t, upsert().Create(&nick).Error, what)
						require.Equal(t, column[uint](t, tx, "SELECT id FROM a_labels"), []uint{label.ID}, "%s, %s", what, name)
						require.Equal(t, column[uint](t, tx, "SELECT id FROM a_shelves"), []uint{shelf.ID}, "%s, %s", what, name)
						require.Equal(t, column[string](t, tx, "SELECT id FROM a_badges"), []string{badge.ID}, "%s, %s", what, name)
						require.Equal(t, column[uint](t, tx, "SELECT id FROM a_nicks"), []uint{nick.ID}, "%s, %s", what, name)
					}
					return nil
				}))
			}
		}
	})
}

func TestKeysByAConstraintsName(t *testing.T) {
	t.Parallel()
	db := withPlugin(t, testdb.OpenerFor(t, "postgres"), softdelete.Config{}, &aLabel{}, &aNick{})
	require.NoError(t, db.Exec("ALTER TABLE a_labels ADD CONSTRAINT uni_a_labels_name UNIQUE (name)").Error)
	old := []aLabel{{Name: "a"}, {Name: "b"}}
	require.NoError(t, db.Create(&old).Error)
	for what, conflict := range map[string]clause.OnConflict{
		"nothing":    {OnConstraint: "uni_a_labels_name", DoNothing: true},
		"the marker": {OnConstraint: "uni_a_labels_name", DoUpdates: clause.AssignmentColumns([]string{"deleted_at"})},
		"all":        {OnConstraint: "uni_a_labels_name", UpdateAll: true},
	} {
		values := []aLabel{{Name: "x" + what}, {Name: "b"}, {Name: "y" + what}, {Name: "a"}}
		require.NoError(t, db.Clauses(conflict).Create(&values).Error, what)
		for _, value := range values {
			require.Equal(t, column[uint](t, db, "SELECT id FROM a_labels WHERE name = ?", value.Name), []uint{value.ID}, what)
		}
	}
	keyed := []aLabel{{Name: "new"}, {ID: old[1].ID, Name: "b"}, {Name: "newer"}}
	require.NoError(t, db.Clauses(clause.OnConflict{OnConstraint: "a_labels_pkey", DoUpdates: clause.AssignmentColumns([]string{"deleted_at"})}).Create(&keyed).Error)
	for _, value := range keyed {
		require.Equal(t, column[uint](t, db, "SELECT id FROM a_labels WHERE name = ?", value.Name), []uint{value.ID})
	}
}

// TestStatementsOfUpserts says what an upsert costs: no statement more than GORM's where all rows come back, one where some do not.
func TestStatementsOfUpserts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aShelf{}, &aLabel{})
		require.NoError(t, db.Create(&[]aShelf{{Name: "a"}, {Name: "b"}}).Error)
		require.NoError(t, db.Create(&[]aLabel{{Name: "a"}, {Name: "b"}}).Error)
		sent := counted(t, db)
		before := 0 // a database whose upsert has no condition is asked by each unique key that the values have
		if db.Name() == "mysql" {
			before = 1
		}
		back := 0 // and for the keys of the rows that were there, where the insert does not return them
		if database.FlavourOf(db).NoKeysBack {
			back = 1
		}
		for what, c := range map[string]struct {
			create func() error
			reads  int
		}{
			"creates":   {func() error { return db.Create(&[]aShelf{{Name: "c"}, {Name: "d"}}).Error }, 0},
			"a create":  {func() error { return db.Create(&aShelf{Name: "e"}).Error }, 0},
			"an upsert": {func() error { return db.Clauses(scores).Create(&aShelf{Name: "a", Score: 1}).Error }, before + back},
			"upserts":   {func() error { return db.Clauses(scores).Create(&[]aShelf{{Name: "a", Score: 2}, {Name: "f"}}).Error }, before + back},
			"saves":     {func() error { return db.Save(&[]aShelf{{ID: 1, Name: "a", Score: 3}, {Name: "g"}}).Error }, 2 * (before + back)},
			"nothing": {func() error {
				return db.Clauses(clause.OnConflict{DoNothing: true}).Create(&[]aShelf{{Name: "h"}, {Name: "i"}}).Error
			}, 0},
			"one left":   {func() error { return db.Clauses(onlyMarker).Create(&aLabel{Name: "a"}).Error }, max(before, 1)},
			"some left":  {func() error { return db.Clauses(onlyMarker).Create(&[]aLabel{{Name: "j"}, {Name: "a"}}).Error }, max(before, 1) + back},
			"none of it": {func() error { return db.Clauses(onlyMarker).Create(&[]aLabel{{Name: "k"}, {Name: "l"}}).Error }, before},
		} {
			sent()
			require.NoError(t, c.create(), what)
			require.Equal(t, c.reads, sent(), what)
		}
	})
}

var scores = clause.OnConflict{Columns: byName, DoUpdates: clause.AssignmentColumns([]string{"score"})}

// counted returns how many queries a handle has sent since it was last called.
func counted(t *testing.T, db *gorm.DB) func() int {
	t.Helper()
	queries := 0
	require.NoError(t, db.Callback().Query().Register("count", func(db *gorm.DB) {
		if !db.DryRun {
			queries++
		}
	}))
	require.NoError(t, db.Callback().Row().Register("count", func(db *gorm.DB) {
		if !db.DryRun {
			queries++
		}
	}))
	return func() int { n := queries; queries = 0; return n }
}

// TestKeysOfValuesThatAgree says that of two new values that agree both have the key of their one row, where the database takes them.
func TestKeysOfValuesThatAgree(t *testing.T) {
	t.Parallel()
	eachMaker(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aLabel{})
		require.NoError(t, db.Create(&aLabel{Name: "a"}).Error)
		for what, conflict := range map[string]clause.OnConflict{"nothing": {DoNothing: true, Columns: byName}, "the marker": onlyMarker} {
			values := []aLabel{{Name: "x" + what}, {Name: "a"}, {Name: "x" + what}, {Name: "y" + what}, {Name: "y" + what}, {Name: "z" + what}}
			require.NoError(t, db.Clauses(conflict).Create(&values).Error, what)
			for _, value := range values {
				require.Equal(t, column[uint](t, db, "SELECT id FROM a_labels WHERE name = ?", value.Name), []uint{value.ID}, "%s: %s", what, value.Name)
			}
		}
	})
}

// TestKeysNearTheTrash says that a value that meets a trashed row, where that is no error, has no other's key.
func TestKeysNearTheTrash(t *testing.T) {
	t.Parallel()
	eachMaker(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aLabel{})
		old := []aLabel{{Name: "a"}, {Name: "b"}}
		require.NoError(t, db.Create(&old).Error)
		require.NoError(t, db.Delete(&old[0]).Error)
		values := []aLabel{{Name: "a"}, {Name: "c"}, {Name: "b"}, {ID: 8000, Name: "d"}, {Name: "e"}}
		require.NoError(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create(&values).Error)
		for _, value := range values[1:] {
			require.Equal(t, column[uint](t, db, "SELECT id FROM a_labels WHERE name = ?", value.Name), []uint{value.ID}, value.Name)
		}
		require.Contains(t, []uint{0, old[0].ID}, values[0].ID)
		require.Len(t, column[uint](t, db, "SELECT id FROM a_labels"), 5)

		require.NoError(t, db.Unscoped().Where("id > ?", old[1].ID).Delete(&aLabel{}).Error)
		values = []aLabel{{Name: "c"}, {Name: "a"}, {Name: "b"}}
		require.NoError(t, db.Scopes(softdelete.WithTrashed).Clauses(onlyMarker).Create(&values).Error)
		require.Equal(t, []uint{old[0].ID, old[1].ID}, []uint{values[1].ID, values[2].ID}, "trashed rows are in reach")
		require.Len(t, column[uint](t, db, "SELECT id FROM a_labels WHERE deleted_at IS NOT NULL"), 1)
	})
}
