package guard_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// TestWhatIsLive says that the guard knows live rows by the marker of each kind, whatever the table is called.
func TestWhatIsLive(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		db := withMarkers(t, open)
		require.NoError(t, softdelete.Guard(db))
		for _, model := range markers() {
			name := reflect.TypeOf(model).String()
			stmt := db.Model(model).Statement
			require.NoError(t, stmt.Parse(model), name)
			table := stmt.Quote(stmt.Table)
			for range 3 {
				require.NoError(t, db.Create(reflect.New(reflect.TypeOf(model).Elem()).Interface()).Error, name)
			}
			require.NoError(t, db.Delete(model, 1).Error, name)
			err := db.Exec("DELETE FROM " + table).Error
			require.ErrorIs(t, err, softdelete.ErrGuarded, name)
			require.ErrorContains(t, err, stmt.Table, name)
			require.ErrorIs(t, db.Exec("DELETE FROM "+table+" WHERE id = 2").Error, softdelete.ErrGuarded, name)
			tx := db.Exec("DELETE FROM " + table + " WHERE id = 1")
			require.NoError(t, tx.Error, name)
			require.EqualValues(t, 1, tx.RowsAffected, name)
			tx = softdelete.ForceDelete(db, model, 2)
			require.NoError(t, tx.Error, name)
			require.EqualValues(t, 1, tx.RowsAffected, name)
			tx = db.Unscoped().Delete(model, 3)
			require.NoError(t, tx.Error, name)
			require.EqualValues(t, 1, tx.RowsAffected, name)
		}
	})
}

// TestGuardAgain says that a guard that is there gets no statement, and that it can be taken off.
func TestGuardAgain(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		db := withMarkers(t, open)
		log := record.Record(t, db)
		require.NoError(t, softdelete.Guard(db))
		log.Take()
		require.NoError(t, softdelete.Guard(db))
		for _, sql := range log.Take() {
			require.Regexp(t, "^(SELECT|BEGIN|COMMIT)", sql)
		}
		findings, err := softdelete.Doctor(db, &byTime{}, &byZero{}, &byMixed{}, &byQuoted{}, &byLonger{})
		require.NoError(t, err)
		for _, f := range findings {
			require.NotContains(t, f.Code, "guard", f)
		}
		require.NoError(t, softdelete.Unguard(db, &byTime{}, &byTime{}))
		require.NoError(t, db.Create(&byTime{}).Error)
		require.NoError(t, db.Create(&byFlag{}).Error)
		require.NoError(t, db.Exec("DELETE FROM by_times").Error)
		require.ErrorIs(t, db.Exec("DELETE FROM by_flags").Error, softdelete.ErrGuarded, "the others stay")
		require.NoError(t, softdelete.Guard(db, &byTime{}))
		require.NoError(t, db.Create(&byTime{}).Error)
		require.ErrorIs(t, db.Exec("DELETE FROM by_times").Error, softdelete.ErrGuarded)
		for range 2 {
			require.NoError(t, softdelete.Unguard(db))
			require.NoError(t, db.Exec("DELETE FROM by_times").Error)
			require.NoError(t, db.Exec("DELETE FROM by_flags").Error)
			require.Empty(t, left(t, db), "nothing is left behind")
		}
	})
}

// left lists what the database has of guards.
func left(t *testing.T, db *gorm.DB) []string {
	t.Helper()
	var list []string
	require.NoError(t, db.Raw(map[string]string{
		"sqlite": "SELECT name FROM sqlite_master WHERE name LIKE 'softdelete%'",
		"postgres": "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'softdelete%' AND tgrelid IN (SELECT oid FROM pg_class WHERE pg_table_is_visible(oid)) " +
			"UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'softdelete%' AND pg_function_is_visible(oid)",
		"mysql": "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
	}[db.Name()]).Scan(&list).Error)
	return list
}

// TestGuardDDL says that the statements alone make the same guards, and take them off again.
func TestGuardDDL(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		db := withMarkers(t, open)
		log := record.Record(t, db)
		list, err := softdelete.GuardDDL(db)
		require.NoError(t, err)
		require.Empty(t, log.Take(), "it runs no statement")
		again, err := softdelete.GuardDDL(db, reversed(markers())...)
		require.NoError(t, err)
		require.Equal(t, list, again, "in whatever order the models are")
		for _, s := range list {
			require.NotEmpty(t, s.Why)
			require.NotEmpty(t, s.Table)
			require.NotContains(t, s.Up, "\n")
			require.NoError(t, db.Exec(s.Up).Error, s.Up)
		}
		log.Take()
		require.NoError(t, softdelete.Guard(db))
		for _, sql := range log.Take() {
			require.Regexp(t, "^(SELECT|BEGIN|COMMIT)", sql, "the guards are those that Guard makes")
		}
		for i := len(list) - 1; i >= 0; i-- {
			require.NoError(t, db.Exec(list[i].Down).Error, list[i].Down)
		}
		require.Empty(t, left(t, db))
	})
}

func reversed(list []any) []any {
	turned := make([]any, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		turned = append(turned, list[i])
	}
	return turned
}

// TestGuardErrors says what Guard, Unguard and GuardDDL refuse.
func TestGuardErrors(t *testing.T) {
	t.Parallel()
	ddl := func(db *gorm.DB, models ...any) error { _, err := softdelete.GuardDDL(db, models...); return err }
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		plain := open(t)
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		for name, call := range map[string]func(db *gorm.DB, models ...any) error{"Guard": softdelete.Guard, "Unguard": softdelete.Unguard, "GuardDDL": ddl} {
			require.ErrorIs(t, call(nil, &book{}), gorm.ErrInvalidDB, name)
			require.ErrorIs(t, call(plain, &book{}), softdelete.ErrNotInstalled, name)
			require.ErrorIs(t, call(db), gorm.ErrInvalidValue, name)
			require.ErrorIs(t, call(db, "books"), gorm.ErrInvalidValue, name)
			require.ErrorIs(t, call(db, 7), gorm.ErrInvalidValue, name)
			err := call(db, &book{}, &shelf{})
			require.ErrorIs(t, err, softdelete.ErrNotSoftDeletable, name)
			require.ErrorContains(t, err, "shelf", name)
		}
		require.Error(t, softdelete.Guard(db, &book{}), "there is no such table")
		require.NoError(t, softdelete.Unguard(db, &book{}), "and no guard on it")
		require.Empty(t, left(t, db), "what was begun is taken back")
	})
}
