package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// These have an index of live rows each, by every kind of marker.
type (
	planTime struct {
		ID        uint
		Title     string `softdelete:"index"`
		DeletedAt gorm.DeletedAt
	}
	planZero struct {
		ID        uint
		Title     string         `softdelete:"index"`
		DeletedAt gorm.DeletedAt `gorm:"zeroValue:1970-01-01 00:00:01;default:'1970-01-01 00:00:01'"`
	}
	planUnix struct {
		ID        uint
		Title     string `softdelete:"index"`
		DeletedAt soft_delete.DeletedAt
	}
	planUnixPointer struct {
		ID        uint
		Title     string                 `softdelete:"index"`
		DeletedAt *soft_delete.DeletedAt `gorm:"softDelete:milli"`
	}
	planUnixFlag struct {
		ID    uint
		Title string                `softdelete:"index"`
		IsDel soft_delete.DeletedAt `gorm:"softDelete:flag"`
	}
	planFlag struct {
		ID    uint
		Title string `softdelete:"index"`
		softdelete.Flagged
	}
)

// A database uses an index of live rows only if it sees in the statement alone, whatever is bound to it, that live rows are
// meant.
func TestLiveReadsUseTheIndexOfLiveRows(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		models := []any{&planTime{}, &planZero{}, &planUnix{}, &planUnixPointer{}, &planUnixFlag{}, &planFlag{}}
		db := handles.WithPlugin(t, open, softdelete.Config{})
		if db.Name() == "mysql" {
			return // It has no indexes of some rows only.
		}
		require.NoError(t, softdelete.AutoMigrate(db, models...))
		for _, model := range models {
			table := tables.TableOf(t, db, model)
			read := db.Session(&gorm.Session{DryRun: true}).Model(model).Where("title = ?", "a").Find(&[]map[string]any{})
			require.NoError(t, read.Error)
			plan := genericPlan(t, db, read.Statement.SQL.String())
			require.Contains(t, plan, "idx_"+table+"_title", "%s:\n%s", read.Statement.SQL.String(), plan)
		}
	})
}

// genericPlan is how the database reads by a statement with one text bound, which it has not seen.
func genericPlan(t *testing.T, db *gorm.DB, sql string) string {
	t.Helper()
	var lines []string
	if db.Name() != "postgres" {
		rows, err := db.Raw("EXPLAIN QUERY PLAN "+sql, "a").Rows()
		require.NoError(t, err)
		defer func() { require.NoError(t, rows.Close()) }()
		for rows.Next() {
			var id, parent, unused int
			var detail string
			require.NoError(t, rows.Scan(&id, &parent, &unused, &detail))
			lines = append(lines, detail)
		}
		require.NoError(t, rows.Err())
		return strings.Join(lines, "\n")
	}
	require.NoError(t, db.Connection(func(tx *gorm.DB) error {
		for _, statement := range []string{
			"SET plan_cache_mode = force_generic_plan", "SET enable_seqscan = off",
			fmt.Sprintf("PREPARE live (text) AS %s", sql),
		} {
			if err := tx.Exec(statement).Error; err != nil {
				return err
			}
		}
		if err := tx.Raw("EXPLAIN EXECUTE live ('a')").Scan(&lines).Error; err != nil {
			return err
		}
		return tx.Exec("DEALLOCATE live").Error
	}))
	return strings.Join(lines, "\n")
}
