package plan_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// A Parcel has a hook of each kind; one of them may write a row of its own.
type Parcel struct {
	ID     uint `gorm:"primaryKey;autoIncrement:false"`
	Labels []ParcelLabel
	softdelete.Tracked
}

type ParcelLabel struct {
	ID       uint `gorm:"primaryKey;autoIncrement:false"`
	ParcelID uint
	Parcel   *Parcel `gorm:"constraint:OnDelete:CASCADE"`
	softdelete.Tracked
}

type hookCalls struct {
	before, after atomic.Int64
	write         func(tx *gorm.DB) error
}

type hookCallsKey struct{}

func called(tx *gorm.DB, before bool) error {
	calls, ok := tx.Statement.Context.Value(hookCallsKey{}).(*hookCalls)
	if !ok {
		return nil
	}
	if !before {
		calls.after.Add(1)
		return nil
	}
	calls.before.Add(1)
	if calls.write == nil {
		return nil
	}
	return calls.write(tx.Session(&gorm.Session{NewDB: true}))
}

func (p *Parcel) BeforeDelete(tx *gorm.DB) error  { return called(tx, true) }
func (p *Parcel) AfterDelete(tx *gorm.DB) error   { return called(tx, false) }
func (p *Parcel) BeforeRestore(tx *gorm.DB) error { return called(tx, true) }
func (p *Parcel) AfterRestore(tx *gorm.DB) error  { return called(tx, false) }
func (p *Parcel) BeforePurge(tx *gorm.DB) error   { return called(tx, true) }
func (p *Parcel) AfterPurge(tx *gorm.DB) error    { return called(tx, false) }

// No hook runs before the plan is checked, and none after, nor an observer, where a hook has made it another.
func TestExpectBeforeHooks(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		var observed atomic.Int64
		observer := func(context.Context, *gorm.DB, softdelete.Event) error { observed.Add(1); return nil }
		db := handles.WithPlugin(t, open, softdelete.Config{Observers: []softdelete.Observer{observer}}, &Parcel{}, &ParcelLabel{})
		parcel := softdelete.Item{Table: "parcels", Key: []any{1}}
		verb := func(run func(*gorm.DB, any, ...any) *gorm.DB) func(*gorm.DB, func(*gorm.DB) *gorm.DB) error {
			return func(db *gorm.DB, expect func(*gorm.DB) *gorm.DB) error {
				return run(db.Scopes(expect), &Parcel{ID: 1}).Error
			}
		}
		preview := func(op softdelete.Operation) func(*gorm.DB) (softdelete.Plan, error) {
			return func(db *gorm.DB) (softdelete.Plan, error) { return softdelete.Preview(db, op, &Parcel{ID: 1}) }
		}
		for name, c := range map[string]held{
			"delete":  {preview: preview(softdelete.OpSoftDelete), run: verb((*gorm.DB).Delete)},
			"restore": {trashes: true, preview: preview(softdelete.OpRestore), run: verb(softdelete.Restore)},
			"purge":   {trashes: true, preview: preview(softdelete.OpPurge), run: verb(softdelete.Purge)},
			"force":   {preview: preview(softdelete.OpForceDelete), run: verb(softdelete.ForceDelete)},
			"items restored": {trashes: true, preview: preview(softdelete.OpRestore), run: func(db *gorm.DB, expect func(*gorm.DB) *gorm.DB) error {
				_, err := trashOf(db.Scopes(expect)).Restore(db.Statement.Context, parcel)
				return err
			}},
			"items purged": {trashes: true, preview: preview(softdelete.OpPurge), run: func(db *gorm.DB, expect func(*gorm.DB) *gorm.DB) error {
				_, err := trashOf(db.Scopes(expect)).Purge(db.Statement.Context, parcel)
				return err
			}},
		} {
			make := func() {
				require.NoError(t, db.Exec("DELETE FROM parcel_labels").Error)
				require.NoError(t, db.Exec("DELETE FROM parcels").Error)
				require.NoError(t, db.Create(&Parcel{ID: 1, Labels: []ParcelLabel{{ID: 1}, {ID: 2}}}).Error)
				if c.trashes {
					require.NoError(t, db.Delete(&Parcel{ID: 1}).Error)
				}
				observed.Store(0)
			}
			make()
			plan, err := c.preview(db)
			require.NoError(t, err)
			require.Equal(t, map[string]int64{"parcels": 1, "parcel_labels": 2}, plan.Rows, name)
			calls := &hookCalls{}
			ctx := context.WithValue(t.Context(), hookCallsKey{}, calls)
			require.NoError(t, db.Exec("DELETE FROM parcel_labels WHERE id = 1").Error)
			require.ErrorIs(t, c.run(db.WithContext(ctx), softdelete.Expect(plan)), softdelete.ErrPlanChanged, name)
			require.Zero(t, calls.before.Load(), name)
			require.Zero(t, observed.Load(), name)

			if name == "items purged" {
				continue // its rows are found first: one that a hook removes was to go, and is counted
			}
			make()
			calls.write = func(tx *gorm.DB) error { return tx.Unscoped().Exec("DELETE FROM parcel_labels WHERE id = 1").Error }
			require.ErrorIs(t, c.run(db.WithContext(ctx), softdelete.Expect(plan)), softdelete.ErrPlanChanged, name)
			require.EqualValues(t, 1, calls.before.Load(), name)
			if name != "items restored" { // of which the hooks run as the rows are written
				require.Zero(t, calls.after.Load(), name)
			}
			calls.after.Store(0)
			require.Zero(t, observed.Load(), name)
			require.Equal(t, []int{1, 2}, tables.IDsOf(t, db, "parcel_labels"), "what the hook did is undone: %s", name)

			calls.write = nil
			require.NoError(t, c.run(db.WithContext(ctx), softdelete.Expect(plan)), name)
			require.EqualValues(t, 2, calls.before.Load(), name)
			require.EqualValues(t, 1, calls.after.Load(), name)
			require.EqualValues(t, 2, observed.Load(), name)
		}
	})
}

// As many rows as the plan says are not enough, where they are others than the addressed ones: what picks them is the last of the parcels, or another table, which a hook has changed.
func TestExpectTheAddressedRows(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &Parcel{}, &ParcelLabel{})
		verbs := map[softdelete.Operation]func(*gorm.DB) error{
			softdelete.OpSoftDelete:  func(tx *gorm.DB) error { return tx.Delete(&Parcel{}).Error },
			softdelete.OpRestore:     func(tx *gorm.DB) error { return softdelete.Restore(tx, &Parcel{}).Error },
			softdelete.OpPurge:       func(tx *gorm.DB) error { return softdelete.Purge(tx, &Parcel{}).Error },
			softdelete.OpForceDelete: func(tx *gorm.DB) error { return softdelete.ForceDelete(tx, &Parcel{}).Error },
		}
		type choice struct {
			by    func(*gorm.DB) *gorm.DB
			other func(tx *gorm.DB, trashed any) error
		}
		choices := map[string]choice{
			"the last": {
				func(db *gorm.DB) *gorm.DB { return db.Where("id < 9").Order("id DESC").Limit(1) },
				func(tx *gorm.DB, trashed any) error {
					return tx.Exec("INSERT INTO parcels (id, deleted_at) VALUES (8, ?)", trashed).Error
				},
			},
			"a subquery": {
				func(db *gorm.DB) *gorm.DB { return db.Where("id = (SELECT max(parcel_id) FROM parcel_labels)") },
				func(tx *gorm.DB, _ any) error { return tx.Exec("UPDATE parcel_labels SET parcel_id = 1").Error },
			},
			"a join": {
				func(db *gorm.DB) *gorm.DB {
					return db.Joins("JOIN parcel_labels ON parcel_labels.parcel_id = parcels.id").Where("parcel_labels.id = 1")
				},
				func(tx *gorm.DB, _ any) error { return tx.Exec("UPDATE parcel_labels SET parcel_id = 1").Error },
			},
		}
		for op, run := range verbs {
			for name, c := range choices {
				require.NoError(t, db.Exec("DELETE FROM parcel_labels").Error)
				require.NoError(t, db.Exec("DELETE FROM parcels").Error)
				require.NoError(t, db.Create(&[]Parcel{{ID: 1}, {ID: 2}}).Error)
				trashed := any(nil)
				if op == softdelete.OpRestore || op == softdelete.OpPurge {
					trashed = db.NowFunc()
				}
				require.NoError(t, db.Exec("UPDATE parcels SET deleted_at = ?", trashed).Error)
				if name != "the last" { // what goes along is as much for either parcel
					require.NoError(t, db.Exec("INSERT INTO parcel_labels (id, parcel_id, deleted_at) VALUES (1, 2, ?)", trashed).Error)
				}
				plan, err := softdelete.Preview(c.by(db), op, &Parcel{})
				require.NoError(t, err)
				require.EqualValues(t, 1, plan.Rows["parcels"])
				calls := &hookCalls{write: func(tx *gorm.DB) error { return c.other(tx, trashed) }}
				tx := db.WithContext(context.WithValue(t.Context(), hookCallsKey{}, calls))
				require.ErrorIs(t, run(c.by(tx.Scopes(softdelete.Expect(plan)))), softdelete.ErrPlanChanged, "%s by %s", op, name)
				require.EqualValues(t, 1, calls.before.Load(), "%s by %s", op, name)
				require.Zero(t, calls.after.Load(), "%s by %s", op, name)
				require.Equal(t, []int{1, 2}, tables.IDsOf(t, db, "parcels"))
				calls.write = nil
				require.NoError(t, run(c.by(tx.Scopes(softdelete.Expect(plan)))), "%s by %s", op, name)
			}
		}
	})
}
