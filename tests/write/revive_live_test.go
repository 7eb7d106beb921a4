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
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type (
	// aMail is unique among live rows by one column, by two, and by a code of all rows.
	aMail struct {
		ID     uint
		Email  *string `gorm:"size:60" softdelete:"unique"`
		Tenant string  `gorm:"size:60" softdelete:"unique:by_name"`
		Name   *string `gorm:"size:60" softdelete:"unique:by_name"`
		Code   *string `gorm:"size:60;uniqueIndex"`
		Score  int
		softdelete.Tracked
	}
	// aFlagMail does not say when it was trashed.
	aFlagMail struct {
		ID    uint
		Email string `gorm:"size:60" softdelete:"unique"`
		Score int
		softdelete.Flagged
	}
	// aSecondMail says it in whole seconds.
	aSecondMail struct {
		ID        uint
		Email     string `gorm:"size:60" softdelete:"unique"`
		Score     int
		DeletedAt soft_delete.DeletedAt
	}
	// aMarkedMail has GORM's way of an index that trashed rows do not stand in: the marker is in it.
	aMarkedMail struct {
		ID        uint
		Email     string `gorm:"size:60;uniqueIndex:email_mark"`
		Score     int
		DeletedAt soft_delete.DeletedAt `gorm:"uniqueIndex:email_mark;softDelete:milli"`
	}
)

// trashAt trashes a row as of a time.
func trashAt(t *testing.T, db *gorm.DB, at time.Time, value any) {
	t.Helper()
	require.NoError(t, db.Session(&gorm.Session{NowFunc: func() time.Time { return at }}).Delete(value).Error)
}

var noon = time.Date(2020, 1, 2, 12, 0, 0, 0, time.UTC)

// threeMails are of one address: the second was trashed last.
func threeMails(t *testing.T, db *gorm.DB) []aMail {
	t.Helper()
	require.NoError(t, db.Unscoped().Where("1 = 1").Delete(&aMail{}).Error)
	mails := make([]aMail, 3)
	for i, second := range []int{1, 3, 2} {
		mails[i] = aMail{Email: ptr("ana"), Tenant: "t", Name: ptr("n" + number(uint(i))), Code: ptr("c" + number(uint(i)))}
		require.NoError(t, db.Create(&mails[i]).Error)
		trashAt(t, db, noon.Add(time.Duration(second)*time.Second), &mails[i])
	}
	return mails
}

func TestReviveByAKeyOfLiveRows(t *testing.T) {
	t.Parallel()
	eachMaker(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aMail{})
		live := func() []string {
			return column[string](t, db, "SELECT email FROM a_mails WHERE deleted_at IS NULL AND email IS NOT NULL ORDER BY id")
		}
		for form, create := range revivals[aMail]() {
			for handle, with := range ways(db) {
				what := form + ", " + handle
				mails := threeMails(t, db)
				values := []aMail{{Email: ptr("bob"), Tenant: "t"}, {Email: ptr("ana"), Tenant: "t", Score: 5}, {Tenant: "t"}}
				require.NoError(t, with(func(tx *gorm.DB) error { return create(tx.Scopes(softdelete.Revive), values) }), what)
				require.Equal(t, mails[1].ID, values[1].ID, "%s: the one trashed last", what)
				require.Equal(t, []int{5}, column[int](t, db, "SELECT score FROM a_mails WHERE id = ?", mails[1].ID), what)
				require.Equal(t, []string{"ana", "bob"}, live(), what)
				require.Len(t, column[int](t, db, "SELECT id FROM a_mails"), 5, what)
			}
		}
		revive := func() *gorm.DB { return db.Scopes(softdelete.Revive) }

		mails := threeMails(t, db)
		var created aMail
		require.NoError(t, revive().Where(aMail{Email: ptr("ana")}).Attrs(aMail{Tenant: "t"}).FirstOrCreate(&created).Error)
		require.Equal(t, mails[1].ID, created.ID)
		require.Error(t, revive().Create(&aMail{Email: ptr("ana"), Tenant: "u"}).Error, "a live one is a conflict as ever")
		require.Error(t, revive().Create(&[]aMail{{Email: ptr("cyd"), Tenant: "u"}, {Email: ptr("ana"), Tenant: "u"}}).Error)
		require.Equal(t, []string{"ana"}, live())
		upsert := aMail{Email: ptr("ana"), Tenant: "u", Score: 9}
		require.NoError(t, revive().Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "email"}}, DoUpdates: clause.AssignmentColumns([]string{"score"})}).Create(&upsert).Error)
		require.Equal(t, mails[1].ID, upsert.ID, "an upsert is about the live one")
		require.Equal(t, []int{9}, column[int](t, db, "SELECT score FROM a_mails WHERE deleted_at IS NULL AND email = 'ana'"))

		mails = threeMails(t, db)
		require.NoError(t, revive().Create(&aMail{ID: mails[0].ID, Email: ptr("ana"), Tenant: "t"}).Error, "the key says which of them")
		require.Equal(t, []uint{mails[0].ID}, column[uint](t, db, "SELECT id FROM a_mails WHERE deleted_at IS NULL"))

		mails = threeMails(t, db)
		other := aMail{Email: ptr("bob"), Tenant: "t", Code: ptr("other")}
		require.NoError(t, db.Create(&other).Error)
		require.NoError(t, db.Delete(&other).Error)
		for what, value := range map[string]*aMail{
			"primary key of another":    {ID: other.ID, Email: ptr("ana"), Tenant: "t"},
			"unique index of another":   {Email: ptr("ana"), Tenant: "t", Code: ptr("other")},
			"a primary key of none":     {ID: 9999, Email: ptr("ana"), Tenant: "t"},
			"by two columns of another": {Code: ptr("other"), Tenant: "t", Name: ptr("n1")},
		} {
			require.ErrorIs(t, revive().Create(value).Error, softdelete.ErrAmbiguous, what)
		}
		require.Empty(t, column[uint](t, db, "SELECT id FROM a_mails WHERE deleted_at IS NULL"))
		value := aMail{Tenant: "t", Name: ptr("n2")}
		require.NoError(t, revive().Create(&value).Error)
		require.Equal(t, mails[2].ID, value.ID, "by two columns")
		value = aMail{Tenant: "t"}
		require.NoError(t, revive().Create(&value).Error)
		require.NotContains(t, []uint{mails[0].ID, mails[1].ID, mails[2].ID, other.ID}, value.ID, "NULL agrees with nothing")
		require.Error(t, revive().Create(&[]aMail{{Email: ptr("ana"), Tenant: "t"}, {Email: ptr("ana"), Tenant: "t"}}).Error, "they clash with each other")
	})
}

func TestReviveWhereTheLastCannotBeTold(t *testing.T) {
	t.Parallel()
	eachMaker(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aMail{}, &aFlagMail{}, &aSecondMail{}, &aMarkedMail{})
		revive := func() *gorm.DB { return db.Scopes(softdelete.Revive) }
		mails := threeMails(t, db)
		require.NoError(t, db.Exec("UPDATE a_mails SET deleted_at = (SELECT m FROM (SELECT MAX(deleted_at) AS m FROM a_mails) AS x)").Error)
		require.ErrorIs(t, revive().Create(&aMail{Email: ptr("ana"), Tenant: "t"}).Error, softdelete.ErrAmbiguous, "all at one time")
		require.NoError(t, revive().Create(&aMail{Tenant: "t", Name: ptr("n0")}).Error)
		require.Equal(t, []uint{mails[0].ID}, column[uint](t, db, "SELECT id FROM a_mails WHERE deleted_at IS NULL"))

		for range 2 {
			one := aFlagMail{Email: "ana"}
			require.NoError(t, db.Create(&one).Error)
			require.NoError(t, db.Delete(&one).Error)
		}
		bob := aFlagMail{Email: "bob"}
		require.NoError(t, db.Create(&bob).Error)
		require.NoError(t, db.Delete(&bob).Error)
		require.ErrorIs(t, revive().Create(&aFlagMail{Email: "ana"}).Error, softdelete.ErrAmbiguous, "flags tell no time")
		require.ErrorIs(t, revive().Create(&[]aFlagMail{{Email: "bob"}, {Email: "ana"}}).Error, softdelete.ErrAmbiguous)
		require.Empty(t, column[uint](t, db, "SELECT id FROM a_flag_mails WHERE NOT is_deleted"))
		again := aFlagMail{Email: "bob"}
		require.NoError(t, revive().Create(&again).Error)
		require.Equal(t, bob.ID, again.ID)
		require.NoError(t, db.Create(&aFlagMail{Email: "ana"}).Error)
		err := revive().Create(&aFlagMail{Email: "ana"}).Error
		require.Error(t, err)
		require.NotErrorIs(t, err, softdelete.ErrAmbiguous, "a live one is a conflict as ever")

		seconds := make([]aSecondMail, 3)
		for i, at := range []time.Duration{0, 2 * time.Second, 2 * time.Second} {
			seconds[i].Email = "ana"
			require.NoError(t, db.Create(&seconds[i]).Error)
			trashAt(t, db, noon.Add(at), &seconds[i])
			require.NoError(t, db.Exec("UPDATE a_second_mails SET deleted_at = ? WHERE id = ?", noon.Add(at).Unix(), seconds[i].ID).Error)
		}
		require.ErrorIs(t, revive().Create(&aSecondMail{Email: "ana"}).Error, softdelete.ErrAmbiguous, "two in one second")
		require.NoError(t, db.Unscoped().Delete(&seconds[2]).Error)
		second := aSecondMail{Email: "ana"}
		require.NoError(t, revive().Create(&second).Error)
		require.Equal(t, seconds[1].ID, second.ID)

		marked := make([]aMarkedMail, 2)
		for i, at := range []time.Duration{time.Second, 0} {
			marked[i].Email = "ana"
			require.NoError(t, db.Create(&marked[i]).Error)
			trashAt(t, db, noon.Add(at), &marked[i])
		}
		mark := aMarkedMail{Email: "ana"}
		require.NoError(t, revive().Create(&mark).Error)
		require.Equal(t, marked[0].ID, mark.ID)
	})
}

// aGuestOrNot is unique among the live guests of each kind that the index is of.
type aGuestOrNot struct {
	ID        uint
	Email     string `gorm:"size:60;uniqueIndex:guests,where:deleted_at IS NULL AND kind = 'guest' AND active"`
	Kind      string `gorm:"size:20"`
	Active    bool
	Score     int
	DeletedAt gorm.DeletedAt
}

func TestReviveUnderAnIndexWithACondition(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sqlite", "postgres"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := withPlugin(t, testdb.OpenerFor(t, name), softdelete.Config{}, &aGuestOrNot{})
			for form, create := range revivals[aGuestOrNot]() {
				require.NoError(t, db.Unscoped().Where("1 = 1").Delete(&aGuestOrNot{}).Error)
				old := []aGuestOrNot{{Email: "ana", Kind: "guest", Active: true}, {Email: "ana", Kind: "host", Active: true}, {Email: "bob", Kind: "guest"}, {Email: "cyd", Kind: "guest", Active: true}}
				require.NoError(t, db.Create(&old).Error)
				for i := range old {
					trashAt(t, db, noon.Add(time.Duration(i)*time.Second), &old[i])
				}
				values := []aGuestOrNot{{Email: "ana", Kind: "guest", Active: true}, {Email: "bob", Kind: "guest", Active: true}, {Email: "cyd", Kind: "host", Active: true}, {Email: "cyd", Kind: "guest"}}
				require.NoError(t, create(db.Scopes(softdelete.Revive), values), form)
				require.Equal(t, old[0].ID, values[0].ID, "%s: the host is not in the index", form)
				for _, i := range []int{1, 2, 3} {
					require.Greater(t, values[i].ID, old[3].ID, "%s: %v is a new row", form, values[i])
				}
			}
		})
	}
}

// TestReviveIsTold says that observers learn of a row that is revived by a key of live rows, and that nothing runs under DryRun.
func TestReviveIsTold(t *testing.T) {
	t.Parallel()
	eachMaker(t, func(t *testing.T, open testdb.Opener) {
		var told []string
		db := withPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{func(_ context.Context, _ *gorm.DB, event softdelete.Event) error {
			told = append(told, event.Operation.String())
			return nil
		}}}, &aMail{})
		threeMails(t, db)
		told = nil
		tx := db.Session(&gorm.Session{DryRun: true}).Scopes(softdelete.Revive).Create(&aMail{Email: ptr("ana"), Tenant: "t"})
		require.NoError(t, tx.Error)
		require.True(t, strings.HasPrefix(tx.Statement.SQL.String(), "INSERT"))
		require.Empty(t, column[uint](t, db, "SELECT id FROM a_mails WHERE deleted_at IS NULL"))
		require.NoError(t, db.Scopes(softdelete.Revive).Create(&aMail{Email: ptr("ana"), Tenant: "t"}).Error)
		require.Equal(t, []string{"restore"}, told)
	})
}

// TestConcurrentRevivesByAKeyOfLiveRows says that of several at once one revives the row, and no second live one comes to be.
func TestConcurrentRevivesByAKeyOfLiveRows(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aMail{})
		for range 5 {
			mails := threeMails(t, db)
			var won atomic.Int64
			var group sync.WaitGroup
			for range 6 {
				group.Go(func() {
					if db.Scopes(softdelete.Revive).Create(&aMail{Email: ptr("ana"), Tenant: "t"}).Error == nil {
						won.Add(1)
					}
				})
			}
			group.Wait()
			require.EqualValues(t, 1, won.Load(), "the others meet a live row")
			require.Equal(t, []uint{mails[1].ID}, column[uint](t, db, "SELECT id FROM a_mails WHERE deleted_at IS NULL"))
			require.Len(t, column[uint](t, db, "SELECT id FROM a_mails"), 3)
		}
	})
}
