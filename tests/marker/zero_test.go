package marker_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// Models with a zero value, as people write it.
type (
	zeroQuoted struct {
		ID        uint           `gorm:"primaryKey;autoIncrement:false"`
		Email     string         `gorm:"size:40;uniqueIndex:emails"`
		DeletedAt gorm.DeletedAt `gorm:"uniqueIndex:emails;zeroValue:'1970-01-01 00:00:01'"`
	}
	zeroDefault struct {
		ID        uint           `gorm:"primaryKey;autoIncrement:false"`
		Email     string         `gorm:"size:40;uniqueIndex:emails"`
		DeletedAt gorm.DeletedAt `gorm:"not null;default:'1970-01-01 00:00:01';uniqueIndex:emails;ZeroValue: '1970-01-01 00:00:01'"`
	}
	zeroBare struct {
		ID        uint      `gorm:"primaryKey;autoIncrement:false"`
		Email     string    `gorm:"size:40;uniqueIndex:emails"`
		DeletedAt embedding `gorm:"uniqueIndex:emails;zeroValue:1970-01-01 00:00:01"`
	}
	zeroBareDefault struct {
		ID        uint           `gorm:"primaryKey;autoIncrement:false"`
		Email     string         `gorm:"size:40;uniqueIndex:emails"`
		DeletedAt gorm.DeletedAt `gorm:"uniqueIndex:emails;zeroValue:1970-01-01 00:00:01;default:1970-01-01 00:00:01"`
	}
	zeroPointer struct {
		ID        uint            `gorm:"primaryKey;autoIncrement:false"`
		Email     string          `gorm:"size:40;uniqueIndex:emails"`
		DeletedAt *gorm.DeletedAt `gorm:"uniqueIndex:emails;zeroValue:'1970-01-01 00:00:01'"`
	}
)

type zeroForm struct {
	make   func(id uint, email string) any
	slice  func(ids ...uint) any
	create func(db *gorm.DB, id uint) error
}

func zeros() map[string]zeroForm {
	email := func(id uint) string { return string(rune('a'+id-1)) + "@x" }
	return map[string]zeroForm{
		"quoted": {
			func(id uint, email string) any { return &zeroQuoted{ID: id, Email: email} },
			func(ids ...uint) any {
				var list []zeroQuoted
				for _, id := range ids {
					list = append(list, zeroQuoted{ID: id, Email: email(id)})
				}
				return &list
			},
			func(db *gorm.DB, id uint) error {
				return gorm.G[zeroQuoted](db).Create(context.Background(), &zeroQuoted{ID: id, Email: email(id)})
			},
		},
		"quoted with a default": {
			func(id uint, email string) any { return &zeroDefault{ID: id, Email: email} },
			func(ids ...uint) any {
				var list []zeroDefault
				for _, id := range ids {
					list = append(list, zeroDefault{ID: id, Email: email(id)})
				}
				return &list
			},
			func(db *gorm.DB, id uint) error {
				return gorm.G[zeroDefault](db).Create(context.Background(), &zeroDefault{ID: id, Email: email(id)})
			},
		},
		"bare": {
			func(id uint, email string) any { return &zeroBare{ID: id, Email: email} },
			func(ids ...uint) any {
				var list []zeroBare
				for _, id := range ids {
					list = append(list, zeroBare{ID: id, Email: email(id)})
				}
				return &list
			},
			func(db *gorm.DB, id uint) error {
				return gorm.G[zeroBare](db).Create(context.Background(), &zeroBare{ID: id, Email: email(id)})
			},
		},
		"bare with a default": {
			func(id uint, email string) any { return &zeroBareDefault{ID: id, Email: email} },
			func(ids ...uint) any {
				var list []zeroBareDefault
				for _, id := range ids {
					list = append(list, zeroBareDefault{ID: id, Email: email(id)})
				}
				return &list
			},
			func(db *gorm.DB, id uint) error {
				return gorm.G[zeroBareDefault](db).Create(context.Background(), &zeroBareDefault{ID: id, Email: email(id)})
			},
		},
		"pointer": {
			func(id uint, email string) any { return &zeroPointer{ID: id, Email: email} },
			func(ids ...uint) any {
				var list []zeroPointer
				for _, id := range ids {
					list = append(list, zeroPointer{ID: id, Email: email(id)})
				}
				return &list
			},
			func(db *gorm.DB, id uint) error {
				return gorm.G[zeroPointer](db).Create(context.Background(), &zeroPointer{ID: id, Email: email(id)})
			},
		},
	}
}

// TestZeroValue says that the tag zeroValue, in quotes or not, is what a live row has: after each form of create and after a
// restore, so that a unique index with the marker in it keeps live rows apart.
func TestZeroValue(t *testing.T) {
	t.Parallel()
	for name, z := range zeros() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				plain, db := open(t), plugged(t, open(t))
				stmt := &gorm.Statement{DB: db}
				require.NoError(t, stmt.Parse(z.make(0, "")))
				if name != "bare with a default" {
					require.NoError(t, softdelete.AutoMigrate(db, z.make(0, "")))
				} else {
					// GORM writes a default that is in no quotes as a time of the process's zone.
					require.NoError(t, db.AutoMigrate(z.make(0, "")))
				}
				table := stmt.Table
				zeroes := func() int64 {
					t.Helper()
					var n int64
					require.NoError(t, plain.Raw("SELECT count(*) FROM "+table+" WHERE deleted_at = '1970-01-01 00:00:01'").Scan(&n).Error)
					return n
				}
				value := z.make(1, "a@x")
				require.NoError(t, db.Create(value).Error)
				require.False(t, isTrashed(t, db, value))
				require.NoError(t, db.Create(z.slice(2, 3)).Error)
				require.NoError(t, db.CreateInBatches(z.slice(4, 5), 1).Error)
				require.NoError(t, db.Save(z.make(6, "f@x")).Error)
				require.NoError(t, z.create(db, 7))
				require.NoError(t, db.Clauses(clause.OnConflict{UpdateAll: true}).Create(z.make(8, "h@x")).Error)
				require.NoError(t, db.Unscoped().Create(z.make(9, "i@x")).Error)
				require.EqualValues(t, 9, zeroes())
				require.Len(t, live(t, db, z.make(0, "")), 9)
				require.Error(t, db.Create(z.make(10, "a@x")).Error, "two live rows agree")

				require.NoError(t, db.Delete(value).Error)
				require.True(t, isTrashed(t, db, value))
				require.EqualValues(t, 8, zeroes())
				require.NoError(t, db.Create(z.make(10, "a@x")).Error)
				require.ErrorIs(t, softdelete.Restore(db, value).Error, softdelete.ErrConflict)
				require.NoError(t, softdelete.ForceDelete(db, z.make(10, "")).Error)
				require.NoError(t, softdelete.Restore(db, value).Error)
				require.False(t, isTrashed(t, db, value))
				require.EqualValues(t, 9, zeroes())
				loaded := z.make(0, "")
				require.NoError(t, db.First(loaded, 1).Error)
				require.False(t, isTrashed(t, db, loaded))
			})
		})
	}
}

// Rows that GORM alone has written under a quoted zero value have NULL, and are live. Those that it trashed are trashed.
func TestZeroValueThatGORMDidNotTake(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		alone := open(t)
		require.NoError(t, alone.AutoMigrate(&zeroQuoted{}))
		require.NoError(t, alone.Create(&[]zeroQuoted{{ID: 1, Email: "a"}, {ID: 2, Email: "b"}}).Error)
		require.NoError(t, alone.Delete(&zeroQuoted{ID: 2}).Error)
		db := plugged(t, open(t))
		require.NoError(t, softdelete.AutoMigrate(db, &zeroQuoted{}))
		require.NoError(t, db.Create(&zeroQuoted{ID: 3, Email: "c"}).Error)
		require.Equal(t, []uint{1, 3}, live(t, db, &zeroQuoted{}))
		require.Equal(t, []uint{2}, trashed(t, db, &zeroQuoted{}))
		require.EqualValues(t, 1, softdelete.Restore(db, &zeroQuoted{ID: 2}).RowsAffected)
		require.EqualValues(t, 1, db.Delete(&zeroQuoted{ID: 1}).RowsAffected)
		require.Equal(t, []uint{2, 3}, live(t, db, &zeroQuoted{}))
		require.Equal(t, []uint{1}, live(t, db.Scopes(softdelete.TrashedAfter(time.Now().Add(-time.Hour))), &zeroQuoted{}))
		findings, err := softdelete.Doctor(db)
		require.NoError(t, err)
		for _, finding := range findings {
			require.NotEqual(t, softdelete.SeverityError, finding.Severity, finding.String())
		}
	})
}
