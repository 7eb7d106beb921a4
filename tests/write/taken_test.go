package write_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// A takenUser has values that are unique among all rows.
type takenUser struct {
	ID    uint
	Email string  `gorm:"size:80;uniqueIndex"`
	Nick  *string `gorm:"size:80;unique"`
	Org   int     `gorm:"uniqueIndex:seats"`
	Seat  int     `gorm:"uniqueIndex:seats"`
	Rank  *int
	softdelete.Tracked
}

func TestAValueThatATrashedRowHas(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &takenUser{})
		database.LiveUnique(t, db, "live_rank", "taken_users", "rank")
		for id := 1; id <= 3; id++ {
			nick := []string{"", "trashed", "live", "other"}[id]
			require.NoError(t, db.Create(&takenUser{Email: nick, Nick: &nick, Org: 1, Seat: id, Rank: &id}).Error)
		}
		require.NoError(t, db.Delete(&takenUser{ID: 1}).Error)
		before := tables.Stored(t, db, "taken_users", "id")
		name := func(s string) *string { return &s }
		row := func(id uint, email string, seat int) *takenUser {
			return &takenUser{ID: id, Email: email, Org: 1, Seat: seat}
		}
		three := &takenUser{ID: 3, Email: "other", Nick: name("other"), Org: 1, Seat: 3}

		for way, write := range map[string]func(db *gorm.DB) error{
			"an index":     func(db *gorm.DB) error { return db.Create(row(9, "trashed", 9)).Error },
			"no key given": func(db *gorm.DB) error { return db.Create(row(0, "trashed", 9)).Error },
			"a constraint": func(db *gorm.DB) error {
				return db.Create(&takenUser{ID: 9, Email: "9", Nick: name("trashed"), Seat: 9}).Error
			},
			"two columns": func(db *gorm.DB) error { return db.Create(row(9, "9", 1)).Error },
			"the key":     func(db *gorm.DB) error { return db.Create(row(1, "9", 9)).Error },
			"a slice":     func(db *gorm.DB) error { return db.Create([]*takenUser{row(8, "8", 8), row(9, "trashed", 9)}).Error },
			"a map": func(db *gorm.DB) error {
				return db.Model(&takenUser{}).Create(map[string]any{"id": 9, "email": "trashed", "org": 9}).Error
			},
			"a new one": func(db *gorm.DB) error { return db.Save(row(0, "trashed", 9)).Error },
			"FirstOrCreate": func(db *gorm.DB) error {
				return db.Where("email = ?", "trashed").Attrs(takenUser{Email: "trashed", Seat: 9}).FirstOrCreate(&takenUser{}).Error
			},
			"generic": func(db *gorm.DB) error {
				return gorm.G[takenUser](db).Create(db.Statement.Context, row(9, "trashed", 9))
			},
			"Update": func(db *gorm.DB) error { return db.Model(&takenUser{ID: 3}).Update("email", "trashed").Error },
			"by conditions": func(db *gorm.DB) error {
				return db.Model(&takenUser{}).Where("id = ?", 3).Update("email", "trashed").Error
			},
			"two set": func(db *gorm.DB) error {
				return db.Model(&takenUser{}).Where("id = 3").Updates(map[string]any{"org": 1, "seat": 1}).Error
			},
			"of a loaded": func(db *gorm.DB) error { three := *three; return db.Model(&three).Update("seat", 1).Error },
			"a struct":    func(db *gorm.DB) error { return db.Model(&takenUser{ID: 3}).Updates(takenUser{Email: "trashed"}).Error },
			"Save":        func(db *gorm.DB) error { three := *three; three.Email = "trashed"; return db.Save(&three).Error },
		} {
			for _, translated := range []bool{false, true} {
				db := db.Session(&gorm.Session{})
				db.TranslateError = translated
				err := write(db)
				require.ErrorIs(t, err, softdelete.ErrTrashed, way)
				require.ErrorIs(t, err, softdelete.ErrConflict, way)
				require.ErrorIs(t, err, gorm.ErrDuplicatedKey, way)
				require.ErrorContains(t, err, "model takenUser", way)
				require.Equal(t, before, tables.Stored(t, db, "taken_users", "id"), way)
			}
			// Within the caller's transaction PostgreSQL answers nothing more.
			err := db.Transaction(func(tx *gorm.DB) error { return write(tx) })
			require.Equal(t, db.Name() != "postgres", errors.Is(err, softdelete.ErrTrashed), "%s: %v", way, err)
			require.Error(t, err, way)
		}

		log := record.Record(t, db)
		for way, write := range map[string]func() error{
			"a live row's":      func() error { return db.Create(row(9, "live", 9)).Error },
			"of live rows only": func() error { r := row(9, "9", 9); r.Rank = tables.Ptr(2); return db.Create(r).Error },
			"an update":         func() error { return db.Model(&takenUser{ID: 3}).Update("email", "live").Error },
		} {
			err := write()
			require.Error(t, err, way)
			require.NotErrorIs(t, err, softdelete.ErrTrashed, way)
		}
		log.Take()
		require.NoError(t, db.Create(&takenUser{ID: 9, Email: "9", Seat: 9, Rank: tables.Ptr(1)}).Error, "only a trashed row has that rank")
		require.Len(t, log.Take(), 3, "nothing is asked where nothing has failed")
		require.NoError(t, db.Scopes(softdelete.Revive).Create(row(0, "trashed", 1)).Error)
	})
}
