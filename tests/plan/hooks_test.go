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
