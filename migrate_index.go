package softdelete

import (
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// indexChange is what it takes for a table to have an index.
type indexChange struct {
	model *model.Model
	table *catalogue.Table
	want  model.Definition

	create     bool              // it is not there, by any name
	from       string            // the name that it has, if that is another one
	drop       []catalogue.Index // what it takes the place of
	held       []string          // those of them that a foreign key cannot be without: they get another name
	unfinished []string          // remains of an interrupted change
	foreign    bool              // another index has the name
	odd        string            // what it would take the place of, and of which more is known than its columns
	addColumn  bool              // the table lacks the generated column
}

// changes lists what a table lacks of a model's indexes. Those on columns that it
// does not have are left out.
func changes(m *model.Model, table *catalogue.Table, d *dialect.Dialect) []*indexChange {
	var list []*indexChange
	for i := range m.Indexes {
		want := m.Define(&m.Indexes[i], d)
		needed := slices.DeleteFunc(slices.Clone(want.Columns), func(name string) bool { return name == model.LiveColumn })
		if !table.Has(append(needed, m.Marker.Field.DBName)) {
			continue
		}
		if c := changeTo(m, want, &m.Indexes[i], table, d); c != nil {
			list = append(list, c)
		}
	}
	return list
}

// changeTo is the change that a table needs to have an index, nil for none.
func changeTo(m *model.Model, want model.Definition, i *model.Index, table *catalogue.Table, d *dialect.Dialect) *indexChange {
	c := &indexChange{model: m, table: table, want: want, create: true}
	c.addColumn = slices.Contains(want.Columns, model.LiveColumn) && !table.Has([]string{model.LiveColumn})
	var spare []catalogue.Index
	for _, have := range table.Indexes {
		aside := isAside(m, &have, want, d)
		ours := have.Name == want.Name || aside
		switch {
		case !have.Valid:
			if ours {
				c.unfinished = append(c.unfinished, have.Name)
			}
		case fulfils(m, &have, want, d):
			isNew := aside && have.Name == interim(want.Name)
			if isNew && slices.Equal(have.Columns, want.Columns) {
				spare = append(spare, have)
			}
			// Of several the one of the right name is taken for it.
			if c.create || have.Name == want.Name {
				c.create, c.from = false, ""
				if isNew {
					c.from = have.Name
				}
			}
		case want.Unique && isOrdinaryUnique(&have, i, d) && !have.Plain:
			c.odd = have.Name
		case want.Unique && isOrdinaryUnique(&have, i, d), ours && isFormer(m, &have, want, d):
			c.drop = append(c.drop, have)
		case ours:
			c.foreign = true
		}
	}
	if c.from == "" {
		c.drop = append(c.drop, spare...) // Two processes have made it at once.
	}
	c.foreign = c.foreign && c.create
	if !c.create && c.from == "" && c.odd == "" && len(c.drop) == 0 && len(c.unfinished) == 0 {
		return nil
	}
	return c
}

// isAside tells if an index is what an interrupted change to another has left: by
// its name, which is no other's of the model, and its columns.
func isAside(m *model.Model, have *catalogue.Index, want model.Definition, d *dialect.Dialect) bool {
	return d.Concurrently != "" && (have.Name == interim(want.Name) || have.Name == former(want.Name)) &&
		!slices.ContainsFunc(m.Indexes, func(other model.Index) bool { return other.Name == have.Name }) &&
		(!have.Valid || slices.ContainsFunc(have.Columns, func(name string) bool { return slices.Contains(want.Columns, name) }))
}

// fulfils tells if an index is what is wanted: the same, or, where none is to be
// unique, one that begins with the same columns.
func fulfils(m *model.Model, have *catalogue.Index, want model.Definition, d *dialect.Dialect) bool {
	if d.PartialIndex && !m.SameCondition(have.Where, want.Where) {
		return false
	}
	if want.Unique {
		return have.Unique && model.SameSet(have.Columns, want.Columns)
	}
	return !have.Unique && len(have.Columns) >= len(want.Columns) && slices.Equal(have.Columns[:len(want.Columns)], want.Columns)
}

// isOrdinaryUnique tells if an index lets no two rows, live or trashed, agree in
// the columns of a live-only one.
func isOrdinaryUnique(have *catalogue.Index, i *model.Index, d *dialect.Dialect) bool {
	return have.Unique && !have.Primary && (have.Where == "" || !d.PartialIndex) && model.SameSet(have.Columns, i.Columns())
}

// isFormer tells if an index by the name of one that is wanted is what a former
// version of the model, or GORM's plain tag, made there: on no other columns, or
// for the same rows.
func isFormer(m *model.Model, have *catalogue.Index, want model.Definition, d *dialect.Dialect) bool {
	if have.Unique && !want.Unique {
		return false // What keeps rows apart is not given up for what does not.
	}
	if d.PartialIndex && have.Where != "" {
		return m.SameCondition(have.Where, want.Where)
	}
	return !slices.ContainsFunc(have.Columns, func(name string) bool { return !slices.Contains(want.Columns, name) }) ||
		slices.Contains(have.Columns, model.LiveColumn)
}

// interim is the name of an index until the one whose place it takes is gone.
func interim(name string) string { return suffixed(name, "_new") }

// former is the name of an index from when another has taken its own until it is gone.
func former(name string) string { return suffixed(name, "_former") }

// suffixed is a name with something at its end, as long as a name can be.
func suffixed(name, suffix string) string {
	const longest = 63 // bytes of a name that PostgreSQL keeps
	for len(name)+len(suffix) > longest {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name + suffix
}

// ddl writes the statements of changes.
type ddl struct {
	db           *gorm.DB
	d            *dialect.Dialect
	concurrently string
}

func (w ddl) text(parts ...session.Part) string {
	return session.Statement(w.db, parts...).Statement.SQL.String()
}

// statements are those of one change.
func (w ddl) statements(c *indexChange) []string {
	switch {
	case w.d.AlterIndexes:
		return []string{w.alter(c)}
	case w.d.TableRebuild:
		list := w.drops(c)
		if c.create {
			list = append(list, w.create(c, c.want.Name))
		}
		return list
	}
	name := c.want.Name
	var list []string
	if c.create {
		if c.takesName() {
			name = interim(name)
		}
		list = append(list, w.create(c, name))
	}
	list = append(list, w.drops(c)...)
	if c.from != "" {
		name = c.from
	}
	if name != c.want.Name {
		list = append(list, w.rename(c, name, c.want.Name))
	}
	return list
}

// takesName tells if the index takes the name of one that goes.
func (c *indexChange) takesName() bool {
	return slices.ContainsFunc(c.drop, func(old catalogue.Index) bool { return old.Name == c.want.Name })
}

func (w ddl) rename(c *indexChange, from, to string) string {
	return w.text("ALTER INDEX ", c.named(from), " RENAME TO ", clause.Column{Name: to})
}

func (w ddl) create(c *indexChange, name string) string {
	unique := ""
	if c.want.Unique {
		unique = "UNIQUE "
	}
	parts := []session.Part{
		"CREATE " + unique + "INDEX " + w.concurrently,
		clause.Column{Name: name},
		" ON ",
		clause.Table{Name: c.table.Name},
		" (", expr.Columns("", c.want.Columns), ")",
	}
	if c.want.Where != nil {
		parts = append(parts, " WHERE ", c.want.Where)
	}
	return w.text(parts...)
}

func (w ddl) drops(c *indexChange) []string {
	var list []string
	for _, old := range c.drop {
		if old.Constraint {
			list = append(list, w.text("ALTER TABLE ", clause.Table{Name: c.table.Name}, " DROP CONSTRAINT ", clause.Column{Name: old.Name}))
		} else {
			list = append(list, w.text("DROP INDEX "+w.concurrently, c.named(old.Name)))
		}
	}
	return list
}

// alter is the whole of a change in one ALTER TABLE.
func (w ddl) alter(c *indexChange) string {
	parts := []session.Part{"ALTER TABLE ", clause.Table{Name: c.table.Name}, " "}
	if c.addColumn {
		parts = append(parts, w.liveColumn(c), ", ")
	}
	for _, old := range c.drop {
		if slices.Contains(c.held, old.Name) {
			parts = append(parts, "RENAME INDEX ", clause.Column{Name: old.Name}, " TO ", clause.Column{Name: c.heldName(old.Name)}, ", ")
			continue
		}
		parts = append(parts, "DROP INDEX ", clause.Column{Name: old.Name}, ", ")
	}
	kind := "ADD INDEX "
	if c.want.Unique {
		kind = "ADD UNIQUE INDEX "
	}
	if c.create {
		parts = append(parts, kind, clause.Column{Name: c.want.Name}, " (", expr.Columns("", c.want.Columns), ")")
	} else {
		parts[len(parts)-1] = ""
	}
	return w.text(parts...)
}

// liveColumn adds the generated column. SELECT * does not list it where the
// database has invisible columns: MariaDB, and MySQL since 8.0.23.
func (w ddl) liveColumn(c *indexChange) clause.Expression {
	return expr.Func(func(b clause.Builder) {
		_, _ = b.WriteString("ADD COLUMN ")
		b.WriteQuoted(clause.Column{Name: model.LiveColumn})
		_, _ = b.WriteString(" tinyint GENERATED ALWAYS AS (CASE WHEN ")
		c.model.MarkerCondition(model.LiveOnly).Build(b)
		_, _ = b.WriteString(" THEN 1 END) VIRTUAL /*!80023 INVISIBLE */ /*M!100303 INVISIBLE */")
	})
}

// named is an index by its name: in the schema of its table.
func (c *indexChange) named(name string) clause.Table {
	if i := strings.LastIndexByte(c.table.Name, '.'); i >= 0 {
		name = c.table.Name[:i+1] + name
	}
	return clause.Table{Name: name}
}
