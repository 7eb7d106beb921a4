package plan_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// A Stall has a key of two columns, and a sign that no other live stall has.
type Stall struct {
	Market string  `gorm:"primaryKey;size:20"`
	Number int     `gorm:"primaryKey;autoIncrement:false"`
	Sign   *string `gorm:"size:50" softdelete:"unique"`
	Wares  []Ware  `gorm:"foreignKey:Market,StallNumber;references:Market,Number" softdelete:"cascade"`
	softdelete.Tracked
}

type Ware struct {
	ID          uint   `gorm:"primaryKey;autoIncrement:false"`
	Market      string `gorm:"size:20"`
	StallNumber int
	Code        string `gorm:"size:50" softdelete:"unique"`
	softdelete.Tracked
}

func openStalls(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	db := open(t)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&Stall{}, &Ware{}}})))
	require.NoError(t, softdelete.AutoMigrate(db, &Stall{}, &Ware{}))
	return db
}

func clashNames(plan softdelete.Plan) (names []string) {
	for _, c := range plan.Clashes {
		with := "a trashed one"
		if c.Live {
			with = "a live one"
		}
		names = append(names, fmt.Sprintf("%s %s %v %v with %s, %v", c.Model, c.Table, c.Columns, c.Key, with, c.With))
	}
	return names
}

// TestPlanNamesClashes says that a plan names the rows behind its conflicts by their keys: those that go along, those with a live one in the
// way and those that agree with each other, whatever makes the plan.
func TestPlanNamesClashes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openStalls(t, open)
		sign, other := "fish", "bread"
		var d softdelete.Deletion
		require.NoError(t, db.Create(&Stall{Market: "a,b", Number: 1, Sign: &sign, Wares: []Ware{{ID: 1, Code: "cod"}, {ID: 2, Code: "eel"}}}).Error)
		require.NoError(t, db.Create(&Stall{Market: "a", Number: 2}).Error)
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&Stall{}, "market = ?", "a,b").Error)
		require.NoError(t, db.Delete(&Stall{}, "market = ?", "a").Error)
		free, err := softdelete.PreviewUndo(db, d.ID)
		require.NoError(t, err)
		require.Empty(t, free.Clashes)
		require.NoError(t, db.Create(&Stall{Market: "c", Number: 7, Sign: &sign, Wares: []Ware{{ID: 3, Code: "eel"}}}).Error)
		require.NoError(t, db.Create(&Stall{Market: "c", Number: 1, Sign: &other}).Error)

		want := []string{
			"Stall stalls [sign] [a,b 1] with a live one, [c 7]",
			"Ware wares [code] [2] with a live one, [3]",
		}
		plan, err := softdelete.Preview(db.Where("market = ?", "a,b"), softdelete.OpRestore, &Stall{})
		require.NoError(t, err)
		require.Equal(t, want, clashNames(plan))
		require.Len(t, plan.Conflicts, 2)
		for i, c := range plan.Clashes {
			require.Equal(t, plan.Conflicts[i].Constraint, c.Constraint)
		}
		undo, err := softdelete.PreviewUndo(db, d.ID)
		require.NoError(t, err)
		require.Equal(t, want, clashNames(undo))
		items, err := trashOf(db).Preview(t.Context(), softdelete.OpRestore, item("stalls", "a,b", 1))
		require.NoError(t, err)
		require.Equal(t, want, clashNames(items))
		items, err = trashOf(db).Preview(t.Context(), softdelete.OpRestore, item("stalls", "a", 2))
		require.NoError(t, err)
		require.Empty(t, items.Clashes, "no sign is in nobody's way")

		// Another row with the same value is the same conflict: a plan that was confirmed stands.
		require.NoError(t, softdelete.ForceDelete(db, &Ware{ID: 3}).Error)
		require.NoError(t, db.Create(&Ware{ID: 4, Market: "c", StallNumber: 7, Code: "eel"}).Error)
		again, err := softdelete.PreviewUndo(db, d.ID)
		require.NoError(t, err)
		require.Equal(t, undo.Fingerprint(), again.Fingerprint())
		require.Equal(t, []any{uint(4)}, again.Clashes[1].With)

		for what, verb := range map[string]softdelete.Operation{"purge": softdelete.OpPurge, "force delete": softdelete.OpForceDelete} {
			plan, err := softdelete.Preview(db.Where("market = ?", "a,b"), verb, &Stall{})
			require.NoError(t, err)
			require.Empty(t, plan.Clashes, what)
		}
	})
}

// TestPlanNamesSomeClashes says that of each conflict ten rows are named at most, of those that agree with each other too, and that a plan
// without one costs what it did.
func TestPlanNamesSomeClashes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openStalls(t, open)
		for i := range 30 {
			sign := fmt.Sprint("sign ", i%15)
			require.NoError(t, db.Create(&Stall{Market: "a", Number: i, Sign: &sign}).Error)
			require.NoError(t, db.Delete(&Stall{}, "number = ?", i).Error)
		}
		log := record.Record(t, db)
		all := db.Where("1 = 1").Session(&gorm.Session{})
		plan, err := softdelete.Preview(all, softdelete.OpRestore, &Stall{})
		require.NoError(t, err)
		sent := len(log.Take())
		require.Len(t, plan.Conflicts, 1)
		require.Len(t, plan.Clashes, 10)
		for _, c := range plan.Clashes {
			require.False(t, c.Live)
			require.Equal(t, c.Key[1].(int)+15, c.With[1])
		}
		require.NoError(t, softdelete.Purge(db.Where("number >= 15"), &Stall{}).Error)
		log.Take()
		plan, err = softdelete.Preview(all, softdelete.OpRestore, &Stall{})
		require.NoError(t, err)
		require.Empty(t, plan.Clashes)
		require.Len(t, log.Take(), sent-1, "only where some agree is it asked which")

		for i := range 15 {
			sign := fmt.Sprint("sign ", i)
			require.NoError(t, db.Create(&Stall{Market: "b", Number: i, Sign: &sign}).Error)
		}
		log.Take()
		plan, err = softdelete.Preview(all, softdelete.OpRestore, &Stall{})
		require.NoError(t, err)
		require.Len(t, log.Take(), sent-1, "the look that finds a conflict names the rows")
		require.Len(t, plan.Clashes, 10)
		for _, c := range plan.Clashes {
			require.True(t, c.Live)
			require.Equal(t, []any{"b", c.Key[1]}, c.With)
		}
	})
}

// TestPlanNamesClashesInAPartOfAnIndex is about an index with a condition that names columns without their table.
func TestPlanNamesClashesInAPartOfAnIndex(t *testing.T) {
	t.Parallel()
	type Badge struct {
		ID     uint   `gorm:"primaryKey;autoIncrement:false"`
		Number string `gorm:"size:50;uniqueIndex:badges_number,where:deleted_at IS NULL AND active = 1"`
		Active int
		softdelete.Timestamp
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		if !database.FlavourOf(db).Partial {
			return // an index has no condition there, and GORM makes one of all rows
		}
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, softdelete.AutoMigrate(db, &Badge{}))
		for id, active := range []int{1, 0, 1} {
			require.NoError(t, db.Create(&Badge{ID: uint(id), Number: "7", Active: active}).Error) //nolint:gosec // small
			require.NoError(t, db.Delete(&Badge{}, id).Error)
		}
		plan, err := softdelete.Preview(db.Where("1 = 1"), softdelete.OpRestore, &Badge{})
		require.NoError(t, err)
		require.Equal(t, []string{"Badge badges [number] [0] with a trashed one, [2]"}, clashNames(plan))
		require.NoError(t, db.Create(&Badge{ID: 3, Number: "7"}).Error)
		require.NoError(t, db.Create(&Badge{ID: 4, Number: "7", Active: 1}).Error)
		plan, err = softdelete.Preview(db.Where("id < 2"), softdelete.OpRestore, &Badge{})
		require.NoError(t, err)
		require.Equal(t, []string{"Badge badges [number] [0] with a live one, [4]"}, clashNames(plan))
	})
}
