package write_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type (
	// aGuest gets its key from BeforeCreate, or from BeforeSave.
	aGuest struct {
		ID     string `gorm:"size:99;primaryKey"`
		Email  string `gorm:"size:191;uniqueIndex"`
		Invite string `gorm:"size:191;<-:create"`
		Note   string `gorm:"<-:update"`
		Score  int
		softdelete.Tracked
		InSave bool   `gorm:"-"`
		Makes  string `gorm:"-"`
	}
	aCity struct {
		ID   uint `gorm:"primaryKey;autoIncrement:false"`
		Name string
	}
	// aSpot has a key of which one part is that of the city, and a hook makes the other.
	aSpot struct {
		CityID uint `gorm:"primaryKey;autoIncrement:false"`
		Number int  `gorm:"primaryKey;autoIncrement:false"`
		City   *aCity
		Email  string `gorm:"size:191;uniqueIndex"`
		softdelete.Tracked
	}
)

func (g *aGuest) make() {
	if g.ID == "" {
		if g.ID = g.Makes; g.ID == "" {
			g.ID = "made for " + g.Email + " " + time.Now().Format(time.RFC3339Nano)
		}
	}
}

func (g *aGuest) BeforeSave(*gorm.DB) error {
	if g.InSave {
		g.make()
	}
	return nil
}

func (g *aGuest) BeforeCreate(*gorm.DB) error { g.make(); return nil }

func (s *aSpot) BeforeCreate(*gorm.DB) error {
	if s.Number == 0 {
		s.Number = 77
	}
	return nil
}

// revivals are the ways to create some values under Revive.
func revivals[T any]() map[string]func(db *gorm.DB, values []T) error {
	return map[string]func(db *gorm.DB, values []T) error{
		"values": func(db *gorm.DB, values []T) error {
			for i := range values {
				if err := db.Create(&values[i]).Error; err != nil {
					return err
				}
			}
			return nil
		},
		"slice":      func(db *gorm.DB, values []T) error { return db.Create(&values).Error },
		"in batches": func(db *gorm.DB, values []T) error { return db.CreateInBatches(&values, 2).Error },
		"pointers": func(db *gorm.DB, values []T) error {
			list := make([]*T, len(values))
			for i := range values {
				list[i] = &values[i]
			}
			return db.Create(list).Error
		},
		"generic": func(db *gorm.DB, values []T) error {
			plain := db.Session(&gorm.Session{NewDB: true})
			scoped := gorm.G[T](plain, inStatement{softdelete.StatementScope(softdelete.Revive)})
			for i := range values {
				if err := scoped.Create(context.Background(), &values[i]); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// inStatement lets a scope come to a statement of the generic API as a clause.
type inStatement struct{ scope func(*gorm.Statement) }

func (inStatement) Name() string                           { return "in statement" }
func (inStatement) Build(clause.Builder)                   {}
func (inStatement) MergeClause(*clause.Clause)             {}
func (s inStatement) ModifyStatement(stmt *gorm.Statement) { s.scope(stmt) }

func TestReviveAsksForNoKeyThatAHookMakes(t *testing.T) {
	t.Parallel()
	eachMaker(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aGuest{}, &aCity{}, &aSpot{})
		for hook, inSave := range map[string]bool{"BeforeCreate": false, "BeforeSave": true} {
			for form, create := range revivals[aGuest]() {
				for handle, with := range ways(db) {
					what := strings.Join([]string{hook, form, handle}, ", ")
					require.NoError(t, db.Unscoped().Where("1 = 1").Delete(&aGuest{}).Error)
					old := []aGuest{{Email: "ana", Score: 1, Invite: "x"}, {Email: "bob", Score: 2}, {Email: "cyd"}}
					require.NoError(t, db.Create(&old).Error)
					require.NoError(t, db.Delete(old[:2]).Error)
					values := []aGuest{{Email: "dan", InSave: inSave}, {Email: "bob", Score: 5, InSave: inSave, Note: "no"}, {Email: "ana", Invite: "y", InSave: inSave}}
					require.NoError(t, with(func(tx *gorm.DB) error { return create(tx.Scopes(softdelete.Revive), values) }), what)
					require.Equal(t, old[1].ID, values[1].ID, what)
					require.Equal(t, old[0].ID, values[2].ID, what)
					require.Equal(t, values[0].ID, column[string](t, db, "SELECT id FROM a_guests WHERE email = 'dan'")[0], what)
					require.Equal(t, []string{"y", "", "", ""}, column[string](t, db, "SELECT invite FROM a_guests WHERE deleted_at IS NULL ORDER BY email"), "%s: a create writes it", what)
					require.Equal(t, []int{0, 5, 0, 0}, column[int](t, db, "SELECT score FROM a_guests WHERE deleted_at IS NULL ORDER BY email"), what)
					require.Empty(t, column[string](t, db, "SELECT note FROM a_guests WHERE note <> ''"), "%s: a create does not", what)
				}
			}
		}
	})
}

func TestReviveOfKeysThatAreMadeAndAskedFor(t *testing.T) {
	t.Parallel()
	eachMaker(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aGuest{}, &aCity{}, &aSpot{})
		revive := func() *gorm.DB { return db.Scopes(softdelete.Revive) }
		require.NoError(t, db.Create(&[]aGuest{{ID: "1", Email: "ana"}, {ID: "2", Email: "bob"}, {ID: "3", Email: "cyd"}}).Error)
		require.NoError(t, db.Where("1 = 1").Delete(&aGuest{}).Error)
		require.ErrorIs(t, revive().Create(&aGuest{ID: "9", Email: "ana"}).Error, softdelete.ErrAmbiguous, "that is asked for")
		require.ErrorIs(t, revive().Create(&aGuest{ID: "2", Email: "ana"}).Error, softdelete.ErrAmbiguous)
		value := aGuest{Email: "ana", Makes: "2"}
		require.NoError(t, revive().Create(&value).Error, "a key that is made hinders nobody who gets another one")
		require.Equal(t, "1", value.ID)
		value = aGuest{Email: "new", Makes: "3"}
		require.NoError(t, revive().Create(&value).Error, "and is in the way where nothing else is")
		require.Equal(t, []string{"new"}, column[string](t, db, "SELECT email FROM a_guests WHERE id = '3' AND deleted_at IS NULL"))
		require.Equal(t, []string{"2"}, column[string](t, db, "SELECT id FROM a_guests WHERE deleted_at IS NOT NULL"))

		require.NoError(t, db.Create(&[]aSpot{{Number: 5, Email: "ana", City: &aCity{ID: 1}}, {Number: 6, Email: "bob", City: &aCity{ID: 2}}}).Error)
		require.NoError(t, db.Where("1 = 1").Delete(&aSpot{}).Error)
		spot := aSpot{CityID: 1, Email: "ana"}
		require.NoError(t, revive().Create(&spot).Error, "one part is asked for, and the row has it")
		require.Equal(t, 5, spot.Number)
		require.ErrorIs(t, revive().Create(&aSpot{CityID: 1, Email: "bob"}).Error, softdelete.ErrAmbiguous)
		require.ErrorIs(t, revive().Create(&aSpot{City: &aCity{ID: 1}, Email: "bob"}).Error, softdelete.ErrAmbiguous, "a city that is given along is asked for")
		spot = aSpot{City: &aCity{ID: 2}, Email: "bob"}
		require.NoError(t, revive().Create(&spot).Error)
		require.Equal(t, 6, spot.Number)
	})
}

// TestReviveAsksForNoKeyThatACallbackMakes says the same of keys that a callback of somebody else makes, wherever it stands.
func TestReviveAsksForNoKeyThatACallbackMakes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		type aTicket struct {
			ID    string `gorm:"size:99;primaryKey"`
			Email string `gorm:"size:191;uniqueIndex"`
			softdelete.Tracked
		}
		for _, first := range []bool{true, false} {
			for _, place := range []string{"gorm:before_create", "gorm:create", "gorm:save_before_associations"} {
				db := open(t)
				n := 0
				register := func() {
					require.NoError(t, db.Callback().Create().Before(place).Register("keys", func(tx *gorm.DB) {
						if ticket, ok := tx.Statement.Dest.(*aTicket); ok && ticket.ID == "" {
							n++
							ticket.ID = place + number(uint(n)) + time.Now().Format(time.RFC3339Nano)
						}
					}))
				}
				if first {
					register()
				}
				require.NoError(t, db.Use(softdelete.New()))
				if !first {
					register()
				}
				require.NoError(t, db.AutoMigrate(&aTicket{}))
				require.NoError(t, db.Unscoped().Where("1 = 1").Delete(&aTicket{}).Error)
				old := aTicket{Email: "ana"}
				require.NoError(t, db.Create(&old).Error)
				require.NoError(t, db.Delete(&old).Error)
				again := aTicket{Email: "ana"}
				require.NoError(t, db.Scopes(softdelete.Revive).Create(&again).Error, place)
				require.Equal(t, old.ID, again.ID, place)
			}
		}
	})
}
