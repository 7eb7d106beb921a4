package schema_test

import (
	"context"
	"database/sql"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// These have markers of which a database may print another text than GORM writes, so that GORM sets them each time.
type (
	againZero struct {
		ID        uint
		Email     string         `gorm:"size:40" softdelete:"unique"`
		DeletedAt gorm.DeletedAt `gorm:"zeroValue:1970-01-02 00:00:01;default:'1970-01-02 00:00:01'"`
	}
	againNumeric struct {
		ID        uint
		Email     string                `gorm:"size:40" softdelete:"unique"`
		DeletedAt soft_delete.DeletedAt `gorm:"type:numeric(20);default:0;comment:it's when; 0 is live"`
	}
	againFlag struct {
		ID        uint
		Email     string                `gorm:"size:40" softdelete:"unique"`
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:flag;type:numeric(20)"`
	}
	// againChanged is againFlag with a marker that is to be another.
	againChanged struct {
		ID        uint
		Email     string                `gorm:"size:40" softdelete:"unique"`
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:flag;type:numeric(20);comment:a new one"`
	}
)

func (againZero) TableName() string    { return "restarts" }
func (againNumeric) TableName() string { return "restarts" }
func (againFlag) TableName() string    { return "restarts" }
func (againChanged) TableName() string { return "restarts" }

// againWays are the handles and verbs by which an application migrates as it starts.
func againWays(t *testing.T) map[string]func(db *gorm.DB, model any) error {
	t.Helper()
	return map[string]func(db *gorm.DB, model any) error{
		"AutoMigrate": func(db *gorm.DB, model any) error { return softdelete.AutoMigrate(db, model) },
		"GORM's":      func(db *gorm.DB, model any) error { return db.AutoMigrate(model) },
		"indexes":     func(db *gorm.DB, model any) error { return softdelete.MigrateIndexes(db, model) },
		"prepared": func(db *gorm.DB, model any) error {
			return softdelete.AutoMigrate(db.Session(&gorm.Session{PrepareStmt: true}), model)
		},
		"without transactions": func(db *gorm.DB, model any) error {
			return softdelete.AutoMigrate(db.Session(&gorm.Session{SkipDefaultTransaction: true}), model)
		},
		"a transaction": func(db *gorm.DB, model any) error {
			return db.Transaction(func(tx *gorm.DB) error { return softdelete.AutoMigrate(tx, model) })
		},
		"a connection": func(db *gorm.DB, model any) error {
			return db.Connection(func(conn *gorm.DB) error { return softdelete.AutoMigrate(conn, model) })
		},
		"another context": func(db *gorm.DB, model any) error {
			return softdelete.AutoMigrate(db.WithContext(context.WithoutCancel(t.Context())), model)
		},
		"a named table": func(db *gorm.DB, model any) error { return softdelete.AutoMigrate(db.Table("restarts_01"), model) },
		"a plan": func(db *gorm.DB, model any) error {
			_, err := softdelete.PlanMigration(db, model)
			return err
		},
	}
}

// TestAutoMigrateAgain says that an application starts again and again, whatever its marker: what GORM would set anew is as it is.
func TestAutoMigrateAgain(t *testing.T) {
	t.Parallel()
	for name, model := range map[string]any{"zeroValue": &againZero{}, "numeric": &againNumeric{}, "flag": &againFlag{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				db := handles.WithPlugin(t, open, softdelete.Config{})
				require.NoError(t, softdelete.AutoMigrate(db, model))
				require.NoError(t, softdelete.AutoMigrate(db.Table("restarts_01"), model))
				before := tables.PlainIndexes(t, db, "restarts")
				for way, migrate := range againWays(t) {
					for range 2 {
						require.NoError(t, migrate(db, model), way)
						require.Equal(t, before, tables.PlainIndexes(t, db, "restarts"), way)
					}
				}
				if database.SchemaOf(db).NoModified == "" {
					return
				}
				for _, sql := range record.DDLOf(t, db, func(db *gorm.DB) error { return softdelete.AutoMigrate(db, model) }) {
					require.Contains(t, sql, "softdelete_probe") // a table of the connection's own
				}
				plan, err := softdelete.PlanMigration(db, model)
				require.NoError(t, err)
				require.Empty(t, plan)
			})
		})
	}
}

// TestAutoMigrateMarkerChanged says that a marker of which the tag has become another is one in the database, or that the error says how.
func TestAutoMigrateMarkerChanged(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, softdelete.AutoMigrate(db, &againFlag{}))
		before := tables.PlainIndexes(t, db, "restarts")
		changed := handles.WithPlugin(t, open, softdelete.Config{})
		if database.SchemaOf(db).NoModified != "" {
			for way, migrate := range againWays(t) {
				if way == "indexes" || way == "a named table" {
					continue
				}
				err := migrate(changed, &againChanged{})
				require.ErrorContains(t, err, "the column deleted_at of restarts would become", way)
				require.Equal(t, before, tables.PlainIndexes(t, db, "restarts"), way)
			}
			for _, statement := range regexp.MustCompile("ALTER TABLE [^;,]+").FindAllString(softdelete.AutoMigrate(changed, &againChanged{}).Error(), -1) {
				require.NoError(t, changed.Exec(statement).Error)
			}
		}
		require.NoError(t, softdelete.AutoMigrate(changed, &againChanged{}))
		require.Equal(t, before, tables.PlainIndexes(t, db, "restarts"))
		if db.Name() != "mysql" {
			return // The comment of a column is asked for there.
		}
		var comment string
		require.NoError(t, db.Raw("SELECT COLUMN_COMMENT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'restarts' AND COLUMN_NAME = 'deleted_at'").Scan(&comment).Error)
		require.Equal(t, "a new one", comment)
	})
}

// TestPlanKeepsTransaction says that a plan ends no transaction of the caller's, and leaves nothing on a connection.
func TestPlanKeepsTransaction(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, softdelete.AutoMigrate(db, &againZero{}))
		rollback := func(run func(tx *gorm.DB)) {
			tx := db.Begin(&sql.TxOptions{})
			require.NoError(t, tx.Error)
			run(tx)
			require.NoError(t, tx.Rollback().Error)
		}
		rollback(func(tx *gorm.DB) {
			require.NoError(t, tx.Create(&againZero{Email: "a"}).Error)
			_, err := softdelete.PlanMigration(tx, &againZero{})
			require.NoError(t, err)
			require.Error(t, tx.Exec("SELECT * FROM softdelete_probe").Error)
		})
		var n int64
		require.NoError(t, db.Unscoped().Model(&againZero{}).Count(&n).Error)
		require.Zero(t, n)
	})
}
