package softdelete

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// DuplicateError says that live rows agree in columns that are to be unique among
// live rows. AutoMigrate returns it; nothing was changed for the index. It is an
// ErrConflict, and so a gorm.ErrDuplicatedKey, for errors.Is.
type DuplicateError struct {
	Model      string   // name of the Go type
	Constraint string   // the index that is to be
	Columns    []string // in which the rows agree

	// Keys are the primary keys of the rows, in the order and the types of the
	// model's fields; rows that agree stand together. At most 20.
	Keys [][]any
}

// mostDuplicates is how many rows a DuplicateError names.
const mostDuplicates = 20

// Error returns the message: the model, the columns, and the primary keys where
// these are numbers or UUIDs. Texts, which may say more, are in Keys only.
func (e *DuplicateError) Error() string {
	shown := make([]string, 0, len(e.Keys))
	for _, key := range e.Keys {
		if text, ok := surrogate(key); ok {
			shown = append(shown, text)
		}
	}
	rows := ""
	if len(shown) > 0 {
		rows = ": those with the primary key " + strings.Join(shown, ", ")
		if len(e.Keys) == mostDuplicates {
			rows += " and maybe more"
		}
	}
	return fmt.Sprintf("softdelete: model %s: live rows agree in %s, which the index %s makes unique%s: change or delete all but one",
		e.Model, strings.Join(e.Columns, ", "), e.Constraint, rows)
}

// Unwrap makes a DuplicateError an ErrConflict for errors.Is.
func (e *DuplicateError) Unwrap() error { return ErrConflict }

// duplicates are live rows that agree in columns that are to be unique among live rows.
type duplicates struct {
	Model      string
	Constraint string
	Columns    []string
	Keys       [][]any
}

// Error names the index.
func (d *duplicates) Error() string { return "live rows agree in the columns of " + d.Constraint }

// surrogate writes a key if it says nothing but which row is meant.
func surrogate(key []any) (string, bool) {
	parts := make([]string, len(key))
	for i, value := range key {
		plain := model.Plain(value)
		parts[i] = model.Text(plain)
		if s, isText := plain.(string); isText && uuid.Validate(s) != nil {
			return "", false
		}
	}
	if len(parts) == 1 {
		return parts[0], true
	}
	return "(" + strings.Join(parts, ", ") + ")", true
}

// checkDuplicates looks for live rows that agree in the columns of a new index.
func (mg *migration) checkDuplicates(c *indexChange) error {
	m := c.model
	if len(m.Schema.PrimaryFields) == 0 {
		return nil // the database will say so, without naming the rows
	}
	var columns []string
	for _, name := range c.want.Columns {
		if name != model.LiveColumn {
			columns = append(columns, name)
		}
	}
	table, key := c.table.Name, model.PrimaryNames(m.Schema)
	live := func(name string) clause.Expression {
		return &model.RowFilter{Model: m, Table: name, Show: model.LiveOnly}
	}
	found := &duplicates{Model: m.Name(), Constraint: c.want.Name, Columns: columns}
	dest, take := session.KeyScan(len(key))
	var err error
	_, queryErr := session.Query(mg.look(), dest, func() {
		var typed []any
		if typed, err = model.TypedKey(m.Schema, take()); err == nil {
			found.Keys = append(found.Keys, typed)
		}
	},
		"SELECT ", expr.Columns(table, key), " FROM ", clause.Table{Name: table}, " WHERE ", live(table), " AND ",
		expr.Func(func(b clause.Builder) { expr.WriteColumns(b, expr.Columns(table, columns), len(columns) > 1) }),
		" IN (SELECT ", expr.Columns(rows.ChildName, columns), " FROM ", clause.Table{Name: table, Alias: rows.ChildName},
		" WHERE ", live(rows.ChildName), " AND ", expr.NotNull(rows.ChildName, columns),
		" GROUP BY ", expr.Columns(rows.ChildName, columns), " HAVING count(*) > 1) ORDER BY ", expr.Columns(table, append(columns, key...)),
		fmt.Sprintf(" LIMIT %d", mostDuplicates),
	)
	switch {
	case queryErr != nil:
		return fmt.Errorf("softdelete: model %s: looking for live rows that agree in %s: %w", m.Name(), strings.Join(columns, ", "), queryErr)
	case err != nil:
		return err
	case len(found.Keys) > 0:
		return found
	}
	return nil
}
