package guard_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// guardFindings are what Doctor says of guards.
func guardFindings(t *testing.T, db *gorm.DB, models ...any) []softdelete.Finding {
	t.Helper()
	found, err := softdelete.Doctor(db, models...)
	require.NoError(t, err)
	var list []softdelete.Finding
	for _, f := range found {
		if strings.HasPrefix(f.Code, "guard-") {
			list = append(list, f)
		}
	}
	return list
}

// mends says that the remedies do what they are for, when run twice too, and that no two have a statement in common.
func mends(t *testing.T, db *gorm.DB, list []softdelete.Finding) {
	t.Helper()
	seen := map[string]int{}
	for time := range 2 {
		for _, f := range list {
			for line := range strings.Lines(f.Remedy) {
				line = strings.TrimSpace(line)
				require.True(t, strings.HasSuffix(line, ";"), f.Remedy)
				require.Equal(t, time, seen[line], line)
				seen[line]++
				err := db.Exec(strings.TrimSuffix(line, ";")).Error
				if err != nil {
					require.ErrorContains(t, err, "already exists", line)
				}
			}
		}
		require.Empty(t, guardFindings(t, db))
	}
}

func TestDoctorFindsGuards(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		db := withMarkers(t, open)
		require.Empty(t, guardFindings(t, db), "no table has a guard, and none needs one")
		require.NoError(t, softdelete.Guard(db, &byTime{}))
		list := guardFindings(t, db)
		require.Len(t, list, len(markers())-1)
		for _, f := range list {
			require.Equal(t, softdelete.CodeGuardMissing, f.Code)
			require.Equal(t, softdelete.SeverityWarning, f.Severity)
		}
		list = guardFindings(t, db, &byFlag{})
		require.Len(t, list, 1, "beside a table that was not asked about")
		require.Equal(t, "by_flags", list[0].Table)
		mends(t, db, guardFindings(t, db))
		require.NoError(t, softdelete.Guard(db))

		for name, statements := range spoiled[db.Name()] {
			for _, text := range statements {
				require.NoError(t, db.Exec(text).Error, text)
			}
			list := guardFindings(t, db)
			require.NotEmpty(t, list, name)
			for _, f := range list {
				require.Equal(t, strings.SplitN(name, ":", 2)[0], f.Code, name)
			}
			mends(t, db, list)
			if strings.HasPrefix(name, softdelete.CodeGuardDisabled) && db.Name() == "sqlite" {
				continue // it is a row that is left, and no guard that is other than it was
			}
			for _, text := range statements {
				require.NoError(t, db.Exec(text).Error, text)
			}
			require.NoError(t, softdelete.Guard(db), "Guard does the same")
			require.Empty(t, guardFindings(t, db), name)
		}
	})
}

// spoiled are guards that are not what they should be, by what Doctor says of them.
var spoiled = map[string]map[string][]string{
	"sqlite": {
		"guard-outdated: a condition": {"DROP TRIGGER softdelete_guard_by_flags", "CREATE TRIGGER softdelete_guard_by_flags BEFORE DELETE ON by_flags WHEN 1 = 0 BEGIN SELECT RAISE(ABORT, 'no'); END"},
		"guard-outdated: the table":   {"DROP TABLE softdelete_guard"},
		"guard-missing: dropped":      {"DROP TRIGGER softdelete_guard_by_flags"},
		"guard-disabled: a row":       {"INSERT INTO softdelete_guard VALUES (1)"},
	},
	"postgres": {
		"guard-outdated: a condition": {"DROP TRIGGER softdelete_guard ON by_flags", "CREATE TRIGGER softdelete_guard BEFORE DELETE ON by_flags FOR EACH ROW WHEN (OLD.is_deleted) EXECUTE FUNCTION softdelete_guard_by_flags()"},
		"guard-outdated: an event":    {"DROP TRIGGER softdelete_guard ON by_flags", "CREATE TRIGGER softdelete_guard AFTER DELETE ON by_flags FOR EACH ROW WHEN (NOT OLD.is_deleted) EXECUTE FUNCTION softdelete_guard_by_flags()"},
		"guard-outdated: a function":  {"CREATE OR REPLACE FUNCTION softdelete_guard_by_flags() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'"},
		"guard-outdated: truncate":    {"DROP TRIGGER softdelete_guard_truncate ON by_flags"},
		"guard-outdated: another's":   {"DROP TRIGGER softdelete_guard ON by_flags", "CREATE TRIGGER softdelete_guard BEFORE DELETE ON by_flags FOR EACH ROW WHEN (NOT OLD.is_deleted) EXECUTE FUNCTION softdelete_guard_by_times()"},
		"guard-missing: dropped":      {"DROP TRIGGER softdelete_guard ON by_flags", "DROP TRIGGER softdelete_guard_truncate ON by_flags"},
		"guard-disabled: off":         {"ALTER TABLE by_flags DISABLE TRIGGER softdelete_guard"},
		"guard-disabled: all":         {"ALTER TABLE by_flags DISABLE TRIGGER ALL"},
		"guard-disabled: replica":     {"ALTER TABLE by_flags ENABLE REPLICA TRIGGER softdelete_guard"},
	},
	"mysql": {
		"guard-outdated: a condition": {"CREATE OR REPLACE TRIGGER softdelete_guard_by_flags BEFORE DELETE ON by_flags FOR EACH ROW SET @x = 1"},
		"guard-outdated: an event":    {"DROP TRIGGER softdelete_guard_by_flags", "CREATE TRIGGER softdelete_guard_by_flags BEFORE UPDATE ON by_flags FOR EACH ROW SET @x = 1"},
		"guard-missing: dropped":      {"DROP TRIGGER softdelete_guard_by_flags"},
	},
}

// TestRenamedTable says that a guard goes with its table, and takes the new name with the next Guard.
func TestRenamedTable(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		db := withMarkers(t, open)
		require.NoError(t, softdelete.Guard(db, &byTime{}))
		require.NoError(t, db.Create(&byTime{}).Error)
		require.NoError(t, db.Migrator().RenameTable("by_times", "by_old_times"))
		require.ErrorIs(t, db.Exec("DELETE FROM by_old_times").Error, softdelete.ErrGuarded)
		old := db.Table("by_old_times")
		require.NoError(t, softdelete.Guard(old, &byTime{}))
		require.NoError(t, softdelete.Guard(old, &byTime{}))
		err := db.Exec("DELETE FROM by_old_times").Error
		require.ErrorIs(t, err, softdelete.ErrGuarded)
		require.ErrorContains(t, err, "by_old_times")
		require.NoError(t, softdelete.ForceDelete(db.Table("by_old_times"), &byTime{ID: 1}).Error)
		require.NoError(t, softdelete.Unguard(old, &byTime{}))
	})
}

// TestMigrationsKeepGuards says that AutoMigrate keeps the guards, also where it makes a table anew.
func TestMigrationsKeepGuards(t *testing.T) {
	t.Parallel()
	eachWithTriggers(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.Table("accounts").AutoMigrate(&wasUnique{}))
		require.NoError(t, softdelete.Guard(db, &account{}))
		require.NoError(t, softdelete.AutoMigrate(db, &account{}))
		require.NoError(t, db.Create(&account{Email: "a"}).Error)
		require.ErrorIs(t, db.Exec("DELETE FROM accounts").Error, softdelete.ErrGuarded)
		require.Empty(t, guardFindings(t, db, &account{}))
	})
}

type wasUnique struct {
	ID    uint
	Email string `gorm:"size:100;unique"`
	softdelete.Timestamp
}

type account struct {
	ID    uint
	Email string `gorm:"size:100" softdelete:"unique"`
	softdelete.Timestamp
}
