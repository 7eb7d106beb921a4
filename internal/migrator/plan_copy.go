package migrator

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
)

// Where tables are changed by making them anew, one change goes on from what another has
// left. The plan is found out on a copy of the schema, in memory and without rows.

// planOnCopy runs the migration there, and lists what it does.
func (mg *Migration) planOnCopy(db *gorm.DB) ([]Statement, error) {
	found, err := mg.catalogue()
	if err != nil {
		return nil, err
	}
	for _, m := range mg.Models {
		if table := found[mg.tableOf(m)]; table != nil {
			if err := mg.checkTable(m, table, table); err != nil {
				return nil, err
			}
		}
	}
	pool, err := copyOf(mg.db)
	if err != nil {
		return nil, err
	}
	defer func() { _ = pool.Close() }()
	on := &listening{ConnPool: pool, explain: db.Explain, passOn: true}
	own := *mg
	own.ran = map[string]Statement{}
	if own.texts, err = mg.textsHere(found); err != nil {
		return nil, err
	}
	if err := own.run(onPool(db, on)); err != nil {
		return nil, err
	}
	var enforced bool
	if err := mg.look().Raw("PRAGMA foreign_keys").Scan(&enforced).Error; err != nil {
		return nil, err
	}
	return own.listed(on.list, enforced), nil
}

// textsHere are the statements that made the indexes of tables.
func (mg *Migration) textsHere(found map[string]*catalogue.Table) (map[string]map[string]string, error) {
	if len(found) == 0 {
		return nil, nil
	}
	texts, err := catalogue.DefinitionsOf(mg.look(), mg.Dialect, slices.Sorted(maps.Keys(found)))
	return texts.Indexes, err
}

// listed are the statements that were run, with what is known of them.
func (mg *Migration) listed(ran []string, enforced bool) []Statement {
	var list []Statement
	for _, sql := range ran {
		s, ours := mg.ran[sql]
		if !ours {
			s = mg.ofGORM(sql)
			if strings.Contains(sql, scratchOfGORM) {
				s.Down = ""
			}
			if s.Table == "" && len(list) > 0 {
				s.Table, s.Why = list[len(list)-1].Table, "it goes over to the table that was made anew"
			}
		}
		if table, ok := strings.CutPrefix(sql, droppedByGORM); ok {
			// In other quotes the plugin does not take it for GORM's: it moves no indexes
			// that the next statements move.
			s.Up = `DROP TABLE "` + strings.TrimSuffix(table, "`") + `"`
		}
		list = append(list, s)
	}
	return aroundAnew(list, enforced)
}

// aroundAnew puts the settings around statements that they need where a table is made
// anew. They are the connection's, and not changed in a transaction.
func aroundAnew(list []Statement, enforced bool) []Statement {
	if !slices.ContainsFunc(list, func(s Statement) bool { return strings.HasPrefix(s.Up, "DROP TABLE ") }) {
		return list
	}
	setting := func(name string, on bool, why string) Statement {
		text := func(on bool) string {
			return "PRAGMA " + name + " = " + map[bool]string{true: "ON", false: "OFF"}[on]
		}
		return Statement{Table: list[0].Table, Up: text(on), Down: text(!on), Why: why, NoTransaction: true}
	}
	list = append([]Statement{setting("legacy_alter_table", true, "a rename looks at no views, of a table that is gone for a moment")}, list...)
	list = append(list, setting("legacy_alter_table", false, "as it was"))
	if enforced {
		list = append([]Statement{setting("foreign_keys", false, "the rows of children do not go with a table that is made anew")}, list...)
		list = append(list, setting("foreign_keys", true, "as it was"))
	}
	return list
}

// memory opens a database of the same driver that nobody else has.
type memory struct{ of driver.Driver }

// Connect opens it.
func (m memory) Connect(context.Context) (driver.Conn, error) { return m.of.Open(":memory:") }

// Driver is the driver.
func (m memory) Driver() driver.Driver { return m.of }

// copyOf is a database with the same tables, and no rows.
func copyOf(db *gorm.DB) (*sql.DB, error) {
	pool, err := emptyLike(db)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	var all []made
	err = db.Raw("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type <> 'table', type = 'trigger', name").Scan(&all).Error
	if err != nil {
		return nil, err
	}
	ctx := db.Statement.Context
	for _, statement := range append([]string{"PRAGMA foreign_keys = OFF", "PRAGMA legacy_alter_table = ON"}, sqlOf(all)...) {
		if _, err := pool.ExecContext(ctx, statement); err != nil {
			_ = pool.Close()
			return nil, fmt.Errorf("softdelete: making a copy of the schema in memory, to plan on: %s: %w", statement, err)
		}
	}
	return pool, copySequences(db, pool, all)
}

func sqlOf(all []made) []string {
	var list []string
	for _, m := range all {
		isOf := func(virtual made) bool { return isVirtual(virtual) && strings.HasPrefix(m.Name, virtual.Name) }
		if m.Type == "view" || slices.ContainsFunc(all, isOf) {
			continue // no model's, and they may need what only the application's connection has
		}
		list = append(list, m.SQL)
	}
	return list
}

func isVirtual(m made) bool { return strings.HasPrefix(strings.ToUpper(m.SQL), "CREATE VIRTUAL ") }

// copySequences copies which keys were given out, of which a plan speaks.
func copySequences(db *gorm.DB, pool *sql.DB, all []made) error {
	if !slices.ContainsFunc(all, func(m made) bool { return strings.Contains(strings.ToUpper(m.SQL), "AUTOINCREMENT") }) {
		return nil
	}
	var sequences []struct {
		Name string
		Seq  int64
	}
	if err := db.Raw("SELECT name, seq FROM sqlite_sequence ORDER BY name").Scan(&sequences).Error; err != nil {
		return err
	}
	for _, s := range sequences {
		if _, err := pool.ExecContext(db.Statement.Context, "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", s.Name, s.Seq); err != nil {
			return err
		}
	}
	return nil
}

// emptyLike opens an empty database by the driver of a handle.
func emptyLike(db *gorm.DB) (*sql.DB, error) {
	if pool, err := db.DB(); err == nil {
		return sql.OpenDB(memory{pool.Driver()}), nil
	}
	for _, name := range []string{"sqlite", "sqlite3"} {
		if slices.Contains(sql.Drivers(), name) {
			return sql.Open(name, ":memory:")
		}
	}
	return nil, fmt.Errorf("softdelete: %w: a plan is made on a copy in memory, and the driver to open one with is not known", gorm.ErrUnsupportedDriver)
}
