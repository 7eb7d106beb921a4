package guard_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// shelf has no marker: what hangs on it goes by the database's own cascade.
type shelf struct {
	ID    uint
	Books []book `gorm:"constraint:OnDelete:CASCADE"`
}

type book struct {
	ID      uint
	ShelfID *uint
	Title   string
	Pages   []page `gorm:"constraint:OnDelete:CASCADE"`
	Tags    []tag  `gorm:"many2many:book_tags;constraint:OnDelete:CASCADE"`
	softdelete.Tracked
}

type page struct {
	ID     uint
	BookID uint
	softdelete.Tracked
}

type tag struct {
	ID uint
	softdelete.Timestamp
}

type bookTag struct {
	BookID uint `gorm:"primaryKey"`
	TagID  uint `gorm:"primaryKey"`
	softdelete.Timestamp
}

func (bookTag) TableName() string { return "book_tags" }

// library opens a handle with guarded tables: live books 1 and 2 and a trashed one 3, each
// with two pages and a tag. Book 1 is on shelf 1.
func library(t *testing.T, open testdb.Opener, config ...*gorm.Config) *gorm.DB {
	t.Helper()
	db := open(t, config...)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&bookTag{}, &shelf{}, &book{}, &page{}, &tag{}}})))
	require.NoError(t, db.AutoMigrate(&shelf{}, &tag{}, &book{}, &page{}, &bookTag{}))
	one := uint(1)
	require.NoError(t, db.Create(&shelf{ID: 1}).Error)
	require.NoError(t, db.Create(&tag{ID: 1}).Error)
	for i := uint(1); i <= 3; i++ {
		b := book{ID: i, Title: "a book", Pages: []page{{ID: 10 * i}, {ID: 10*i + 1}}}
		if i == 1 {
			b.ShelfID = &one
		}
		require.NoError(t, db.Create(&b).Error)
		require.NoError(t, db.Create(&bookTag{BookID: i, TagID: 1}).Error)
	}
	require.NoError(t, db.Delete(&book{}, 3).Error)
	require.NoError(t, softdelete.Guard(db))
	return db
}

// all is all that the tables hold.
func all(t *testing.T, db *gorm.DB) map[string][]map[string]any {
	t.Helper()
	held := map[string][]map[string]any{}
	for table, key := range map[string]string{"shelves": "id", "books": "id", "pages": "id", "tags": "id", "book_tags": "book_id"} {
		held[table] = tables.Stored(t, db, table, key)
	}
	return held
}

// keepsLive says that raw SQL cannot delete a live row: that what was open for a statement
// is open no longer.
func keepsLive(t *testing.T, db *gorm.DB) {
	t.Helper()
	tx := db.Session(&gorm.Session{NewDB: true})
	err := tx.Exec("DELETE FROM books WHERE id = 2").Error
	require.ErrorIs(t, err, softdelete.ErrGuarded)
	require.ErrorContains(t, err, "has live rows that would be deleted")
}

func books(t *testing.T, db *gorm.DB) []uint {
	t.Helper()
	return tables.Column[uint](t, db, "SELECT id FROM books ORDER BY id")
}

// Models of each kind of marker.
type (
	byTime struct {
		ID uint
		softdelete.Timestamp
	}
	byColumn struct {
		ID      uint
		Removed gorm.DeletedAt `gorm:"column:order"`
	}
	byZero struct {
		ID      uint
		Removed gorm.DeletedAt `gorm:"zeroValue:'1970-01-02 00:00:01';default:'1970-01-02 00:00:01'"`
	}
	bySecond struct {
		ID        uint
		DeletedAt soft_delete.DeletedAt
	}
	byMilli struct {
		ID        uint
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:milli"`
	}
	byFlag struct {
		ID uint
		softdelete.Flagged
	}
	byOldFlag struct {
		ID    uint
		IsDel soft_delete.DeletedAt `gorm:"softDelete:flag"`
	}
	byMixed struct {
		ID        uint
		IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedAt"`
		DeletedAt time.Time             `gorm:"default:null"`
	}
	byReserved struct {
		ID uint
		softdelete.Tracked
	}
	byLong struct {
		ID uint
		softdelete.Timestamp
	}
	byLonger struct {
		ID uint
		softdelete.Timestamp
	}
	byQuoted struct {
		ID uint
		softdelete.Timestamp
	}
)

func (byReserved) TableName() string { return "order" }
func (byLong) TableName() string {
	return "a_table_with_a_name_that_is_as_long_as_the_name_of_a_table_can_1"[:62] + "1"
}
func (byLonger) TableName() string { return byLong{}.TableName()[:62] + "2" }
func (byQuoted) TableName() string { return "it's a 100% table" }

func markers() []any {
	return []any{&byTime{}, &byColumn{}, &byZero{}, &bySecond{}, &byMilli{}, &byFlag{}, &byOldFlag{}, &byMixed{}, &byReserved{}, &byLong{}, &byLonger{}, &byQuoted{}}
}

func withMarkers(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	return handles.WithPlugin(t, open, softdelete.Config{Models: markers()}, markers()...)
}
