package write_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/failing"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// liveAccounts are the scores of live accounts, by email.
func liveAccounts(t *testing.T, db *gorm.DB) []int {
	t.Helper()
	return tables.Column[int](t, db, "SELECT score FROM an_accounts WHERE deleted_at IS NULL ORDER BY email")
}

func TestRevive(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AnAccount{})
		ana, _, cyd := models.TheAccounts(t, db)
		require.Error(t, db.Create(&models.AnAccount{Email: tables.Ptr("ana"), Score: 10}).Error, "GORM meets the unique index")
		revive := func() *gorm.DB { return db.Scopes(softdelete.Revive) }

		for way, value := range map[string]func() *models.AnAccount{
			"key": func() *models.AnAccount {
				return &models.AnAccount{ID: ana.ID, Email: tables.Ptr("new"), Tenant: "t", Score: 10}
			},
			"unique column": func() *models.AnAccount { return &models.AnAccount{Email: tables.Ptr("ana"), Tenant: "t", Score: 10} },
			"unique index":  func() *models.AnAccount { return &models.AnAccount{Tenant: "one", Name: tables.Ptr("a"), Score: 10} },
			"all of them": func() *models.AnAccount {
				return &models.AnAccount{ID: ana.ID, Email: tables.Ptr("ana"), Tenant: "one", Name: tables.Ptr("a"), Score: 10}
			},
		} {
			ana, _, cyd = models.TheAccounts(t, db)
			created := value()
			if created.ID != 0 {
				created.ID = ana.ID
			}
			tx := revive().Create(created)
			require.NoError(t, tx.Error, way)
			require.EqualValues(t, 1, tx.RowsAffected, way)
			require.Equal(t, ana.ID, created.ID, "%s: the key of the row", way)
			require.Equal(t, 2020, created.CreatedAt.Year(), "%s: the creation time of the row", way)
			require.Equal(t, softdelete.Tracked{}, created.Tracked, way)
			require.Equal(t, []string{"BeforeCreate", "AfterCreate"}, created.Ran, way)
			var row models.AnAccount
			require.NoError(t, db.First(&row, ana.ID).Error, way)
			require.Equal(t, 10, row.Score, way)
			require.Equal(t, 3, row.Level, "%s: the default", way)
			require.Equal(t, created.Email, row.Email, way)
			require.Equal(t, created.Name, row.Name, way)
			require.Equal(t, created.Tenant, row.Tenant, way)
			require.Equal(t, 2020, row.CreatedAt.Year(), way)
			require.WithinDuration(t, time.Now(), row.UpdatedAt, time.Minute, way)
			require.Equal(t, softdelete.Tracked{}, row.Tracked, way)
			require.Len(t, tables.Stored(t, db, "an_accounts", "id"), 3, way)
			require.EqualValues(t, 1, softdelete.Restore(db, &models.AnAccount{}, "email = ?", "bob").RowsAffected, "%s: no other is revived", way)
		}

		_, _, cyd = models.TheAccounts(t, db)
		before := tables.Stored(t, db, "an_accounts", "id")
		require.Error(t, revive().Create(&models.AnAccount{Email: tables.Ptr("cyd"), Score: 10}).Error, "a live row is a conflict")
		require.Error(t, revive().Create(&models.AnAccount{ID: cyd.ID, Score: 10}).Error)
		require.Error(t, revive().Create(&models.AnAccount{Email: tables.Ptr("ana"), Tenant: "one", Name: tables.Ptr("c"), Score: 10}).Error, "revived, it would clash with a live one")
		require.ErrorIs(t, revive().Model(&models.AnAccount{}).Create(map[string]any{"email": "ana"}).Error, gorm.ErrInvalidData)
		require.Equal(t, before, tables.Stored(t, db, "an_accounts", "id"))

		fresh := models.AnAccount{Email: tables.Ptr("dan"), Tenant: "two", Score: 4}
		require.NoError(t, revive().Create(&fresh).Error)
		require.NotZero(t, fresh.ID)
		require.Equal(t, []int{3, 4}, liveAccounts(t, db), "nothing in the way: a plain create")
	})
}

func TestReviveAmbiguous(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AnAccount{})
		ana, _, cyd := models.TheAccounts(t, db)
		before := tables.Stored(t, db, "an_accounts", "id")
		for name, value := range map[string]*models.AnAccount{
			"key and column":   {ID: ana.ID, Email: tables.Ptr("bob")},
			"column and index": {Email: tables.Ptr("ana"), Tenant: "one", Name: tables.Ptr("b")},
			"another key":      {ID: 99, Email: tables.Ptr("ana")},
		} {
			require.ErrorIs(t, db.Scopes(softdelete.Revive).Create(value).Error, softdelete.ErrAmbiguous, name)
		}
		require.Error(t, db.Scopes(softdelete.Revive).Create(&models.AnAccount{ID: cyd.ID, Email: tables.Ptr("ana")}).Error)
		require.Equal(t, before, tables.Stored(t, db, "an_accounts", "id"))
	})
}

func TestReviveMany(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AnAccount{}, &models.ATrace{})
		batch := func() []models.AnAccount {
			return []models.AnAccount{
				{Email: tables.Ptr("new1"), Tenant: "x", Score: 21},
				{Email: tables.Ptr("bob"), Tenant: "y", Score: 22},
				{Email: tables.Ptr("new2"), Tenant: "z", Score: 23},
				{Email: tables.Ptr("ana"), Tenant: "v", Score: 24},
				{Email: tables.Ptr("new3"), Tenant: "w", Score: 25},
			}
		}
		for way, create := range map[string]func(tx *gorm.DB, rows *[]models.AnAccount) *gorm.DB{
			"Create":          func(tx *gorm.DB, rows *[]models.AnAccount) *gorm.DB { return tx.Create(rows) },
			"CreateInBatches": func(tx *gorm.DB, rows *[]models.AnAccount) *gorm.DB { return tx.CreateInBatches(rows, 2) },
			"pointers": func(tx *gorm.DB, rows *[]models.AnAccount) *gorm.DB {
				pointers := make([]*models.AnAccount, len(*rows))
				for i := range *rows {
					pointers[i] = &(*rows)[i]
				}
				return tx.Create(pointers)
			},
		} {
			ana, bob, _ := models.TheAccounts(t, db)
			rows := batch()
			tx := create(db.Scopes(softdelete.Revive), &rows)
			require.NoError(t, tx.Error, way)
			require.EqualValues(t, 5, tx.RowsAffected, way)
			require.Equal(t, bob.ID, rows[1].ID, way)
			require.Equal(t, ana.ID, rows[3].ID, way)
			for _, row := range rows {
				var got models.AnAccount
				require.NoError(t, db.First(&got, row.ID).Error, way)
				require.Equal(t, row.Score, got.Score, "%s: each value has the key of its own row", way)
			}
			require.Equal(t, []int{24, 22, 3, 21, 23, 25}, liveAccounts(t, db), way)
		}

		for kind, with := range failing.Handles(t, db) {
			models.TheAccounts(t, db)
			before := tables.Stored(t, db, "an_accounts", "id")
			rows := append(batch(), models.AnAccount{Email: tables.Ptr("cyd")})
			require.Error(t, with(func(tx *gorm.DB) error {
				if tx.Name() == "postgres" && kind[0] == 'c' {
					// PostgreSQL gives up a transaction at its first error; the caller wants a savepoint for that.
					return tx.Transaction(func(tx *gorm.DB) error { return tx.Scopes(softdelete.Revive).Create(&rows).Error })
				}
				return tx.Scopes(softdelete.Revive).Create(&rows).Error
			}), kind)
			require.Equal(t, before, tables.Stored(t, db, "an_accounts", "id"), "%s: one live conflict undoes all", kind)
		}
	})
}

func TestReviveByFirstOrCreate(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		plain, db := bothHandles(t, open, &models.AnAccount{})
		ana, _, cyd := models.TheAccounts(t, db)
		require.Error(t, plain.Where(models.AnAccount{Email: tables.Ptr("ana")}).FirstOrCreate(&models.AnAccount{}).Error)
		var found, created, live models.AnAccount
		require.NoError(t, db.Scopes(softdelete.Revive).Where(models.AnAccount{Email: tables.Ptr("ana")}).Attrs(models.AnAccount{Score: 30}).FirstOrCreate(&created).Error)
		require.Equal(t, ana.ID, created.ID)
		require.Equal(t, []int{30, 3}, liveAccounts(t, db))
		require.NoError(t, db.Scopes(softdelete.Revive).Where(models.AnAccount{Email: tables.Ptr("ana")}).FirstOrCreate(&found).Error)
		require.Equal(t, 30, found.Score)
		require.NoError(t, db.Scopes(softdelete.Revive).FirstOrCreate(&live, models.AnAccount{Email: tables.Ptr("cyd")}).Error)
		require.Equal(t, cyd.ID, live.ID)
		require.Len(t, tables.Stored(t, db, "an_accounts", "id"), 3)
	})
}

func TestReviveByAPartialIndex(t *testing.T) {
	t.Parallel()
	type row struct {
		ID    uint
		Email string `gorm:"size:191;uniqueIndex:,where:deleted_at IS NULL"`
		softdelete.Timestamp
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &row{})
		old := row{Email: "ana"}
		require.NoError(t, db.Create(&old).Error)
		require.NoError(t, db.Delete(&old).Error)
		value := row{Email: "ana"}
		require.NoError(t, db.Scopes(softdelete.Revive).Create(&value).Error)
		require.Equal(t, old.ID, value.ID, "though the database would take a new row, where it has such an index")
		require.Error(t, db.Scopes(softdelete.Revive).Create(&row{Email: "ana"}).Error)
	})
}

func TestConcurrentRevives(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AnAccount{})
		for range 5 {
			ana, _, _ := models.TheAccounts(t, db)
			var won atomic.Int64
			var group sync.WaitGroup
			for i := range 6 {
				group.Go(func() {
					value := models.AnAccount{Email: tables.Ptr("ana"), Tenant: "t", Score: 100 + i}
					if db.Scopes(softdelete.Revive).Create(&value).Error == nil {
						won.Add(1)
					}
				})
			}
			group.Wait()
			require.EqualValues(t, 1, won.Load(), "the second meets a live row")
			rows := tables.Column[int](t, db, "SELECT score FROM an_accounts WHERE deleted_at IS NULL AND id = ?", ana.ID)
			require.Len(t, rows, 1)
			require.GreaterOrEqual(t, rows[0], 100)
			require.Len(t, tables.Stored(t, db, "an_accounts", "id"), 3)
		}
	})
}

// TestReviveLeavesDefaultsToTheDatabase says that a column which the database fills keeps what it was given.
func TestReviveLeavesDefaultsToTheDatabase(t *testing.T) {
	t.Parallel()
	type filled struct {
		ID        uint
		Email     string    `gorm:"size:40;uniqueIndex"`
		JoinedAt  time.Time `gorm:"type:date;default:(CURRENT_DATE)"`
		Level     int       `gorm:"default:(1+1)"`
		Fixed     int       `gorm:"default:7"`
		Manager   *uint     `gorm:"default:null"`
		DeletedAt gorm.DeletedAt
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		database.Needs(t, database.FlavourOf(open(t)).NoComputed)
		db := handles.WithPlugin(t, open, softdelete.Config{}, &filled{})
		require.NoError(t, db.Create(&filled{Email: "a"}).Error)
		var first, now filled
		require.NoError(t, db.Take(&first).Error)
		require.NoError(t, db.Model(&first).Update("manager", 7).Error)
		require.NoError(t, db.Delete(&first).Error)
		revived := filled{Email: "a"}
		require.NoError(t, db.Scopes(softdelete.Revive).Create(&revived).Error)
		require.NoError(t, db.Take(&now).Error)
		require.Equal(t, []int{2, 7}, []int{now.Level, now.Fixed})
		require.Nil(t, now.Manager, "that is no default of the database's")
		require.True(t, now.JoinedAt.Equal(first.JoinedAt), now.JoinedAt)
		require.True(t, revived.JoinedAt.Equal(first.JoinedAt))
		require.NoError(t, db.Delete(&now).Error)
		require.NoError(t, db.Scopes(softdelete.Revive).Create(&filled{Email: "a", Level: 5}).Error)
		now = filled{}
		require.NoError(t, db.Take(&now).Error)
		require.Equal(t, 5, now.Level, "a value given counts")
	})
}

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
