package migrator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// DDL lists what a migration adds to GORM's own on an empty database. It runs no
// statement.
func (mg *Migration) DDL(db *gorm.DB) ([]Statement, error) {
	db = mg.withoutRelations(db)
	mg.db = session.Fresh(db, gorm.Session{})
	will := &predicted{dialect: mg.Dialect, tables: map[string]*catalogue.Table{}}
	withKeys := !db.DisableForeignKeyConstraintWhenMigrating && !db.IgnoreRelationshipsWhenMigrating
	texts := map[string]map[string]string{}
	for _, s := range mg.Schemas {
		name := mg.tableFor(s)
		will.predict(s, name, withKeys)
		texts[name] = mg.textsOf(db, s)
	}
	var list []Statement
	for _, m := range mg.Joins {
		list = append(list, mg.joinColumns(db, m, will, withKeys)...)
	}
	w := DDL{DB: mg.db, Dialect: mg.Dialect, Texts: texts}
	for _, m := range mg.Models {
		name := mg.tableOf(m)
		if !mg.Dialect.Regclass && strings.Contains(name, ".") {
			return nil, mg.unknownPlace(m)
		}
		added, after, err := mg.steps(w, m, will.tables[name], will.keys, func(*Change) bool { return true })
		if err != nil {
			return nil, err
		}
		will.tables[name] = after
		left := mg.leftovers(db, w, m)
		if mg.Dialect.TableRebuild {
			added, left = left, added // the indexes of the table that is made anew
		}
		list = append(append(list, added...), left...)
	}
	if mg.Dialect.TableRebuild {
		list = aroundAnew(list, true) // it may be that they are enforced
	}
	return list, nil
}

func (mg *Migration) tableFor(s *schema.Schema) string {
	if mg.Table != "" {
		return mg.Table
	}
	return s.Table
}

// steps are the statements by which a table gets a model's indexes, those of them that
// are wanted now, one change after the other, and what it is then.
func (mg *Migration) steps(w DDL, m *model.Model, table *catalogue.Table, keys []*catalogue.ForeignKey, now func(*Change) bool) ([]Statement, *catalogue.Table, error) {
	var list []Statement
	for range tries {
		if table == nil {
			return list, nil, nil
		}
		changes := slices.DeleteFunc(Changes(m, table, mg.Dialect), func(c *Change) bool { return !now(c) })
		if len(changes) == 0 {
			return list, table, nil
		}
		for _, c := range changes {
			c.Table = table
			if err := c.forbidden(); err != nil {
				return nil, nil, err
			}
			if mg.Dialect.ForeignKeyIndex {
				c.Hold(keys)
			}
			for _, name := range c.Unfinished {
				list = append(list, Statement{Table: table.Name, Up: w.drop(c, name), Why: "the making of it was interrupted"})
			}
			if c.Create || c.From != "" || len(c.Drop) > 0 {
				list = append(list, w.Steps(c)...)
			}
			table = c.apply()
		}
	}
	return nil, nil, fmt.Errorf("softdelete: model %s: its indexes on %s contradict each other", m.Name(), table.Name)
}

// textsOf are the statements by which GORM makes the indexes of a schema.
func (mg *Migration) textsOf(db *gorm.DB, s *schema.Schema) map[string]string {
	texts := map[string]string{}
	for _, index := range indexesOf(s) {
		if made := mg.told(db, func(m gorm.Migrator) error { return m.CreateIndex(model.NewOf(s.ModelType), index.Name) }); len(made) == 1 {
			texts[index.Name] = made[0]
		}
	}
	return texts
}

// told lists the statements that GORM's migrator would run, without running them.
func (mg *Migration) told(db *gorm.DB, run func(gorm.Migrator) error) []string {
	parsing.Lock()
	defer parsing.Unlock()
	var list []string
	tx := db.Session(&gorm.Session{DryRun: true, Logger: &listener{Interface: logger.Discard, each: func(sql string) { list = append(list, sql) }}})
	if err := run(tx.Migrator()); err != nil {
		return nil
	}
	return list
}

// listener is a logger that hears of statements.
type listener struct {
	logger.Interface
	each func(sql string)
}

// LogMode keeps it.
func (l *listener) LogMode(logger.LogLevel) logger.Interface { return l }

// Trace hears of a statement.
func (l *listener) Trace(_ context.Context, _ time.Time, fc func() (string, int64), _ error) {
	sql, _ := fc()
	l.each(sql)
}

// joinColumns are the statements by which a join table that GORM has made by a schema of
// its own becomes that of its model.
func (mg *Migration) joinColumns(db *gorm.DB, m *model.Model, will *predicted, withKeys bool) []Statement {
	s := m.Schema
	before := will.tables[s.Table]
	if before == nil {
		will.predict(s, s.Table, withKeys)
		return nil
	}
	had := *before
	had.Indexes = slices.Clone(before.Indexes)
	table, value := clause.Table{Name: s.Table}, model.NewOf(s.ModelType)
	w := DDL{DB: mg.db, Dialect: mg.Dialect}
	var list []Statement
	const why = "the model of the join table has it"
	for _, column := range s.DBNames {
		if had.Has([]string{column}) || s.FieldsByDBName[column].IgnoreMigration {
			continue
		}
		for _, sql := range mg.told(db, func(m gorm.Migrator) error { return m.AddColumn(value, column) }) {
			list = append(list, Statement{Table: s.Table, Up: sql, Down: w.Text("ALTER TABLE ", table, " DROP COLUMN ", clause.Column{Name: column}), Why: why})
		}
	}
	for _, index := range indexesOf(s) {
		if had.Index(index.Name) != nil {
			continue
		}
		for _, sql := range mg.told(db, func(m gorm.Migrator) error { return m.CreateIndex(value, index.Name) }) {
			drop := w.Text("DROP INDEX ", (&Change{Table: &had}).Named(index.Name))
			if mg.Dialect.AlterIndexes {
				drop = w.Text("ALTER TABLE ", table, " DROP INDEX ", clause.Column{Name: index.Name})
			}
			list = append(list, Statement{Table: s.Table, Up: sql, Down: drop, Why: why})
		}
	}
	will.predict(s, s.Table, withKeys)
	return list
}
