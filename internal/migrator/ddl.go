package migrator

import (
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// DDL writes the statements of changes.
type DDL struct {
	DB      *gorm.DB
	Dialect *dialect.Dialect

	// Texts are the statements that made indexes, by table and name. An index that is
	// dropped comes back as it was; of one that is not known, its columns.
	Texts map[string]map[string]string

	concurrently string
	repeated     bool // the first statements may have been run, and the others have failed
}

// Text writes a statement.
func (w DDL) Text(parts ...session.Part) string {
	return session.Statement(w.DB, parts...).Statement.SQL.String()
}

// Statements are those of one change as somebody runs them by hand.
func (w DDL) Statements(c *Change) []string {
	if w.Dialect.AlterIndexes && !w.Dialect.IndexByIndex {
		return []string{w.alter(c)} // the column along, all or nothing
	}
	w.repeated = w.Dialect.IndexByIndex
	return Ups(w.Steps(c))
}

// Steps are the statements of one change.
func (w DDL) Steps(c *Change) []Statement {
	switch {
	case w.Dialect.AlterIndexes:
		return w.alterations(c)
	case w.Dialect.TableRebuild:
		list := w.drops(c)
		if c.Create {
			list = append(list, w.creates(c, c.Want.Name))
		}
		return list
	case w.concurrently != "":
		return w.beside(c)
	case c.Create && c.takesConstraintName():
		return w.replaceConstraint(c)
	}
	name := c.Want.Name
	var list []Statement
	if c.Create {
		if c.takesName() {
			name = Interim(name)
		}
		list = append(list, w.creates(c, name))
	}
	list = append(list, w.drops(c)...)
	if c.From != "" {
		name = c.From
	}
	if name != c.Want.Name {
		list = append(list, w.renames(c, name, c.Want.Name))
	}
	return list
}

// beside makes a change while others write. The index gets its name in the same
// moment in which the one before loses it.
func (w DDL) beside(c *Change) []Statement {
	var list []Statement
	name, now := c.Want.Name, c.From
	if c.Create {
		if now = name; c.takesName() {
			now = Interim(name)
		}
		list = append(list, w.creates(c, now))
	}
	if now == "" || now == name {
		return append(list, w.drops(c)...)
	}
	if !c.takesName() {
		list = append(list, w.drops(c)...)
		return append(list, w.renames(c, now, name))
	}
	list = append(list, w.renames(c, name, former(name)), w.renames(c, now, name))
	return append(list, w.drops(c.withFormer())...)
}

// withFormer is the change as the index by the wanted name has another.
func (c *Change) withFormer() *Change {
	rest := *c
	rest.Drop = slices.Clone(c.Drop)
	for i, old := range rest.Drop {
		if old.Name == c.Want.Name {
			rest.Drop[i].Name = former(old.Name)
		}
	}
	return &rest
}

// replaceConstraint puts an index in the place of a constraint of its name. By the
// first statement the constraint gets another: run again it fails, and each one after
// it, so that nothing is left behind.
func (w DDL) replaceConstraint(c *Change) []Statement {
	var list []Statement
	if c.Want.Unique && !c.keptApart() {
		// The index may be refused by the rows. That is found out before the
		// constraint is touched.
		probe := w.creates(c, Interim(c.Want.Name))
		probe.Why = "it is found out if the rows allow the index, before anything is changed"
		list = append(list, probe, Statement{Table: c.Table.Name, Up: probe.Down, Why: "it was a probe"})
		list[0].Down = ""
	}
	table, name := clause.Table{Name: c.Table.Name}, c.Want.Name
	renames := func(from, to string) string {
		return w.Text("ALTER TABLE ", table, " RENAME CONSTRAINT ", clause.Column{Name: from}, " TO ", clause.Column{Name: to})
	}
	list = append(list,
		Statement{Table: c.Table.Name, Up: renames(name, former(name)), Down: renames(former(name), name), Why: "an index takes the constraint's name, and then its place"},
		w.creates(c, name))
	return append(list, w.drops(c.withFormer())...)
}

func (w DDL) renames(c *Change, from, to string) Statement {
	renames := func(from, to string) string {
		return w.Text("ALTER INDEX ", c.Named(from), " RENAME TO ", clause.Column{Name: to})
	}
	return Statement{Table: c.Table.Name, Up: renames(from, to), Down: renames(to, from), Why: "an index takes the name of the one whose place it takes"}
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

func (w DDL) creates(c *Change, name string) Statement {
	return Statement{
		Table: c.Table.Name, Up: w.Create(c, name), Down: w.drop(c, name),
		Why: c.why(), NoTransaction: w.concurrently != "",
	}
}

func (w DDL) drop(c *Change, name string) string {
	return w.Text("DROP INDEX "+w.concurrently, c.Named(name))
}

func (w DDL) drops(c *Change) []Statement {
	var list []Statement
	for _, old := range c.Drop {
		s := Statement{Table: c.Table.Name, Why: c.whyNot(&old)}
		if old.Constraint {
			s.Up = w.Text("ALTER TABLE ", clause.Table{Name: c.Table.Name}, " DROP CONSTRAINT ", clause.Column{Name: old.Name})
			s.Down = w.Text("ALTER TABLE ", clause.Table{Name: c.Table.Name}, " ADD CONSTRAINT ", clause.Column{Name: old.Name}, " UNIQUE (", expr.Columns("", old.Columns), ")")
		} else {
			s.Up, s.Down = w.drop(c, old.Name), w.again(c, &old)
			s.NoTransaction = w.concurrently != ""
		}
		list = append(list, s)
	}
	return list
}

// again makes an index that was dropped, by the name that it had at last.
func (w DDL) again(c *Change, old *catalogue.Index) string {
	kind := "CREATE "
	if old.Unique {
		kind += "UNIQUE "
	}
	return w.Text(kind+"INDEX "+w.concurrently, clause.Column{Name: old.Name}, w.bodyOf(c, old))
}

// bodyOf is what stands behind the name of an index.
func (w DDL) bodyOf(c *Change, old *catalogue.Index) string {
	for _, name := range []string{old.Name, c.Want.Name} {
		if text := w.Texts[c.Table.Name][name]; text != "" && (name == old.Name || old.Name == former(name)) {
			if _, body, ok := strings.Cut(text, " ON "); ok {
				return " ON " + body
			}
		}
	}
	return w.Text(" ON ", clause.Table{Name: c.Table.Name}, " (", expr.Columns("", old.Columns), ")")
}

// Named is an index by its name: in the schema of its table.
func (c *Change) Named(name string) clause.Table {
	if i := strings.LastIndexByte(c.Table.Name, '.'); i >= 0 {
		name = c.Table.Name[:i+1] + name
	}
	return clause.Table{Name: name}
}

// why says what the index is for.
func (c *Change) why() string {
	columns := slices.DeleteFunc(slices.Clone(c.Want.Columns), func(name string) bool {
		return name == model.LiveColumn || name == c.Model.Marker.Field.DBName
	})
	if c.Want.Unique {
		return "no two live rows agree in " + strings.Join(columns, ", ")
	}
	for i := range c.Model.Indexes {
		own := &c.Model.Indexes[i]
		if own.Name != c.Want.Name {
			continue
		}
		switch own.Kind {
		case model.IndexOfTrash:
			return "trashed rows are found by when they were trashed"
		case model.IndexOfDeletion:
			return "the rows of one operation are found by its id"
		}
	}
	return "live rows are found by " + strings.Join(columns, ", ")
}

// whyNot says why an index goes.
func (c *Change) whyNot(old *catalogue.Index) string {
	switch {
	case !c.Create && c.From == "":
		return "the index " + c.Want.Name + " is there already"
	case old.Unique:
		return "it kept the values of trashed rows taken; one of live rows takes its place"
	}
	return "the index " + c.Want.Name + " takes its place"
}
