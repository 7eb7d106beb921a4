package delete_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// A lone row has nothing that hangs on it, and no hooks.
type lone struct {
	ID   uint
	Name string `gorm:"size:40"`
	softdelete.Tracked
}

type loneHooked struct {
	ID uint
	softdelete.Timestamp
}

func (*loneHooked) AfterDelete(*gorm.DB) error   { return nil }
func (*loneHooked) AfterRestore(*gorm.DB) error  { return nil }
func (*loneHooked) BeforePurge(*gorm.DB) error   { return nil }
func (*loneHooked) BeforeRestore(*gorm.DB) error { return nil }

type loneParent struct {
	ID       uint
	Children []loneChild `gorm:"foreignKey:ParentID" softdelete:"cascade"`
	softdelete.Timestamp
}

type loneChild struct {
	ID       uint
	ParentID *uint
	softdelete.Timestamp
}

// A guest's host has to be live.
type loneGuest struct {
	ID     uint
	HostID *uint
	Host   *lone `softdelete:"liveParent"`
	softdelete.Timestamp
}

// loneOwner has a relation without a policy, which a delete may select.
type loneOwner struct {
	ID   uint
	Pets []lonePet `gorm:"foreignKey:OwnerID"`
	softdelete.Timestamp
}

type lonePet struct {
	ID      uint
	OwnerID *uint
	softdelete.Timestamp
}

// loneTenant has a column whose type brings clauses.
type loneTenant struct {
	ID     uint
	Tenant loneTenancy
	softdelete.Timestamp
}

type loneTenancy int

func (loneTenancy) QueryClauses(field *schema.Field) []clause.Interface {
	return []clause.Interface{loneTenancyClause{field}}
}

type loneTenancyClause struct{ field *schema.Field }

func (loneTenancyClause) Name() string               { return "" }
func (loneTenancyClause) Build(clause.Builder)       {}
func (loneTenancyClause) MergeClause(*clause.Clause) {}
func (c loneTenancyClause) ModifyStatement(stmt *gorm.Statement) {
	stmt.AddClause(clause.Where{Exprs: []clause.Expression{clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: c.field.DBName}, Value: 0}}})
}

// loneWho reads what it is given by itself, which may fail once its row was written.
type loneWho string

func (*loneWho) Scan(any) error                { return nil }
func (w loneWho) Value() (driver.Value, error) { return string(w), nil }

type loneScanned struct {
	ID   uint
	Gone gorm.DeletedAt
	Who  loneWho `gorm:"size:40" softdelete:"by"`
}

var loneModels = []any{
	&lone{}, &loneHooked{}, &loneParent{}, &loneChild{}, &loneGuest{}, &loneOwner{}, &lonePet{}, &loneTenant{}, &loneScanned{},
}

func newLone(t *testing.T, open testdb.Opener, config softdelete.Config) (*gorm.DB, *record.Statements) {
	t.Helper()
	db := handles.WithPlugin(t, open, config, loneModels...)
	require.NoError(t, db.Create(&[]lone{{ID: 1, Name: "a"}, {ID: 2, Name: "b"}, {ID: 3, Name: "c"}}).Error)
	for _, row := range []any{
		&loneHooked{ID: 1}, &loneParent{ID: 1}, &loneGuest{ID: 1}, &loneOwner{ID: 1, Pets: []lonePet{{ID: 1}}}, &loneTenant{ID: 1}, &loneScanned{ID: 1},
	} {
		require.NoError(t, db.Create(row).Error)
	}
	return db, record.Record(t, db)
}

// spoken are the first words of what was sent, but for the look into the catalogue and what nothing can be told by.
func spoken(log *record.Statements) string {
	var words []string
	for _, s := range log.Take() {
		if word := strings.Fields(s)[0]; word != "SELECT" && word != "WITH" || len(words) > 0 {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// What is one statement is sent as one, in each form.
func TestOneStatementIsItsOwnTransaction(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, log := newLone(t, open, softdelete.Config{})
		verbs := []struct {
			name, sends string
			run         func(db *gorm.DB) error
		}{
			{"delete of a value", "UPDATE", func(db *gorm.DB) error { return db.Delete(&lone{ID: 1}).Error }},
			{"restore of a value", "UPDATE", func(db *gorm.DB) error { return softdelete.Restore(db, &lone{ID: 1}).Error }},
			{"delete by key", "UPDATE", func(db *gorm.DB) error { return db.Delete(&lone{}, 1).Error }},
			{"restore by key", "UPDATE", func(db *gorm.DB) error { return softdelete.Restore(db, &lone{}, 1).Error }},
			{"delete by keys", "UPDATE", func(db *gorm.DB) error { return db.Delete(&lone{}, []uint{1, 2}).Error }},
			{"restore by conditions", "UPDATE", func(db *gorm.DB) error {
				return softdelete.Restore(db.Where("name IN ?", []string{"a", "b"}), &lone{}).Error
			}},
			{"delete by conditions", "UPDATE", func(db *gorm.DB) error { return db.Where("name = ?", "a").Delete(&lone{}).Error }},
			{"restore, root only", "UPDATE", func(db *gorm.DB) error { return softdelete.Restore(db.Scopes(softdelete.RootOnly), &lone{}, 1).Error }},
			{"delete, generic", "UPDATE", func(db *gorm.DB) error {
				_, err := gorm.G[lone](db).Where("id = ?", 1).Delete(db.Statement.Context)
				return err
			}},
			{"restore of what is not there", "UPDATE", func(db *gorm.DB) error { return softdelete.Restore(db, &lone{ID: 99}).Error }},
			{"delete with a subquery", "UPDATE", func(db *gorm.DB) error {
				return db.Where("id IN (?)", db.Model(&lone{}).Select("id").Where("name = ?", "b")).Delete(&lone{}).Error
			}},
			{"delete with a limit", "UPDATE", func(db *gorm.DB) error { return db.Where("name = ?", "c").Limit(1).Delete(&lone{}).Error }},
			{"delete with a report", "UPDATE", func(db *gorm.DB) error {
				var d softdelete.Deletion
				return db.Scopes(softdelete.Into(&d)).Delete(&lone{ID: 2}).Error
			}},
			{"delete without hooks", "UPDATE", func(db *gorm.DB) error {
				return db.Session(&gorm.Session{SkipHooks: true}).Delete(&loneHooked{ID: 1}).Error
			}},
			{"delete of a child", "UPDATE", func(db *gorm.DB) error { return db.Delete(&loneChild{ID: 1}).Error }},
			{"delete, no relation selected", "UPDATE", func(db *gorm.DB) error { return db.Delete(&loneOwner{ID: 1}).Error }},
			{"purge", "DELETE", func(db *gorm.DB) error { return softdelete.Purge(db, &lone{ID: 1}).Error }},
			{"force delete", "DELETE", func(db *gorm.DB) error { return softdelete.ForceDelete(db, &lone{ID: 2}).Error }},
			{"unscoped delete", "DELETE", func(db *gorm.DB) error { return db.Unscoped().Delete(&lone{ID: 3}).Error }},
		}
		for _, verb := range verbs {
			require.NoError(t, verb.run(db), verb.name)
			want := verb.sends
			if !database.FlavourOf(db).CommitsAlone {
				want = "BEGIN " + want + " COMMIT"
			}
			require.Equal(t, want, spoken(log), verb.name)
		}
		require.Empty(t, tables.Column[uint](t, db, "SELECT id FROM lones"))
	})
}

// Where anything else belongs to the operation, or may, the transaction stays.
func TestWhatIsInDoubtKeepsTheTransaction(t *testing.T) {
	t.Parallel()
	sends := func(db *gorm.DB, log *record.Statements, run func(db *gorm.DB) error) (string, error) {
		log.Take()
		err := run(db)
		return spoken(log), err
	}
	del := func(row any) func(db *gorm.DB) error {
		return func(db *gorm.DB) error { return db.Delete(row).Error }
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, log := newLone(t, open, softdelete.Config{})
		for name, run := range map[string]func(db *gorm.DB) error{
			"hooks":                  del(&loneHooked{ID: 1}),
			"hooks of a restore":     func(db *gorm.DB) error { return softdelete.Restore(db, &loneHooked{ID: 1}).Error },
			"hooks of a purge":       func(db *gorm.DB) error { return softdelete.Purge(db, &loneHooked{ID: 1}).Error },
			"a cascade":              del(&loneParent{ID: 1}),
			"a restore of a child":   func(db *gorm.DB) error { return softdelete.Restore(db, &loneChild{ID: 1}).Error },
			"a purge of a parent":    func(db *gorm.DB) error { return softdelete.Purge(db, &loneParent{ID: 1}).Error },
			"a parent that has live": func(db *gorm.DB) error { return softdelete.Restore(db, &loneGuest{ID: 1}).Error },
			"a selected relation":    func(db *gorm.DB) error { return db.Select("Pets").Delete(&loneOwner{ID: 1}).Error },
			"unscoped, selected":     func(db *gorm.DB) error { return db.Unscoped().Select("Pets").Delete(&loneOwner{ID: 1}).Error },
			"clauses of a type":      del(&loneTenant{ID: 1}),
			"a type that may fail":   del(&loneScanned{ID: 1}),
			"several values":         del(&[]lone{{ID: 1}, {ID: 2}}),
			"a context that ends":    func(db *gorm.DB) error { return db.WithContext(t.Context()).Delete(&lone{ID: 3}).Error },
		} {
			sent, err := sends(db, log, run)
			require.NoError(t, err, name)
			require.Regexp(t, "^BEGIN .* COMMIT$", sent, name)
		}
		if database.FlavourOf(db).Returning {
			sent, err := sends(db, log, func(db *gorm.DB) error { return db.Clauses(clause.Returning{}).Delete(&lone{ID: 3}).Error })
			require.NoError(t, err)
			require.Equal(t, "BEGIN UPDATE COMMIT", sent, "what comes back may not fit")
		}
		none := db.Session(&gorm.Session{SkipDefaultTransaction: true})
		sent, err := sends(none, log, del(&lone{ID: 3}))
		require.NoError(t, err)
		require.Equal(t, "UPDATE", sent)
		require.NoError(t, db.Transaction(func(tx *gorm.DB) error { return tx.Delete(&lone{ID: 3}).Error }))
		require.Equal(t, "BEGIN UPDATE COMMIT", spoken(log), "the caller's")

		limited := db.Session(&gorm.Session{})
		limited.DefaultTransactionTimeout = time.Minute
		sent, err = sends(limited, log, del(&lone{ID: 3}))
		require.NoError(t, err)
		require.Equal(t, "BEGIN UPDATE COMMIT", sent, "a time for transactions")
		sent, err = sends(db.Session(&gorm.Session{DryRun: true}), log, del(&lone{ID: 3}))
		require.NoError(t, err)
		require.Empty(t, sent)
	})
	for name, config := range map[string]softdelete.Config{
		"an observer":          {Observers: []softdelete.Observer{func(context.Context, *gorm.DB, softdelete.Event) error { return nil }}},
		"the database's clock": {Clock: softdelete.DatabaseClock},
	} {
		testdb.Each(t, func(t *testing.T, open testdb.Opener) {
			db, log := newLone(t, open, config)
			sent, err := sends(db, log, del(&lone{ID: 1}))
			require.NoError(t, err)
			require.Regexp(t, "^BEGIN .*COMMIT$", sent, name)
		})
	}
}

// A callback of somebody else's keeps the transaction, whenever it comes, and lets go of it with its plugin.
func TestACallbackKeepsTheTransaction(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, log := newLone(t, open, softdelete.Config{})
		if !database.FlavourOf(db).CommitsAlone {
			return
		}
		failing := errors.New("refused")
		sent := func(verb func(*gorm.DB, any, ...any) *gorm.DB) string {
			log.Take()
			require.NoError(t, verb(db, &lone{ID: 1}).Error)
			return spoken(log)
		}
		del := func(db *gorm.DB, value any, _ ...any) *gorm.DB { return db.Delete(value) }
		require.Equal(t, "UPDATE", sent(del))
		require.Equal(t, "UPDATE", sent(softdelete.Restore))
		fail := false
		require.NoError(t, db.Callback().Delete().After("gorm:delete").Before("gorm:commit_or_rollback_transaction").Register("late", func(db *gorm.DB) {
			if fail {
				_ = db.AddError(failing)
			}
		}))
		require.Equal(t, "BEGIN UPDATE COMMIT", sent(del))
		require.Equal(t, "UPDATE", sent(softdelete.Restore), "which goes by another chain")
		fail = true
		require.ErrorIs(t, db.Delete(&lone{ID: 1}).Error, failing)
		require.Equal(t, []uint{1, 2, 3}, tables.Column[uint](t, db, "SELECT id FROM lones WHERE deleted_at IS NULL ORDER BY id"))
		require.NoError(t, db.Callback().Delete().Remove("late"))
		require.Equal(t, "UPDATE", sent(del))
		require.NoError(t, db.Callback().Update().Before("*").Register("early", func(*gorm.DB) {}))
		require.Equal(t, "BEGIN UPDATE COMMIT", sent(softdelete.Restore))
		step := db.Callback().Delete().Get("gorm:delete")
		require.NoError(t, db.Callback().Delete().Replace("gorm:delete", func(db *gorm.DB) { step(db) }))
		require.Equal(t, "BEGIN UPDATE COMMIT", sent(del))
	})
}

// After an error the database and the value are as they were, without the transaction too.
func TestAFailureAloneChangesNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Strict: true}, loneModels...)
		require.NoError(t, db.Create(&[]lone{{ID: 1, Name: "a"}, {ID: 2, Name: "b"}, {ID: 3, Name: "a"}}).Error)
		require.NoError(t, db.Delete(&lone{ID: 1}).Error)
		database.LiveUnique(t, db, "live_name", "lones", "name")
		before := tables.Stored(t, db, "lones", "id")
		for _, prepared := range []bool{false, true} {
			db := db.Session(&gorm.Session{PrepareStmt: prepared})
			trashed := lone{ID: 1}
			require.NoError(t, db.Scopes(softdelete.OnlyTrashed).First(&trashed).Error)
			read := trashed
			require.ErrorIs(t, softdelete.Restore(db, &trashed).Error, softdelete.ErrConflict)
			require.Equal(t, read, trashed)
			require.ErrorIs(t, db.Delete(&lone{ID: 99}).Error, softdelete.ErrNotFound)
			live := lone{ID: 2}
			require.Error(t, db.Where("1 / (id - 2) > nowhere").Delete(&live).Error)
			require.Equal(t, lone{ID: 2}, live)
			ended, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
			cancel()
			require.ErrorIs(t, db.WithContext(ended).Delete(&live).Error, context.Canceled)
			var actor *softdelete.ActorError
			require.ErrorAs(t, db.WithContext(softdelete.WithActor(context.WithoutCancel(t.Context()), struct{}{})).Delete(&live).Error, &actor)
			require.Equal(t, lone{ID: 2}, live)
			require.Equal(t, before, tables.Stored(t, db, "lones", "id"))
		}
	})
}

// A trigger of SQLite's may fail and keep what its statement has done so far: only a transaction takes that back.
func TestATriggerThatFailsHalfway(t *testing.T) {
	t.Parallel()
	db := handles.WithPlugin(t, testdb.OpenerFor(t, "sqlite"), softdelete.Config{}, &lone{})
	require.NoError(t, db.Create(&[]lone{{ID: 1}, {ID: 2}, {ID: 3}}).Error)
	for _, event := range []string{"UPDATE", "DELETE"} {
		require.NoError(t, db.Exec("CREATE TRIGGER fail_"+event+" BEFORE "+event+" ON lones WHEN OLD.id = 2 BEGIN SELECT RAISE(FAIL, 'no'); END").Error)
	}
	require.Error(t, db.Where("id > 0").Delete(&lone{}).Error)
	require.Error(t, db.Unscoped().Where("id > 0").Delete(&lone{}).Error)
	require.Error(t, softdelete.ForceDelete(db.Where("id > 0"), &lone{}).Error)
	require.Equal(t, []uint{1, 2, 3}, tables.Column[uint](t, db, "SELECT id FROM lones WHERE deleted_at IS NULL ORDER BY id"))
}

// lateTime refuses to be read from what was written.
type lateTime struct{ time.Time }

var errLate = errors.New("no such time")

func (*lateTime) Scan(any) error                { return errLate }
func (l lateTime) Value() (driver.Value, error) { return l.Time, nil }
func (lateTime) GormDataType() string           { return "time" }

type loneTouched struct {
	ID      uint
	Changed lateTime `gorm:"autoUpdateTime"`
	softdelete.Timestamp
}

func TestAnUpdateTimeThatFails(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{TouchUpdatedAt: true}, &loneTouched{})
		require.NoError(t, db.Exec("INSERT INTO lone_toucheds (id) VALUES (1)").Error)
		if err := db.Delete(&loneTouched{ID: 1}).Error; err != nil {
			require.Equal(t, []uint{1}, tables.Column[uint](t, db, "SELECT id FROM lone_toucheds WHERE deleted_at IS NULL"), err)
		}
	})
}

// A handle that puts off a transaction and then fails does not open one for the next statement.
func TestAHandleThatFailedAlone(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db, log := newLone(t, open, softdelete.Config{})
		q := db.Model(&lone{}).Scopes(softdelete.RootOnly)
		require.ErrorIs(t, q.Delete(&lone{ID: 1}).Error, gorm.ErrInvalidValue)
		q = db.Session(&gorm.Session{}).Where("id = ?", 1)
		for i := range 3 {
			require.NoError(t, q.Delete(&lone{}).Error, fmt.Sprint(i))
			require.NoError(t, softdelete.Restore(q, &lone{}).Error, fmt.Sprint(i))
		}
		sent := spoken(log)
		require.Equal(t, strings.Count(sent, "BEGIN"), strings.Count(sent, "COMMIT")+strings.Count(sent, "ROLLBACK"))
	})
}
