package write_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
)

// pointer is a pointer to a model of these tests.
type pointer[T any] interface {
	*T
	named
}

// conflicts are the ways to say what an upsert does, by the column that is unique beside the key.
func conflicts() map[string]clause.OnConflict {
	name := []clause.Column{{Name: "name"}}
	return map[string]clause.OnConflict{
		"nothing":                {DoNothing: true},
		"nothing, by name":       {DoNothing: true, Columns: name},
		"the marker, by name":    {Columns: name, DoUpdates: clause.AssignmentColumns([]string{"deleted_at", "deleted_by"})},
		"all, by name":           {Columns: name, UpdateAll: true},
		"the name, by name":      {Columns: name, DoUpdates: clause.AssignmentColumns([]string{"name"})},
		"a constant, by name":    {Columns: name, DoUpdates: clause.Assignments(map[string]any{"delete_reason": "none"})},
		"the marker, where true": {Columns: name, DoUpdates: clause.AssignmentColumns([]string{"deleted_at"}), Where: clause.Where{Exprs: []clause.Expression{gorm.Expr("1 = 1")}}},
	}
}

// forms are the ways to give several values to a create.
func forms[T any, P pointer[T]]() map[string]func(db *gorm.DB, values []T) ([]P, error) {
	pointers := func(values []T) []P {
		list := make([]P, len(values))
		for i := range values {
			list[i] = &values[i]
		}
		return list
	}
	return map[string]func(db *gorm.DB, values []T) ([]P, error){
		"slice":             func(db *gorm.DB, values []T) ([]P, error) { return pointers(values), db.Create(&values).Error },
		"slice of pointers": func(db *gorm.DB, values []T) ([]P, error) { return pointers(values), db.Create(pointers(values)).Error },
		"in batches": func(db *gorm.DB, values []T) ([]P, error) {
			return pointers(values), db.CreateInBatches(&values, 4).Error
		},
		"array": func(db *gorm.DB, values []T) ([]P, error) {
			array := (*[6]T)(values)
			return pointers(array[:]), db.Create(array).Error
		},
		"generic": func(db *gorm.DB, values []T) ([]P, error) {
			conflict := db.Statement.Clauses["ON CONFLICT"].Expression.(clause.OnConflict)
			return pointers(values), gorm.G[T](db.Session(&gorm.Session{NewDB: true}), conflict).CreateInBatches(context.Background(), &values, 6)
		},
	}
}

// ways are those to run something on a handle.
func ways(db *gorm.DB) map[string]func(run func(tx *gorm.DB) error) error {
	return map[string]func(run func(tx *gorm.DB) error) error{
		"default": func(run func(tx *gorm.DB) error) error { return run(db) },
		"no transaction": func(run func(tx *gorm.DB) error) error {
			return run(db.Session(&gorm.Session{SkipDefaultTransaction: true}))
		},
		"caller's transaction": func(run func(tx *gorm.DB) error) error { return db.Transaction(run) },
		"prepared":             func(run func(tx *gorm.DB) error) error { return run(db.Session(&gorm.Session{PrepareStmt: true})) },
	}
}

// keysByName are the keys of a table's rows, as the database has them.
func keysByName[T any, P pointer[T]](t *testing.T, db *gorm.DB) map[string]string {
	t.Helper()
	var rows []T
	require.NoError(t, db.Session(&gorm.Session{NewDB: true}).Find(&rows).Error)
	keys := map[string]string{}
	for i := range rows {
		keys[P(&rows[i]).name()] = P(&rows[i]).key()
	}
	return keys
}

// eachHasItsKey makes four rows, upserts six values of which some meet one, and looks for the row of each value.
func eachHasItsKey[T any, P pointer[T]](t *testing.T, open testdb.Opener, made func(name string) T) {
	t.Helper()
	var model T
	db := withPlugin(t, open, softdelete.Config{}, &model)
	for conflict, clauses := range conflicts() {
		for form, create := range forms[T, P]() {
			for handle, with := range ways(db) {
				what := fmt.Sprintf("%T: %s, %s, %s", model, conflict, form, handle)
				require.NoError(t, db.Unscoped().Where("1 = 1").Delete(&model).Error)
				for _, name := range []string{"a", "b", "c", "d"} {
					row := made(name)
					require.NoError(t, db.Create(&row).Error)
				}
				before := keysByName[T, P](t, db)
				var values []T
				for _, name := range []string{"c", "e", "a", "f", "g", "d"} {
					values = append(values, made(name))
				}
				require.NoError(t, with(func(tx *gorm.DB) error {
					list, err := create(tx.Clauses(clauses), values)
					if err != nil {
						return err
					}
					for _, value := range list {
						require.Equal(t, keysByName[T, P](t, tx)[value.name()], value.key(), "%s: %s", what, value.name())
					}
					return nil
				}), what)
				after := keysByName[T, P](t, db)
				require.Len(t, after, 7, what)
				for name, key := range before {
					require.Equal(t, key, after[name], what)
				}
			}
		}
	}
}

func TestEachValueHasItsKey(t *testing.T) {
	t.Parallel()
	eachMaker(t, func(t *testing.T, open testdb.Opener) {
		eachHasItsKey(t, open, func(name string) aLabel { return aLabel{Name: name} })
	})
}

func TestEachValueHasItsKeyBesideWhatIsWritten(t *testing.T) {
	t.Parallel()
	eachMaker(t, func(t *testing.T, open testdb.Opener) {
		eachHasItsKey(t, open, func(name string) aShelf { return aShelf{Name: name, Score: 7} })
	})
}

func TestEachValueHasItsKeyUnderAnIndexOfLiveRows(t *testing.T) {
	t.Parallel()
	eachMaker(t, func(t *testing.T, open testdb.Opener) {
		eachHasItsKey(t, open, func(name string) aNick { return aNick{Name: name} })
	})
}

func TestEachValueHasItsKeyBesideThatOfAHook(t *testing.T) {
	t.Parallel()
	withoutKeys(t, func(t *testing.T, open testdb.Opener) {
		eachHasItsKey(t, open, func(name string) aBadge { return aBadge{Name: name} })
	})
}

func TestEachValueHasItsKeyOfTwoColumns(t *testing.T) {
	t.Parallel()
	withoutKeys(t, func(t *testing.T, open testdb.Opener) {
		// Those of the values are new ones: which row they are is told by their names.
		eachHasItsKey(t, open, func(name string) aStall { return aStall{Market: "m", Number: int(made.Add(1)), Name: name} })
	})
}

// withoutKeys is eachMaker, and PostgreSQL without RETURNING besides, where GORM has no keys that the database makes.
func withoutKeys(t *testing.T, fn func(t *testing.T, open testdb.Opener)) {
	t.Helper()
	eachMaker(t, fn)
	t.Run("without returning", func(t *testing.T) {
		t.Parallel()
		fn(t, testdb.WithoutReturning(t))
	})
}

// Their keys are made by a function of the database.
type (
	aPostgresToken struct {
		ID   string `gorm:"type:uuid;primaryKey;default:gen_random_uuid()"`
		Name string `gorm:"size:191;uniqueIndex;<-:create"`
		softdelete.Tracked
	}
	aMariaToken struct {
		ID   string `gorm:"type:uuid;primaryKey;default:uuid()"`
		Name string `gorm:"size:191;uniqueIndex;<-:create"`
		softdelete.Tracked
	}
	aLiteToken struct {
		ID   string `gorm:"primaryKey;default:(lower(hex(randomblob(16))))"`
		Name string `gorm:"size:191;uniqueIndex;<-:create"`
		softdelete.Tracked
	}
)

func (p *aPostgresToken) name() string { return p.Name }
func (p *aPostgresToken) key() string  { return p.ID }
func (m *aMariaToken) name() string    { return m.Name }
func (m *aMariaToken) key() string     { return m.ID }
func (l *aLiteToken) name() string     { return l.Name }
func (l *aLiteToken) key() string      { return l.ID }

func TestEachValueHasItsKeyThatTheDatabaseMakes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		switch open(t).Name() {
		case "postgres":
			eachHasItsKey(t, open, func(name string) aPostgresToken { return aPostgresToken{Name: name} })
		case "mysql":
			database.NeedsUUIDs(t, open)
			eachHasItsKey(t, open, func(name string) aMariaToken { return aMariaToken{Name: name} })
		default:
			eachHasItsKey(t, open, func(name string) aLiteToken { return aLiteToken{Name: name} })
		}
	})
}
