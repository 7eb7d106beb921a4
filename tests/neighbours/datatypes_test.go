package neighbours_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/datatypes"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
)

// typedPaper has columns of most types that the module brings.
type typedPaper struct {
	ID       uint
	Name     string `gorm:"size:40" softdelete:"unique"`
	Doc      datatypes.JSON
	Tags     datatypes.JSONSlice[string]
	Settings datatypes.JSONType[map[string]int]
	Free     datatypes.JSONMap
	Day      datatypes.Date
	Hour     datatypes.Time
	Key      datatypes.UUID
	Home     datatypes.URL

	DeletedAt  gorm.DeletedAt
	DeletionID softdelete.DeletionID `softdelete:"deletionID"`

	Sheets []typedSheet `gorm:"foreignKey:PaperID" softdelete:"cascade"`
}

type typedSheet struct {
	ID      uint
	PaperID uint
	Doc     datatypes.JSON
	softdelete.Tracked
}

func newTypedPaper(id uint, name, color string) typedPaper {
	return typedPaper{
		ID: id, Name: name, Doc: datatypes.JSON(`{"color": "` + color + `"}`), Tags: datatypes.JSONSlice[string]{"a", "b"},
		Settings: datatypes.NewJSONType(map[string]int{"size": 3}), Free: datatypes.JSONMap{"x": "y"},
		Day: datatypes.Date(time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)), Hour: datatypes.NewTime(1, 2, 3, 0), Key: datatypes.NewUUIDv4(),
		Sheets: []typedSheet{{ID: 10 * id, Doc: datatypes.JSON(`{"color": "` + color + `"}`)}},
	}
}

// What a row holds in these types is untouched by a delete and a restore; their conditions are conditions as any others.
func TestBesideDatatypes(t *testing.T) {
	t.Parallel()
	beside.Each(t, beside.Plugin{Use: alone}, func(t *testing.T, w *beside.World) {
		require.NoError(t, softdelete.AutoMigrate(w.DB, &typedPaper{}, &typedSheet{}))
		db := w.DB.Session(&gorm.Session{})
		for _, table := range []string{"typed_papers", "typed_sheets"} {
			require.NoError(t, db.Exec("DELETE FROM "+table).Error)
		}
		papers := []typedPaper{newTypedPaper(1, "one", "red"), newTypedPaper(2, "two", "red"), newTypedPaper(3, "three", "blue")}
		require.NoError(t, db.Create(&papers).Error)
		red := func() clause.Expression { return datatypes.JSONQuery("doc").Equals("red", "color") }
		count := func(want int64, scopes ...func(*gorm.DB) *gorm.DB) {
			t.Helper()
			var n int64
			require.NoError(t, db.Model(&typedPaper{}).Scopes(scopes...).Where(red()).Count(&n).Error)
			require.Equal(t, want, n)
		}
		count(2)
		var before, after typedPaper
		require.NoError(t, db.Preload("Sheets").First(&before, 1).Error)

		var d softdelete.Deletion
		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&typedPaper{}, 1).Error)
		require.Equal(t, map[string]int64{"typed_papers": 1, "typed_sheets": 1}, d.Rows)
		count(1)
		count(1, softdelete.OnlyTrashed)
		count(2, softdelete.WithTrashed)
		var trashed typedPaper
		require.NoError(t, db.Scopes(softdelete.OnlyTrashed).First(&trashed, 1).Error)
		require.Equal(t, d.ID.String(), trashed.DeletionID.UUID.String())

		// An update of a part of a document reaches no trashed row.
		tx := db.Model(&typedPaper{}).Where(red()).UpdateColumn("doc", datatypes.JSONSet("doc").Set("{size}", 7))
		if w.Database != "postgres" {
			tx = db.Model(&typedPaper{}).Where(red()).UpdateColumn("doc", datatypes.JSONSet("doc").Set("size", 7))
		}
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.ErrorIs(t, db.Save(&before).Error, softdelete.ErrTrashed)

		_, err := softdelete.Undo(db, d.ID)
		require.NoError(t, err)
		require.NoError(t, db.Preload("Sheets").First(&after, 1).Error)
		require.Equal(t, before, after)

		// Deleted, restored and purged by a condition on a document.
		tx = db.Where(red()).Delete(&typedPaper{})
		require.NoError(t, tx.Error)
		require.EqualValues(t, 2, tx.RowsAffected)
		tx = softdelete.Restore(db.Where(red()).Where("id = ?", 1), &typedPaper{})
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		// An upsert writes to no trashed row, and a revive brings one back, with these types too.
		again := newTypedPaper(2, "two", "green")
		require.ErrorIs(t, db.Omit("Sheets").Clauses(clause.OnConflict{UpdateAll: true}).Create(&again).Error, softdelete.ErrTrashed)
		require.NoError(t, db.Omit("Sheets").Scopes(softdelete.Revive).Create(&again).Error)
		count(1)
		var revived typedPaper
		require.NoError(t, db.First(&revived, 2).Error)
		require.JSONEq(t, `{"color": "green"}`, revived.Doc.String())

		require.NoError(t, db.Delete(&typedPaper{}, []uint{1, 3}).Error)
		tx = softdelete.Purge(db.Where(red()), &typedPaper{})
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.Equal(t, "2 3", w.Raw(t, "SELECT id FROM typed_papers ORDER BY id"))
	})
}

// An operation's id is kept in a type that says that it is one: at start-up another is refused.
func TestDatatypesUUIDIsNoDeletionID(t *testing.T) {
	t.Parallel()
	type row struct {
		ID        uint
		DeletedAt gorm.DeletedAt
		Operation *datatypes.UUID `softdelete:"deletionID"`
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		err := open(t).Use(softdelete.New(softdelete.Config{Models: []any{&row{}}}))
		require.ErrorAs(t, err, new(*softdelete.ModelError))
		require.ErrorContains(t, err, "uuid.UUID")
	})
}
