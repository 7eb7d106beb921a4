package migrator

import (
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// DDL writes the statements of changes.
type DDL struct {
	DB           *gorm.DB
	Dialect      *dialect.Dialect
	concurrently string
}

// Text writes a statement.
func (w DDL) Text(parts ...session.Part) string {
	return session.Statement(w.DB, parts...).Statement.SQL.String()
}

// Statements are those of one change.
func (w DDL) Statements(c *Change) []string {
	switch {
	case w.Dialect.AlterIndexes:
		return []string{w.alter(c)}
	case w.Dialect.TableRebuild:
		list := w.drops(c)
		if c.Create {
			list = append(list, w.Create(c, c.Want.Name))
		}
		return list
	}
	if c.Create && c.takesConstraintName() {
		return w.replaceConstraint(c)
	}
	name := c.Want.Name
	var list []string
	if c.Create {
		if c.takesName() {
			name = Interim(name)
		}
		list = append(list, w.Create(c, name))
	}
	list = append(list, w.drops(c)...)
	if c.From != "" {
		name = c.From
	}
	if name != c.Want.Name {
		list = append(list, w.rename(c, name, c.Want.Name))
	}
	return list
}

// replaceConstraint puts an index in the place of a constraint of its name. By the
// first statement the constraint gets another: run again it fails, and each one after
// it, so that nothing is left behind.
func (w DDL) replaceConstraint(c *Change) []string {
	var list []string
	if c.Want.Unique && !c.keptApart() {
		// The index may be refused by the rows. That is found out before the
		// constraint is touched.
		name := Interim(c.Want.Name)
		list = append(list, w.Create(c, name), w.Text("DROP INDEX ", c.Named(name)))
	}
	rest := *c
	rest.Drop = slices.Clone(c.Drop)
	for i, old := range rest.Drop {
		if old.Name == c.Want.Name {
			rest.Drop[i].Name = former(old.Name)
			list = append(list, w.Text("ALTER TABLE ", clause.Table{Name: c.Table.Name},
				" RENAME CONSTRAINT ", clause.Column{Name: old.Name}, " TO ", clause.Column{Name: former(old.Name)}))
		}
	}
	list = append(list, w.Create(c, c.Want.Name))
	return append(list, w.drops(&rest)...)
}

func (w DDL) rename(c *Change, from, to string) string {
	return w.Text("ALTER INDEX ", c.Named(from), " RENAME TO ", clause.Column{Name: to})
}

// Create makes the index, by a name.
func (w DDL) Create(c *Change, name string) string {
	unique := ""
	if c.Want.Unique {
		unique = "UNIQUE "
	}
	parts := []session.Part{
		"CREATE " + unique + "INDEX " + w.concurrently,
		clause.Column{Name: name},
		" ON ",
		clause.Table{Name: c.Table.Name},
		" (", expr.Columns("", c.Want.Columns), ")",
	}
	if c.Want.Where != nil {
		parts = append(parts, " WHERE ", c.Want.Where)
	}
	return w.Text(parts...)
}

func (w DDL) drops(c *Change) []string {
	var list []string
	for _, old := range c.Drop {
		if old.Constraint {
			list = append(list, w.Text("ALTER TABLE ", clause.Table{Name: c.Table.Name}, " DROP CONSTRAINT ", clause.Column{Name: old.Name}))
		} else {
			list = append(list, w.Text("DROP INDEX "+w.concurrently, c.Named(old.Name)))
		}
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
		parts = append(parts, kind, clause.Column{Name: c.Want.Name}, " (", expr.Columns("", c.Want.Columns), ")")
	} else {
		parts[len(parts)-1] = ""
	}
	return w.Text(parts...)
}

// LiveColumn adds the generated column. SELECT * does not list it where the
// database has invisible columns: MariaDB, and MySQL since 8.0.23.
func (w DDL) LiveColumn(c *Change) clause.Expression {
	return expr.Func(func(b clause.Builder) {
		_, _ = b.WriteString("ADD COLUMN ")
		b.WriteQuoted(clause.Column{Name: model.LiveColumn})
		_, _ = b.WriteString(" tinyint GENERATED ALWAYS AS (CASE WHEN ")
		c.Model.MarkerCondition(model.LiveOnly).Build(b)
		_, _ = b.WriteString(" THEN 1 END) VIRTUAL /*!80023 INVISIBLE */ /*M!100303 INVISIBLE */")
	})
}

// Named is an index by its name: in the schema of its table.
func (c *Change) Named(name string) clause.Table {
	if i := strings.LastIndexByte(c.Table.Name, '.'); i >= 0 {
		name = c.Table.Name[:i+1] + name
	}
	return clause.Table{Name: name}
}
