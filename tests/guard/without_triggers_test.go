package guard_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// eachWithTriggers runs a test on each database that a guard can be made on.
func eachWithTriggers(t *testing.T, run func(t *testing.T, open testdb.Opener)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		database.Needs(t, database.FlavourOf(open(t)).NoTriggers)
		run(t, open)
	})
}

// TestGuardWithoutTriggers says that a database without triggers is refused by name before anything is sent to it, that Doctor advises
// no guard there, and that a force delete says nothing to one.
func TestGuardWithoutTriggers(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		if database.FlavourOf(open(t)).NoTriggers == "" {
			t.Skip("the database has triggers")
		}
		db := handles.WithPlugin(t, open, softdelete.Config{Models: []any{&hardRow{}}}, &hardRow{})
		require.NoError(t, db.Create(&[]hardRow{{Name: "a"}, {Name: "b"}}).Error)
		log := record.Record(t, db)
		for name, guard := range map[string]func(*gorm.DB, ...any) error{
			"Guard": softdelete.Guard, "Unguard": softdelete.Unguard,
			"GuardDDL": func(db *gorm.DB, models ...any) error { _, err := softdelete.GuardDDL(db, models...); return err },
		} {
			err := guard(db)
			require.ErrorIs(t, err, softdelete.ErrUnsupportedDatabase, name)
			require.ErrorContains(t, err, name+": the database (TiDB) has no triggers")
		}
		require.Empty(t, log.Take())
		require.Empty(t, guardFindings(t, db))
		log.Take()
		require.NoError(t, softdelete.ForceDelete(db, &hardRow{}, 1).Error)
		sent := strings.Join(log.Take(), "\n")
		require.Contains(t, sent, "DELETE FROM `hard_rows`")
		require.NotContains(t, sent, "SET_VAR")
	})
}
