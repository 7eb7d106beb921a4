package doctor

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// missingTables finds soft-deletable models whose tables are not there. The
// remedy is what GORM would make of them, with the indexes of the plugin.
func (c *checkup) missingTables() error {
	var missing []*model.Table
	for _, t := range c.Tables {
		// A table of another schema is only found where the search is the database's.
		elsewhere := !c.Dialect.Regclass && strings.Contains(t.Name, ".")
		if t.Model != nil && c.known[t.Name] == nil && !c.texts.Views[t.Name] && !elsewhere {
			missing = append(missing, t)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	// A table that refers to another is made after it.
	slices.SortStableFunc(missing, func(a, b *model.Table) int { return cmp.Compare(a.Rank, b.Rank) })
	made, err := c.creations(missing)
	for _, t := range missing {
		message := "the database has no such table: softdelete.AutoMigrate makes it"
		c.add(Error, TableMissing, t, message, made[t]...)
	}
	return err
}

// creations are the statements by which GORM would create tables.
func (c *checkup) creations(missing []*model.Table) (map[*model.Table][]string, error) {
	record := &recorder{ConnPool: c.DB.Statement.ConnPool}
	tx := c.DB.Session(&gorm.Session{NewDB: true, SkipHooks: true, Logger: logger.Discard})
	tx.Statement.ConnPool = record
	values := make([]any, len(missing))
	for i, t := range missing {
		values[i] = model.NewOf(t.Schema.ModelType)
	}
	if err := tx.Migrator().CreateTable(values...); err != nil {
		return nil, fmt.Errorf("softdelete: writing the statements that create missing tables: %w", err)
	}
	made := map[*model.Table][]string{}
	for _, text := range record.statements {
		head, _, _ := strings.Cut(text, "(") // what comes after it may name other tables
		for _, t := range missing {
			if !strings.Contains(head+" ", " "+c.quote(t.Name)+" ") {
				continue
			}
			isOurs := func(i model.Index) bool {
				return strings.Contains(text, "INDEX "+c.quote(i.Name)+" ") || strings.Contains(text, " "+c.quote(i.Name)+" ON ")
			}
			if !c.Dialect.PartialIndex || !slices.ContainsFunc(t.Model.Indexes, isOurs) {
				made[t] = append(made[t], text)
			}
			break
		}
	}
	for _, t := range missing {
		empty := &catalogue.Table{Name: t.Name, Columns: map[string]catalogue.Column{}}
		for _, name := range t.Schema.DBNames {
			empty.Columns[name] = catalogue.Column{Name: name}
		}
		if !c.Dialect.PartialIndex {
			// GORM's plain index on the marker is in its CREATE TABLE.
			empty.Indexes = plainIndexes(t.Schema)
		}
		for _, change := range migrator.Changes(t.Model, empty, c.Dialect) {
			made[t] = append(made[t], c.statements(change)...)
		}
	}
	return made, nil
}

// plainIndexes are the indexes that GORM makes along with a table.
func plainIndexes(s *schema.Schema) []catalogue.Index {
	var list []catalogue.Index
	for _, i := range s.ParseIndexes() {
		have := catalogue.Index{Name: i.Name, Unique: i.Class == "UNIQUE", Valid: true, Plain: true}
		for _, option := range i.Fields {
			have.Columns = append(have.Columns, option.DBName)
		}
		list = append(list, have)
	}
	return list
}

// recorder takes statements down in place of running them. To those who move
// statements from one connection to another it is a transaction: they leave it.
type recorder struct {
	gorm.ConnPool

	statements []string
}

var errRecorded = errors.New("nothing is read while statements are written down")

func (r *recorder) ExecContext(_ context.Context, query string, _ ...any) (sql.Result, error) {
	r.statements = append(r.statements, query)
	return driver.RowsAffected(0), nil
}

func (r *recorder) Commit() error   { return nil }
func (r *recorder) Rollback() error { return nil }

func (r *recorder) QueryContext(context.Context, string, ...any) (*sql.Rows, error) {
	return nil, errRecorded
}

// columns finds markers and tracking columns that tables lack, and models that
// seem to be soft-deletable and are not.
func (c *checkup) columns() error {
	for _, t := range c.Tables {
		have := c.known[t.Name]
		switch {
		case t.Model == nil:
			c.lookAlikes(t)
		case have != nil && !c.texts.Views[t.Name]:
			c.missingColumns(t, have)
		}
	}
	return nil
}

func (c *checkup) missingColumns(t *model.Table, have *catalogue.Table) {
	m := t.Model
	var names, adds []string
	for _, field := range append(m.StampFields(), m.By, m.Reason, m.DeletionID) {
		if field == nil || have.Has([]string{field.DBName}) || slices.Contains(names, field.DBName) {
			continue
		}
		names = append(names, field.DBName)
		add := c.addColumn(t.Name, field, liveDefault(m, field))
		adds = append(adds, add)
		_, kind, _ := strings.Cut(add, " ADD COLUMN ")
		c.added[t.Name] = append(c.added[t.Name], catalogue.Column{Name: field.DBName, Type: kind})
	}
	if len(names) == 0 {
		return
	}
	message := "the table lacks the model's columns for soft deletes (" + strings.Join(names, ", ") + "): statements on the model fail"
	f := c.add(Error, MarkerColumnMissing, t, message, adds...)
	f.aboutColumns(t, names)
}

// liveDefault is what rows that are there already, and those that others insert,
// have to have in a new marker to be live; empty if NULL does.
func liveDefault(m *model.Model, field *schema.Field) string {
	switch live := m.Marker.Live.(type) {
	case string:
		if field == m.Marker.Field {
			return sqlString(live)
		}
	case bool, int:
		if field == m.Marker.Field && !m.Marker.OrNull {
			return fmt.Sprint(live)
		}
	}
	return ""
}

// addColumn writes the statement that gives a table a field's column.
func (c *checkup) addColumn(table string, field *schema.Field, live string) string {
	kind := c.typeOf(field)
	if upper := strings.ToUpper(kind); live != "" && !strings.Contains(upper, " DEFAULT ") {
		if !strings.Contains(upper, " NOT NULL") {
			kind = withoutNull(kind) + " NOT NULL"
		}
		kind += " DEFAULT " + live
	}
	return "ALTER TABLE " + c.quote(table) + " ADD COLUMN " + c.quoted([]string{field.DBName}) + " " + kind
}

// typeOf is the type of a field's column, with all that is said beside.
func (c *checkup) typeOf(field *schema.Field) string {
	return model.TypeOfColumn(c.DB, field)
}

// digitsOf is how many fractional digits of a second a column of a database
// keeps.
func digitsOf(d *dialect.Dialect, column catalogue.Column) int {
	if d.TextTime {
		return d.BareTimeDigits
	}
	p, _ := model.PrecisionOfType(d, column.Type)
	return model.DigitsOfStep(p.Step)
}
