package zoo_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
)

// zooDatabase is a place in a database with the tables of all worlds, and handles for each world on one pool.
type zooDatabase struct {
	name    string // of the database
	base    *gorm.DB
	worlds  []*zooWorld
	handles map[zooHandle]*gorm.DB
	schemas map[*zooTable]*schema.Schema
	naming  map[*zooWorld]schema.Namer
}

// zooHandle is a handle on a world: the database's own, or one that can do less.
type zooHandle struct {
	world *zooWorld
	less  string
}

// openZoo makes the tables of the worlds that the database can have.
func openZoo(t *testing.T, open testdb.Opener, worlds ...*zooWorld) *zooDatabase {
	t.Helper()
	base := open(t)
	z := &zooDatabase{
		name: base.Name(), base: base, handles: map[zooHandle]*gorm.DB{},
		schemas: map[*zooTable]*schema.Schema{}, naming: map[*zooWorld]schema.Namer{},
	}
	for _, w := range worlds {
		if w.only != "" && w.only != z.name {
			continue
		}
		z.worlds = append(z.worlds, w)
		if len(w.annex) > 0 {
			z.naming[w] = openAnnex(t, base, w)
		}
		db := z.handle(t, w, "")
		for _, table := range w.tables {
			if table.model == nil {
				continue
			}
			stmt := &gorm.Statement{DB: db}
			require.NoError(t, stmt.Parse(table.model))
			require.Equal(t, table.name, stmt.Schema.Table)
			z.schemas[table] = stmt.Schema
			require.NoError(t, db.AutoMigrate(table.model))
			if index := table.name + "_" + table.unique; table.unique != "" && !database.FlavourOf(db).Partial {
				require.NoError(t, db.Migrator().DropIndex(table.model, index))
				database.LiveUnique(t, db, index, table.name, table.unique)
			}
		}
	}
	return z
}

// less are the ways in which the handles on a world can do less than the database.
func (z *zooDatabase) less() []string {
	if z.name != "postgres" {
		return []string{""}
	}
	return []string{"", "without returning"}
}

// handle returns the handle on a world, and opens it the first time.
func (z *zooDatabase) handle(t require.TestingT, w *zooWorld, less string) *gorm.DB {
	if db := z.handles[zooHandle{w, less}]; db != nil {
		return db
	}
	pool, err := z.base.DB()
	require.NoError(t, err)
	config := testdb.Config()
	config.DisableForeignKeyConstraintWhenMigrating = !w.foreignKeys
	config.NamingStrategy = z.naming[w]
	config.NowFunc = w.now
	var dialector gorm.Dialector
	switch z.name {
	case "sqlite":
		dialector = testdb.SQLiteOn(pool)
	case "mysql":
		dialector = mysql.New(mysql.Config{Conn: pool})
	default:
		dialector = postgres.New(postgres.Config{Conn: pool, WithoutReturning: less != ""})
	}
	db, err := gorm.Open(dialector, config)
	require.NoError(t, err)
	if w.joins != nil {
		require.NoError(t, w.joins(db))
	}
	plugin := w.config
	plugin.Models = slices.Clone(plugin.Models)
	// What only one side of a relation declares is known once that side is.
	for _, table := range w.roots() {
		plugin.Models = append(plugin.Models, table.model)
	}
	require.NoError(t, db.Use(softdelete.New(plugin)))
	z.handles[zooHandle{w, less}] = db
	return db
}

// zooNaming gives some tables a schema.
type zooNaming struct {
	schema.NamingStrategy
	annex  string
	tables []string
}

func (n zooNaming) TableName(name string) string {
	table := n.NamingStrategy.TableName(name)
	if slices.Contains(n.tables, table) {
		return n.annex + "." + table
	}
	return table
}

// openAnnex makes the schema that some of a world's tables stand in.
func openAnnex(t *testing.T, base *gorm.DB, w *zooWorld) schema.Namer {
	t.Helper()
	annex := "zoo_" + strings.ToLower(rand.Text())
	require.NoError(t, base.Exec("CREATE SCHEMA "+annex).Error)
	t.Cleanup(func() { require.NoError(t, base.Exec("DROP SCHEMA "+annex+" CASCADE").Error) })
	for _, table := range w.tables {
		if slices.Contains(w.annex, table.name) {
			table.name = annex + "." + table.name
		}
	}
	return zooNaming{schema.NamingStrategy{IdentifierMaxLength: 63}, annex, w.annex}
}

// plant empties the tables of a world and fills them with rows.
func (z *zooDatabase) plant(t require.TestingT, rows *zooRows) {
	db := z.handle(t, rows.world, "").Session(&gorm.Session{SkipHooks: true})
	require.NoError(t, db.Transaction(func(tx *gorm.DB) error {
		return database.Unchecked(tx, func() error {
			for _, table := range slices.Backward(rows.world.tables) {
				if err := tx.Exec("DELETE FROM " + table.name).Error; err != nil {
					return err
				}
			}
			for _, table := range rows.world.tables {
				if err := z.fill(tx, table, rows.of(table)); err != nil {
					return err
				}
			}
			return nil
		})
	}))
	stored := z.dump(t, rows.world)
	require.Len(t, stored, len(rows.all))
	for _, row := range rows.all {
		row.live = stored[row.key()]
		row.now = row.live
		require.NotNil(t, row.now, "%s", row.key())
	}
}

func (z *zooDatabase) fill(tx *gorm.DB, table *zooTable, rows []*zooRow) error {
	if len(rows) == 0 {
		return nil
	}
	if table.model == nil {
		values := make([]map[string]any, len(rows))
		for i, row := range rows {
			values[i] = row.values
		}
		return tx.Table(table.name).Create(values).Error
	}
	return tx.Omit(clause.Associations).CreateInBatches(z.slice(table, rows, true), 1000).Error
}

// slice returns a pointer to a slice of a table's models, with their keys or all that was drawn.
func (z *zooDatabase) slice(table *zooTable, rows []*zooRow, whole bool) any {
	list := reflect.New(reflect.SliceOf(reflect.TypeOf(table.model).Elem()))
	list.Elem().Grow(len(rows))
	list.Elem().SetLen(len(rows))
	for i, row := range rows {
		z.setValue(list.Elem().Index(i), table, row, whole)
	}
	return list.Interface()
}

// setValue sets in a model the key of a row, or all that was drawn.
func (z *zooDatabase) setValue(value reflect.Value, table *zooTable, row *zooRow, whole bool) {
	for column, v := range row.values {
		if !whole && !slices.Contains(table.key, column) {
			continue
		}
		if err := z.schemas[table].FieldsByDBName[column].Set(context.Background(), value, v); err != nil {
			panic(fmt.Sprintf("%s.%s: %v", table.name, column, err))
		}
	}
}

// dump reads all rows of a world, past GORM's models.
func (z *zooDatabase) dump(t require.TestingT, w *zooWorld) map[string]zooColumns {
	all := map[string]zooColumns{}
	for _, table := range w.tables {
		z.dumpTable(t, table, all)
	}
	return all
}

func (z *zooDatabase) dumpTable(t require.TestingT, table *zooTable, all map[string]zooColumns) {
	rows, err := z.base.ConnPool.QueryContext(context.Background(), "SELECT * FROM "+table.name)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	names, err := rows.Columns()
	require.NoError(t, err)
	for rows.Next() {
		values := make([]any, len(names))
		places := make([]any, len(names))
		for i := range values {
			places[i] = &values[i]
		}
		require.NoError(t, rows.Scan(places...))
		columns := make(zooColumns, len(names))
		for i, name := range names {
			if name != table.name+"_"+table.unique { // a generated column, in the place of an index of some rows
				columns[name] = zooPlain(values[i])
			}
		}
		all[zooKey(table, columns)] = columns
	}
	require.NoError(t, rows.Err())
}

// zooPlain makes values of both databases comparable with ==.
func zooPlain(value any) any {
	switch v := value.(type) {
	case time.Time:
		return v.UTC().Round(0)
	case []byte:
		return string(v)
	case uint64: // of an unsigned column
		return int64(v) //nolint:gosec // small
	default:
		return v
	}
}

// without returns a copy of a row that lacks some columns.
func (c zooColumns) without(columns ...string) zooColumns {
	rest := maps.Clone(c)
	for _, column := range columns {
		delete(rest, column)
	}
	return rest
}
