package schema_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// A model of which there are many tables: by date, by shard.
type (
	datedShop struct {
		ID   uint
		Name string `gorm:"size:40"`
	}
	datedItem struct {
		ID           uint
		DatedOrderID uint
	}
	datedOrder struct {
		ID        uint
		Tenant    string `gorm:"size:40" softdelete:"unique:login"`
		Login     string `gorm:"size:40" softdelete:"unique:login"`
		Code      string `gorm:"size:40;uniqueIndex" softdelete:"unique"`
		Bill      string `gorm:"size:40;unique" softdelete:"unique"`
		Kind      string `gorm:"size:40" softdelete:"index:kinds"`
		ShopID    uint   `softdelete:"index"`
		Shop      *datedShop
		Items     []datedItem
		DeletedAt gorm.DeletedAt `gorm:"index"`
	}
)

// datedBare is datedOrder as GORM has it without relations, which it cannot make for a named table.
type datedBare struct {
	ID        uint
	Tenant    string         `gorm:"size:40"`
	Login     string         `gorm:"size:40"`
	Code      string         `gorm:"size:40;uniqueIndex"`
	Bill      string         `gorm:"size:40;unique"`
	Kind      string         `gorm:"size:40"`
	ShopID    uint           `gorm:"column:shop_id"`
	DeletedAt gorm.DeletedAt `gorm:"index"`
}

func datedIndexes(db *gorm.DB, table string) map[string]string {
	list := map[string]string{
		"login":      "unique (tenant, login)",
		"code":       "unique (code)",
		"bill":       "unique (bill)",
		"kinds":      "(kind)",
		"shop_id":    "(shop_id)",
		"deleted_at": "(deleted_at, id) where deleted_at is not null",
	}
	want := map[string]string{}
	for name, text := range list {
		switch {
		case db.Name() == "mysql" && strings.HasPrefix(text, "unique"):
			text = strings.TrimSuffix(text, ")") + ", softdelete_live)"
		case db.Name() == "mysql" && name == "deleted_at":
			text = "(deleted_at" + database.SchemaOf(db).NamesKey + ")"
		case db.Name() == "mysql":
			text = "(deleted_at, " + text[1:]
		case name != "deleted_at":
			text += " where deleted_at is null"
		}
		want["idx_"+table+"_"+name] = text
	}
	return want
}

// TestNamedTables says that tables which share a model have indexes of their own names, and that a second call finds them.
func TestNamedTables(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		for range 2 {
			for _, table := range []string{"orders_01", "orders_02"} {
				require.NoError(t, softdelete.AutoMigrate(db.Table(table), &datedOrder{}))
				require.Equal(t, datedIndexes(db, table), tables.PlainIndexes(t, db, table))
			}
		}
		fresh := open(t) // a process that has just started
		require.NoError(t, fresh.Use(softdelete.New()))
		for _, table := range []string{"orders_01", "orders_02"} {
			for _, db := range []*gorm.DB{db, fresh} {
				require.Empty(t, record.DDLOf(t, db, func(db *gorm.DB) error { return softdelete.AutoMigrate(db.Table(table), &datedOrder{}) }))
			}
			for range 2 {
				one := datedOrder{Tenant: "a", Login: "ana", Code: "1", Bill: "1"}
				require.NoError(t, db.Table(table).Create(&one).Error)
				require.Error(t, create(db.Table(table), datedOrder{Tenant: "a", Login: "ana", Code: "2", Bill: "2"}))
				require.NoError(t, db.Table(table).Delete(&one).Error)
			}
			require.NoError(t, softdelete.AutoMigrate(db.Table(table), &datedOrder{}), "trash that agrees is in nobody's way")

			// The upsert goes by the columns, the error by the name that the index has here.
			require.NoError(t, create(db.Table(table), datedOrder{Tenant: "a", Login: "ana", Code: "1", Bill: "1"}))
			require.NoError(t, db.Table(table).Clauses(handles.OnConflict("tenant", "login")).Create(&datedOrder{Tenant: "a", Login: "ana", Code: "3", Bill: "1"}).Error)
			require.Equal(t, []string{"3"}, tables.Column[string](t, db, "SELECT code FROM "+table+" WHERE deleted_at IS NULL"))
			err := softdelete.Restore(db.Table(table).Where("code = ?", "1").Limit(1), &datedOrder{}).Error
			var conflict *softdelete.ConflictError
			require.ErrorAs(t, err, &conflict)
			if db.Name() == "sqlite" {
				require.Contains(t, conflict.Constraint, table+".")
			} else {
				require.Contains(t, conflict.Constraint, "idx_"+table+"_")
			}
		}
		require.False(t, db.Migrator().HasTable("dated_orders"))
	})
}

func create[T any](db *gorm.DB, value T) error { return db.Create(&value).Error }

// TestNamedTablesAtOnce says that many processes may migrate many tables at the same time.
func TestNamedTablesAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		if db.Name() == "sqlite" {
			pool, err := db.DB()
			require.NoError(t, err)
			pool.SetMaxOpenConns(1) // there is one writer
		}
		var (
			all  sync.WaitGroup
			mu   sync.Mutex
			errs []error
		)
		for i := range 4 {
			all.Go(func() {
				for _, n := range []int{i, (i + 1) % 4} {
					err := softdelete.AutoMigrate(db.Table(fmt.Sprint("orders_", n)), &datedOrder{})
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			})
		}
		all.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		for n := range 4 {
			table := fmt.Sprint("orders_", n)
			require.Equal(t, datedIndexes(db, table), tables.PlainIndexes(t, db, table))
		}
	})
}

// TestNamedTableOfASchema says that the name may have a schema in front.
func TestNamedTableOfASchema(t *testing.T) {
	t.Parallel()
	db := handles.WithPlugin(t, testdb.OpenerFor(t, "postgres"), softdelete.Config{})
	other := tables.Column[string](t, db, "SELECT current_schema()")[0] + "_archive"
	require.NoError(t, db.Exec("CREATE SCHEMA "+other).Error)
	t.Cleanup(func() { _ = db.Exec("DROP SCHEMA " + other + " CASCADE").Error })
	require.NoError(t, softdelete.AutoMigrate(db.Table("orders_01"), &datedOrder{}))
	require.NoError(t, softdelete.AutoMigrate(db.Table(other+".orders_01"), &datedOrder{}))
	require.Equal(t, datedIndexes(db, "orders_01"), tables.PlainIndexes(t, db, other+".orders_01"))
	require.Empty(t, record.DDLOf(t, db, func(db *gorm.DB) error {
		return softdelete.AutoMigrate(db.Table(other+".orders_01"), &datedOrder{})
	}))
}

// TestNamedTableWithGORMsUniqueTag says that a unique index of all rows, which GORM would make again and again by a name
// that is taken, is a mistake of the model there.
func TestNamedTableWithGORMsUniqueTag(t *testing.T) {
	t.Parallel()
	type note struct {
		ID        uint
		Login     string `gorm:"size:40;uniqueIndex:login" softdelete:"unique:login"`
		DeletedAt gorm.DeletedAt
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, softdelete.AutoMigrate(db, &note{}))
		err := softdelete.AutoMigrate(db.Table("notes_01"), &note{})
		var wrong *softdelete.ModelError
		require.ErrorAs(t, err, &wrong)
		require.ErrorContains(t, err, "remove the former")
		require.False(t, db.Migrator().HasTable("notes_01"))
	})
}

// What stands between two tables, with a model of its own.
type (
	joinedLeft struct {
		ID     uint
		Rights []joinedRight `gorm:"many2many:joined_pairs;joinForeignKey:LeftID;joinReferences:RightID"`
	}
	joinedRight struct{ ID uint }
	joinedPair  struct {
		LeftID  uint `gorm:"primaryKey"`
		RightID uint `gorm:"primaryKey"`
		softdelete.Tracked
	}
)

// TestAutoMigrateOfAJoinTableTwice says that an up-to-date schema gets no statement, also where a table has two models.
func TestAutoMigrateOfAJoinTableTwice(t *testing.T) {
	t.Parallel()
	models := []any{&joinedLeft{}, &joinedRight{}, &joinedPair{}}
	for name, config := range map[string]softdelete.Config{"registered": {Models: models}, "not registered": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				db := handles.WithPlugin(t, open, config)
				require.NoError(t, softdelete.AutoMigrate(db, models...))
				before := tables.PlainIndexes(t, db, "joined_pairs")
				require.Empty(t, record.WritesOf(t, db, func(db *gorm.DB) error { return softdelete.AutoMigrate(db, models...) }))
				require.Equal(t, before, tables.PlainIndexes(t, db, "joined_pairs"))
			})
		})
	}
}

// TestDoctorOfANamedTable says that it looks at the table that is named, by the names that the indexes have there.
func TestDoctorOfANamedTable(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, softdelete.AutoMigrate(db.Table("orders_01"), &datedOrder{}))
		require.NoError(t, db.Table("orders_02").AutoMigrate(&datedBare{}))
		findings, err := softdelete.Doctor(db.Table("orders_01"), &datedOrder{})
		require.NoError(t, err)
		for _, f := range findings {
			require.NotEqual(t, softdelete.SeverityError, f.Severity, f.String())
		}
		findings, err = softdelete.Doctor(db.Table("orders_02"), &datedOrder{})
		require.NoError(t, err)
		require.NotEmpty(t, findings)
		for _, f := range findings {
			require.Equal(t, "orders_02", f.Table)
			require.NotContains(t, f.Remedy, "idx_dated_orders")
		}
		doctored.Cure(t, db, findings...)
		findings, err = softdelete.Doctor(db.Table("orders_02"), &datedOrder{})
		require.NoError(t, err)
		require.Empty(t, findings)
		require.Equal(t, datedIndexes(db, "orders_02"), tables.PlainIndexes(t, db, "orders_02"))
		require.Empty(t, record.DDLOf(t, db, func(db *gorm.DB) error { return softdelete.AutoMigrate(db.Table("orders_02"), &datedOrder{}) }))

		_, err = softdelete.Doctor(db.Table("orders_02"))
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		findings, err = softdelete.Doctor(db.Table("orders_03"), &datedOrder{})
		require.NoError(t, err)
		require.Equal(t, []string{"error table-missing orders_03"}, doctored.CodesOf(findings))
	})
}
