package softdelete_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// anAccount has a primary key, a unique column, and a composite unique index.
type anAccount struct {
	ID        uint
	Email     *string `gorm:"size:191;uniqueIndex"`
	Tenant    string  `gorm:"size:191;uniqueIndex:tenant_name"`
	Name      *string `gorm:"size:191;uniqueIndex:tenant_name"`
	Level     int     `gorm:"default:3"`
	Score     int
	CreatedAt time.Time
	UpdatedAt time.Time
	softdelete.Tracked
	Ran []string `gorm:"-"`
}

func (a *anAccount) BeforeCreate(*gorm.DB) error { a.Ran = append(a.Ran, "BeforeCreate"); return nil }

func (a *anAccount) AfterCreate(*gorm.DB) error { a.Ran = append(a.Ran, "AfterCreate"); return nil }

func (a *anAccount) BeforeUpdate(*gorm.DB) error { a.Ran = append(a.Ran, "BeforeUpdate"); return nil }

func (a *anAccount) BeforeRestore(*gorm.DB) error { a.Ran = append(a.Ran, "BeforeRestore"); return nil }

// theAccounts are made anew: ana and bob trashed, cyd live.
func theAccounts(t *testing.T, db *gorm.DB) (ana, bob, cyd anAccount) {
	t.Helper()
	require.NoError(t, db.Exec("DELETE FROM an_accounts").Error)
	long := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	accounts := []anAccount{
		{Email: ptr("ana"), Tenant: "one", Name: ptr("a"), Level: 7, Score: 1, CreatedAt: long, UpdatedAt: long},
		{Email: ptr("bob"), Tenant: "one", Name: ptr("b"), Level: 7, Score: 2, CreatedAt: long, UpdatedAt: long},
		{Email: ptr("cyd"), Tenant: "one", Name: ptr("c"), Level: 7, Score: 3, CreatedAt: long, UpdatedAt: long},
	}
	require.NoError(t, db.Create(&accounts).Error)
	ctx := softdelete.WithActor(t.Context(), "before")
	require.NoError(t, db.WithContext(ctx).Where("email IN ?", []string{"ana", "bob"}).Delete(&anAccount{}).Error)
	return accounts[0], accounts[1], accounts[2]
}

// liveAccounts are the scores of live accounts, by email.
func liveAccounts(t *testing.T, db *gorm.DB) []int {
	t.Helper()
	return column[int](t, db, "SELECT score FROM an_accounts WHERE deleted_at IS NULL ORDER BY email")
}

func TestRevive(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &anAccount{})
		ana, _, cyd := theAccounts(t, db)
		require.Error(t, db.Create(&anAccount{Email: ptr("ana"), Score: 10}).Error, "GORM meets the unique index")
		revive := func() *gorm.DB { return db.Scopes(softdelete.Revive) }

		for way, value := range map[string]func() *anAccount{
			"key":           func() *anAccount { return &anAccount{ID: ana.ID, Email: ptr("new"), Tenant: "t", Score: 10} },
			"unique column": func() *anAccount { return &anAccount{Email: ptr("ana"), Tenant: "t", Score: 10} },
			"unique index":  func() *anAccount { return &anAccount{Tenant: "one", Name: ptr("a"), Score: 10} },
			"all of them": func() *anAccount {
				return &anAccount{ID: ana.ID, Email: ptr("ana"), Tenant: "one", Name: ptr("a"), Score: 10}
			},
		} {
			ana, _, cyd = theAccounts(t, db)
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
			var row anAccount
			require.NoError(t, db.First(&row, ana.ID).Error, way)
			require.Equal(t, 10, row.Score, way)
			require.Equal(t, 3, row.Level, "%s: the default", way)
			require.Equal(t, created.Email, row.Email, way)
			require.Equal(t, created.Name, row.Name, way)
			require.Equal(t, created.Tenant, row.Tenant, way)
			require.Equal(t, 2020, row.CreatedAt.Year(), way)
			require.WithinDuration(t, time.Now(), row.UpdatedAt, time.Minute, way)
			require.Equal(t, softdelete.Tracked{}, row.Tracked, way)
			require.Len(t, stored(t, db, "an_accounts", "id"), 3, way)
			require.EqualValues(t, 1, softdelete.Restore(db, &anAccount{}, "email = ?", "bob").RowsAffected, "%s: no other is revived", way)
		}

		_, _, cyd = theAccounts(t, db)
		before := stored(t, db, "an_accounts", "id")
		require.Error(t, revive().Create(&anAccount{Email: ptr("cyd"), Score: 10}).Error, "a live row is a conflict")
		require.Error(t, revive().Create(&anAccount{ID: cyd.ID, Score: 10}).Error)
		require.Error(t, revive().Create(&anAccount{Email: ptr("ana"), Tenant: "one", Name: ptr("c"), Score: 10}).Error, "revived, it would clash with a live one")
		require.ErrorIs(t, revive().Model(&anAccount{}).Create(map[string]any{"email": "ana"}).Error, gorm.ErrInvalidData)
		require.Equal(t, before, stored(t, db, "an_accounts", "id"))

		fresh := anAccount{Email: ptr("dan"), Tenant: "two", Score: 4}
		require.NoError(t, revive().Create(&fresh).Error)
		require.NotZero(t, fresh.ID)
		require.Equal(t, []int{3, 4}, liveAccounts(t, db), "nothing in the way: a plain create")
	})
}

func TestReviveAmbiguous(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &anAccount{})
		ana, _, cyd := theAccounts(t, db)
		before := stored(t, db, "an_accounts", "id")
		for name, value := range map[string]*anAccount{
			"key and column":   {ID: ana.ID, Email: ptr("bob")},
			"column and index": {Email: ptr("ana"), Tenant: "one", Name: ptr("b")},
			"another key":      {ID: 99, Email: ptr("ana")},
		} {
			require.ErrorIs(t, db.Scopes(softdelete.Revive).Create(value).Error, softdelete.ErrAmbiguous, name)
		}
		require.Error(t, db.Scopes(softdelete.Revive).Create(&anAccount{ID: cyd.ID, Email: ptr("ana")}).Error)
		require.Equal(t, before, stored(t, db, "an_accounts", "id"))
	})
}

func TestReviveMany(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &anAccount{}, &aTrace{})
		batch := func() []anAccount {
			return []anAccount{
				{Email: ptr("new1"), Tenant: "x", Score: 21},
				{Email: ptr("bob"), Tenant: "y", Score: 22},
				{Email: ptr("new2"), Tenant: "z", Score: 23},
				{Email: ptr("ana"), Tenant: "v", Score: 24},
				{Email: ptr("new3"), Tenant: "w", Score: 25},
			}
		}
		for way, create := range map[string]func(tx *gorm.DB, rows *[]anAccount) *gorm.DB{
			"Create":          func(tx *gorm.DB, rows *[]anAccount) *gorm.DB { return tx.Create(rows) },
			"CreateInBatches": func(tx *gorm.DB, rows *[]anAccount) *gorm.DB { return tx.CreateInBatches(rows, 2) },
			"pointers": func(tx *gorm.DB, rows *[]anAccount) *gorm.DB {
				pointers := make([]*anAccount, len(*rows))
				for i := range *rows {
					pointers[i] = &(*rows)[i]
				}
				return tx.Create(pointers)
			},
		} {
			ana, bob, _ := theAccounts(t, db)
			rows := batch()
			tx := create(db.Scopes(softdelete.Revive), &rows)
			require.NoError(t, tx.Error, way)
			require.EqualValues(t, 5, tx.RowsAffected, way)
			require.Equal(t, bob.ID, rows[1].ID, way)
			require.Equal(t, ana.ID, rows[3].ID, way)
			for _, row := range rows {
				var got anAccount
				require.NoError(t, db.First(&got, row.ID).Error, way)
				require.Equal(t, row.Score, got.Score, "%s: each value has the key of its own row", way)
			}
			require.Equal(t, []int{24, 22, 3, 21, 23, 25}, liveAccounts(t, db), way)
		}

		for kind, with := range handles(t, db) {
			theAccounts(t, db)
			before := stored(t, db, "an_accounts", "id")
			rows := append(batch(), anAccount{Email: ptr("cyd")})
			require.Error(t, with(func(tx *gorm.DB) error {
				if tx.Name() == "postgres" && kind[0] == 'c' {
					// PostgreSQL gives up a transaction at its first error; the caller wants a savepoint for that.
					return tx.Transaction(func(tx *gorm.DB) error { return tx.Scopes(softdelete.Revive).Create(&rows).Error })
				}
				return tx.Scopes(softdelete.Revive).Create(&rows).Error
			}), kind)
			require.Equal(t, before, stored(t, db, "an_accounts", "id"), "%s: one live conflict undoes all", kind)
		}
	})
}

func TestReviveByFirstOrCreate(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		plain, db := bothHandles(t, open, &anAccount{})
		ana, _, cyd := theAccounts(t, db)
		require.Error(t, plain.Where(anAccount{Email: ptr("ana")}).FirstOrCreate(&anAccount{}).Error)
		var found, created, live anAccount
		require.NoError(t, db.Scopes(softdelete.Revive).Where(anAccount{Email: ptr("ana")}).Attrs(anAccount{Score: 30}).FirstOrCreate(&created).Error)
		require.Equal(t, ana.ID, created.ID)
		require.Equal(t, []int{30, 3}, liveAccounts(t, db))
		require.NoError(t, db.Scopes(softdelete.Revive).Where(anAccount{Email: ptr("ana")}).FirstOrCreate(&found).Error)
		require.Equal(t, 30, found.Score)
		require.NoError(t, db.Scopes(softdelete.Revive).FirstOrCreate(&live, anAccount{Email: ptr("cyd")}).Error)
		require.Equal(t, cyd.ID, live.ID)
		require.Len(t, stored(t, db, "an_accounts", "id"), 3)
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
		db := withPlugin(t, open, softdelete.Config{}, &row{})
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
		db := withPlugin(t, open, softdelete.Config{}, &anAccount{})
		for range 5 {
			ana, _, _ := theAccounts(t, db)
			var won atomic.Int64
			var group sync.WaitGroup
			for i := range 6 {
				group.Go(func() {
					value := anAccount{Email: ptr("ana"), Tenant: "t", Score: 100 + i}
					if db.Scopes(softdelete.Revive).Create(&value).Error == nil {
						won.Add(1)
					}
				})
			}
			group.Wait()
			require.EqualValues(t, 1, won.Load(), "the second meets a live row")
			rows := column[int](t, db, "SELECT score FROM an_accounts WHERE deleted_at IS NULL AND id = ?", ana.ID)
			require.Len(t, rows, 1)
			require.GreaterOrEqual(t, rows[0], 100)
			require.Len(t, stored(t, db, "an_accounts", "id"), 3)
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
		db := withPlugin(t, open, softdelete.Config{}, &filled{})
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
