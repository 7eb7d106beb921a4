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
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// indexChange is what it takes for a table to have an index.
type indexChange struct {
	model *model
	table *catalogue.Table
	want  definition

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
func changes(m *model, table *catalogue.Table, d *dialect.Dialect) []*indexChange {
	var list []*indexChange
	for i := range m.indexes {
		want := m.define(&m.indexes[i], d)
		needed := slices.DeleteFunc(slices.Clone(want.columns), func(name string) bool { return name == liveColumn })
		if !table.Has(append(needed, m.marker.field.DBName)) {
			continue
		}
		if c := changeTo(m, want, &m.indexes[i], table, d); c != nil {
			list = append(list, c)
		}
	}
	return list
}

// changeTo is the change that a table needs to have an index, nil for none.
func changeTo(m *model, want definition, i *index, table *catalogue.Table, d *dialect.Dialect) *indexChange {
	c := &indexChange{model: m, table: table, want: want, create: true}
	c.addColumn = slices.Contains(want.columns, liveColumn) && !table.Has([]string{liveColumn})
	var spare []catalogue.Index
	for _, have := range table.Indexes {
		aside := isAside(m, &have, want, d)
		ours := have.Name == want.name || aside
		switch {
		case !have.Valid:
			if ours {
				c.unfinished = append(c.unfinished, have.Name)
			}
		case fulfils(m, &have, want, d):
			isNew := aside && have.Name == interim(want.name)
			if isNew && slices.Equal(have.Columns, want.columns) {
				spare = append(spare, have)
			}
			// Of several the one of the right name is taken for it.
			if c.create || have.Name == want.name {
				c.create, c.from = false, ""
				if isNew {
					c.from = have.Name
				}
			}
		case want.unique && isOrdinaryUnique(m, &have, i, d) && !have.Plain:
			c.odd = have.Name
		case want.unique && isOrdinaryUnique(m, &have, i, d), ours && isFormer(m, &have, want, d):
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
func isAside(m *model, have *catalogue.Index, want definition, d *dialect.Dialect) bool {
	return d.Concurrently != "" && (have.Name == interim(want.name) || have.Name == former(want.name)) &&
		!slices.ContainsFunc(m.indexes, func(other index) bool { return other.name == have.Name }) &&
		(!have.Valid || slices.ContainsFunc(have.Columns, func(name string) bool { return slices.Contains(want.columns, name) }))
}

// fulfils tells if an index is what is wanted: the same, or, where none is to be
// unique, one that begins with the same columns.
func fulfils(m *model, have *catalogue.Index, want definition, d *dialect.Dialect) bool {
	if d.PartialIndex && !m.sameCondition(have.Where, want.where) {
		return false
	}
	if want.unique {
		return have.Unique && sameSet(have.Columns, want.columns)
	}
	return !have.Unique && len(have.Columns) >= len(want.columns) && slices.Equal(have.Columns[:len(want.columns)], want.columns)
}

// isLiveColumn tells if a generated column is of the model's marker, whatever the
// database makes of its condition when it prints it.
func (m *model) isLiveColumn(column catalogue.Column) bool {
	is, want := plainCondition(column.Expression), plainCondition(textOf(m.markerCondition(liveOnly)))
	name := strings.ToLower(m.marker.field.DBName)
	for _, part := range []string{name + "isnull", name + "="} {
		if strings.Contains(is, part) != strings.Contains(want, part) {
			return false
		}
	}
	return true
}

// isOrdinaryUnique tells if an index lets no two rows, live or trashed, agree in
// the columns of a live-only one.
func isOrdinaryUnique(m *model, have *catalogue.Index, i *index, d *dialect.Dialect) bool {
	return have.Unique && !have.Primary && (have.Where == "" || !d.PartialIndex) && sameSet(have.Columns, i.columns())
}

// isFormer tells if an index by the name of one that is wanted is what a former
// version of the model, or GORM's plain tag, made there: on no other columns, or
// for the same rows.
func isFormer(m *model, have *catalogue.Index, want definition, d *dialect.Dialect) bool {
	if have.Unique && !want.unique {
		return false // What keeps rows apart is not given up for what does not.
	}
	if d.PartialIndex && have.Where != "" {
		return m.sameCondition(have.Where, want.where)
	}
	return !slices.ContainsFunc(have.Columns, func(name string) bool { return !slices.Contains(want.columns, name) }) ||
		slices.Contains(have.Columns, liveColumn)
}

// sameCondition compares the condition of an index, as the database prints it,
// with one that is to be.
func (m *model) sameCondition(have string, want clause.Expression) bool {
	if want == nil || have == "" {
		return (want == nil) == (have == "")
	}
	if plainCondition(have) == plainCondition(textOf(want)) {
		return true
	}
	// A time is printed in the session's own zone.
	zero, isText := m.marker.live.(string)
	if !isText {
		return false
	}
	before, _, found := strings.Cut(plainCondition(textOf(want)), plainCondition("'"+zero+"'"))
	return found && strings.HasPrefix(plainCondition(have), before+"'")
}

// plainCondition is a condition without what databases add to it when they print
// it: quotes of names, parentheses, spaces, casts.
func plainCondition(text string) string {
	text = strings.ToLower(text)
	if before, _, found := strings.Cut(text, "::"); found && strings.HasSuffix(before, "'") {
		text = before
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("\"`()[] \t\r\n", r) {
			return -1
		}
		return r
	}, text)
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
			list = append(list, w.create(c, c.want.name))
		}
		return list
	}
	name := c.want.name
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
	if name != c.want.name {
		list = append(list, w.rename(c, name, c.want.name))
	}
	return list
}

// takesName tells if the index takes the name of one that goes.
func (c *indexChange) takesName() bool {
	return slices.ContainsFunc(c.drop, func(old catalogue.Index) bool { return old.Name == c.want.name })
}

func (w ddl) rename(c *indexChange, from, to string) string {
	return w.text("ALTER INDEX ", c.named(from), " RENAME TO ", clause.Column{Name: to})
}

func (w ddl) create(c *indexChange, name string) string {
	unique := ""
	if c.want.unique {
		unique = "UNIQUE "
	}
	parts := []session.Part{
		"CREATE " + unique + "INDEX " + w.concurrently,
		clause.Column{Name: name},
		" ON ",
		clause.Table{Name: c.table.Name},
		" (", expr.Columns("", c.want.columns), ")",
	}
	if c.want.where != nil {
		parts = append(parts, " WHERE ", c.want.where)
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
	if c.want.unique {
		kind = "ADD UNIQUE INDEX "
	}
	if c.create {
		parts = append(parts, kind, clause.Column{Name: c.want.name}, " (", expr.Columns("", c.want.columns), ")")
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
		b.WriteQuoted(clause.Column{Name: liveColumn})
		_, _ = b.WriteString(" tinyint GENERATED ALWAYS AS (CASE WHEN ")
		c.model.markerCondition(liveOnly).Build(b)
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

// textOf is a condition of an index as text, its names unquoted.
func textOf(e clause.Expression) string {
	var b textBuilder
	e.Build(&b)
	return b.String()
}

// textBuilder builds what has no parameters, and needs no database.
type textBuilder struct{ strings.Builder }

func (b *textBuilder) WriteQuoted(field any) {
	if column, ok := field.(clause.Column); ok {
		_, _ = b.WriteString(column.Name)
	}
}

func (*textBuilder) AddVar(clause.Writer, ...any) {}

func (*textBuilder) AddError(err error) error { return err }
