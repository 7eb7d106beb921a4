package migrator

import (
	"slices"
	"strings"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// alterations are the statements of a change where one ALTER TABLE makes it. The
// generated column comes by a statement of its own, which takes no time; with others it
// would copy the table.
func (w DDL) alterations(c *Change) []Statement {
	table, rest := clause.Table{Name: c.Table.Name}, *c
	rest.AddColumn = false
	var list []Statement
	if c.AddColumn && !c.Table.Has([]string{model.LiveColumn}) {
		list = append(list, Statement{
			Table: c.Table.Name, addsMarker: true,
			Up:   w.Text("ALTER TABLE ", table, " ", w.LiveColumn(c)),
			Down: w.Text("ALTER TABLE ", table, " DROP COLUMN ", clause.Column{Name: model.LiveColumn}),
			Why:  "it is 1 in live rows and NULL, equal to nothing, in trashed ones",
		})
	}
	if w.Dialect.IndexByIndex {
		return append(list, w.oneByOne(&rest)...)
	}
	why := c.why()
	if !c.Create && len(c.Drop) > 0 {
		why = c.whyNot(&c.Drop[0])
	}
	return append(list, Statement{Table: c.Table.Name, Up: w.alter(&rest), Down: w.alterBack(&rest), Why: why})
}

// Alter lists the statements that change a table by several parts of ALTER TABLE.
func (w DDL) Alter(table string, parts ...string) []string {
	if !w.Dialect.IndexByIndex {
		parts = []string{strings.Join(parts, ", ")}
	}
	list := make([]string, len(parts))
	for i, part := range parts {
		list[i] = w.Text("ALTER TABLE ", clause.Table{Name: table}, " "+part)
	}
	return list
}

// alter is the whole of a change in one ALTER TABLE.
func (w DDL) alter(c *Change) string {
	parts := []session.Part{"ALTER TABLE ", clause.Table{Name: c.Table.Name}, " "}
	if c.AddColumn {
		parts = append(parts, w.LiveColumn(c), ", ")
	}
	for _, old := range c.Drop {
		if slices.Contains(c.held, old.Name) {
			parts = append(parts, "RENAME INDEX ", clause.Column{Name: old.Name}, " TO ", clause.Column{Name: c.heldName(old.Name)}, ", ")
			continue
		}
		parts = append(parts, "DROP INDEX ", clause.Column{Name: old.Name}, ", ")
	}
	kind := "ADD INDEX "
	if c.Want.Unique {
		kind = "ADD UNIQUE INDEX "
	}
	if c.Create {
		parts = append(parts, kind, clause.Column{Name: c.Want.Name}, " (", c.listed(), ")")
	} else {
		parts[len(parts)-1] = ""
	}
	return w.Text(parts...)
}

// listed is what the new index is of.
func (c *Change) listed() session.Part {
	if c.List != "" {
		return c.List
	}
	return expr.Columns("", c.Want.Columns)
}

// alterBack takes it back. What the database made for a foreign key by itself, and
// gave up for the new index, is there again.
func (w DDL) alterBack(c *Change) string {
	parts := []session.Part{"ALTER TABLE ", clause.Table{Name: c.Table.Name}, " "}
	if c.Create {
		parts = append(parts, "DROP INDEX ", clause.Column{Name: c.Want.Name}, ", ")
	}
	add := func(old *catalogue.Index) {
		kind := "ADD INDEX "
		if old.Unique {
			kind = "ADD UNIQUE INDEX "
		}
		parts = append(parts, kind, clause.Column{Name: old.Name}, " "+w.listOf(c, old), ", ")
	}
	for i := range c.Drop {
		if old := &c.Drop[i]; slices.Contains(c.held, old.Name) {
			parts = append(parts, "RENAME INDEX ", clause.Column{Name: c.heldName(old.Name)}, " TO ", clause.Column{Name: old.Name}, ", ")
		} else {
			add(old)
		}
	}
	for i := range c.yielding {
		add(&c.yielding[i])
	}
	return w.Text(parts[:len(parts)-1]...)
}

// listOf are the columns of an index in parentheses.
func (w DDL) listOf(c *Change, old *catalogue.Index) string {
	body := w.bodyOf(c, old)
	return body[strings.IndexByte(body, '('):]
}

// LiveColumn adds the generated column. SELECT * does not list it where the
// database has invisible columns: MariaDB, and MySQL since 8.0.23.
func (w DDL) LiveColumn(c *Change) clause.Expression {
	return expr.Func(func(b clause.Builder) {
		_, _ = b.WriteString("ADD COLUMN ")
		if w.repeated {
			_, _ = b.WriteString("IF NOT EXISTS ")
		}
		b.WriteQuoted(clause.Column{Name: model.LiveColumn})
		_, _ = b.WriteString(" tinyint GENERATED ALWAYS AS (CASE WHEN ")
		c.Model.MarkerCondition(model.LiveOnly).Build(b)
		_, _ = b.WriteString(" THEN 1 END) VIRTUAL" + w.Dialect.Hidden)
	})
}
