package associations_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
)

// onFirst runs an operation on an association of the first person.
func onFirst(t *testing.T, db *gorm.DB, op clause.Association) error {
	t.Helper()
	if op.Type == clause.OpUpdate {
		op.Set = []clause.Assignment{{Column: clause.Column{Name: "name"}, Value: "new"}}
	}
	_, err := gorm.G[Person](db).Where("people.id = ?", 1).Set(op).Update(t.Context())
	return err
}

func TestOperationsObeyTheLaws(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		plain, db := setUp(t, open)
		for _, r := range relations {
			for what, trash := range trashed(r) {
				var trashes []string
				if trash != "" {
					trashes = []string{trash}
				}
				for verb, op := range operations {
					for kind, where := range conditions {
						// Where it unlinks what an owner belongs to, or finds it removed, GORM drops the condition.
						if r.belongs && len(where.exprs) > 0 && (op == clause.OpUnlink || r.removes()) {
							continue
						}
						name := r.name + ", " + verb + ", " + what + " is trashed, " + kind
						before := fill(t, plain, trashes...)
						want, refused := before.after(r, op, where, false)
						err := onFirst(t, db, clause.Association{Association: r.name, Type: op, Conditions: where.exprs})
						if refused {
							require.ErrorIs(t, err, gorm.ErrMissingWhereClause, name)
						} else {
							require.NoError(t, err, name)
						}
						require.Equal(t, want, stored(t, plain), name)
					}
				}
			}
		}
	})
}

func TestLinksOfAllOwners(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		plain, db := setUp(t, open)
		all := db.Session(&gorm.Session{AllowGlobalUpdate: true})
		for _, r := range relations {
			if r.join == "" {
				continue
			}
			for what, trash := range trashed(r) {
				var trashes []string
				if trash != "" {
					trashes = []string{trash}
				}
				for _, op := range []clause.AssociationOpType{clause.OpUnlink, clause.OpDelete} {
					for kind, where := range conditions {
						before := fill(t, plain, trashes...)
						want, _ := before.after(r, op, where, true)
						require.NotEqual(t, before, want)
						require.NoError(t, onFirst(t, all, clause.Association{Association: r.name, Type: op, Conditions: where.exprs}))
						require.Equal(t, want, stored(t, plain), "%s, %s is trashed, %s", r.name, what, kind)
					}
				}
			}
		}
	})
}

// TestOperationsInTransactions has the same outcome without GORM's transaction, and in the caller's, which stays usable.
func TestOperationsInTransactions(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		plain, db := setUp(t, open)
		within := func(run func(tx *gorm.DB) error) func(db *gorm.DB) error {
			return func(db *gorm.DB) error {
				var failed error
				err := db.Transaction(func(tx *gorm.DB) error {
					failed = run(tx)
					return tx.Create(&Firm{ID: 9, Name: "after"}).Error
				})
				require.NoError(t, err)
				return failed
			}
		}
		for _, r := range relations {
			for verb, op := range operations {
				run := func(tx *gorm.DB) error {
					return onFirst(t, tx, clause.Association{Association: r.name, Type: op})
				}
				for kind, operate := range map[string]func(db *gorm.DB) error{
					"no transaction": func(db *gorm.DB) error { return run(db.Session(&gorm.Session{SkipDefaultTransaction: true})) },
					"prepared":       func(db *gorm.DB) error { return run(db.Session(&gorm.Session{PrepareStmt: true})) },
					"the caller's":   within(run),
				} {
					name := r.name + ", " + verb + ", " + kind
					before := fill(t, plain)
					want, refused := before.after(r, op, conditions["no condition"], false)
					if kind == "the caller's" {
						want = want.clone()
						want.Rows["firms"] = append(want.Rows["firms"], row{ID: 9, Name: "after"})
					}
					err := operate(db)
					if refused {
						require.ErrorIs(t, err, gorm.ErrMissingWhereClause, name)
					} else {
						require.NoError(t, err, name)
					}
					require.Equal(t, want, stored(t, plain), name)
				}
			}
		}
	})
}
