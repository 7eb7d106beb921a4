package migrator

import (
	"errors"
	"slices"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Where one ALTER TABLE cannot put an index in the place of another, there are several, none
// of which ends with live rows that nothing keeps apart: the new one is made first, by
// another name. Others may make the same change at once. The one before is renamed before it
// is dropped, so that who comes late has no name to drop by which the new one goes.

// oneByOne are the statements of a change, each for itself.
func (w DDL) oneByOne(c *Change) []Statement {
	var list []Statement
	name, now := c.Want.Name, c.From
	if c.Create {
		if now = name; c.takesName() {
			now = Interim(name)
			list = append(list, w.dropsLeft(c, now)...)
			for i := range list {
				list[i].gives = "" // the one with the name is there still
			}
		}
		list = append(list, w.adds(c, now))
	}
	takes := now != "" && now != name
	left := former(name)
	if takes {
		list = append(list, w.dropsLeft(c, left)...)
	}
	gone := func(old string) bool { return now != name && now != "" && (old == left || old == now) }
	for _, old := range c.Drop {
		switch {
		case gone(old.Name): // before
		case slices.Contains(c.held, old.Name):
			s := w.renamesIndex(c, old.Name, c.heldName(old.Name))
			s.Why = "a foreign key cannot be without it"
			list = append(list, s)
		case takes && old.Name == name:
			list = append(list, w.renamesIndex(c, name, former(name)), w.renamesIndex(c, now, name))
			takes, old.Name = false, former(name)
			fallthrough
		default:
			list = append(list, w.dropsIndex(c, &old))
		}
	}
	if takes {
		list = append(list, w.renamesIndex(c, now, name))
	}
	return list
}

// dropsLeft drops what an earlier change, which was cut short, has left by a name that is
// needed.
func (w DDL) dropsLeft(c *Change, name string) []Statement {
	for i := range c.Drop {
		if c.Drop[i].Name == name {
			return []Statement{w.dropsIndex(c, &c.Drop[i])}
		}
	}
	return nil
}

// altered writes an ALTER TABLE.
func (w DDL) altered(c *Change, parts ...session.Part) string {
	return w.Text(append([]session.Part{"ALTER TABLE ", clause.Table{Name: c.Table.Name}, " "}, parts...)...)
}

func (w DDL) adds(c *Change, name string) Statement {
	return Statement{
		Table: c.Table.Name, Why: c.why(),
		Up:   w.altered(c, addIndex(c.Want.Unique), clause.Column{Name: name}, " (", c.listed(), ")"),
		Down: w.altered(c, "DROP INDEX ", clause.Column{Name: name}),
	}
}

func addIndex(unique bool) string {
	if unique {
		return "ADD UNIQUE INDEX "
	}
	return "ADD INDEX "
}

func (w DDL) dropsIndex(c *Change, old *catalogue.Index) Statement {
	return Statement{
		Table: c.Table.Name, Why: c.whyNot(old), gives: old.Name,
		Up:   w.altered(c, "DROP INDEX ", clause.Column{Name: old.Name}),
		Down: w.altered(c, addIndex(old.Unique), clause.Column{Name: old.Name}, " "+w.listOf(c, old)),
	}
}

func (w DDL) renamesIndex(c *Change, from, to string) Statement {
	renames := func(from, to string) string {
		return w.altered(c, "RENAME INDEX ", clause.Column{Name: from}, " TO ", clause.Column{Name: to})
	}
	return Statement{Table: c.Table.Name, names: true, Up: renames(from, to), Down: renames(to, from), Why: "an index takes the name of the one whose place it takes"}
}

// isReplaced looks, before an index goes, if what takes its place is there: somebody else
// may have changed the names meanwhile.
func (mg *Migration) isReplaced(c *Change, goes string) error {
	if mg.db.DryRun {
		return nil
	}
	found, err := catalogue.Tables(mg.db, mg.Dialect, []string{c.Table.Name})
	if err != nil {
		return err
	}
	is := func(have catalogue.Index) bool {
		return have.Name != goes && have.Valid && fulfils(c.Model, &have, c.Want, mg.Dialect)
	}
	if table := found[c.Table.Name]; table == nil || !slices.ContainsFunc(table.Indexes, is) {
		return errUnfinished
	}
	return nil
}

// alterAll runs the statements of a change by ALTER TABLE.
func (mg *Migration) alterAll(c *Change, list []Statement) error {
	for i, s := range list {
		var err error
		if s.gives != "" {
			err = mg.isReplaced(c, s.gives)
		}
		if err == nil {
			_, err = session.Exec(mg.db, s.Up)
		}
		if err == nil {
			continue
		}
		if isOverlap(err) || !mg.isRefused(err) {
			return err
		}
		return mg.takeBack(list[:i], err)
	}
	if slices.ContainsFunc(list, func(s Statement) bool { return s.addsMarker }) {
		c.Table.Columns[model.LiveColumn] = catalogue.Column{Name: model.LiveColumn, Generated: true}
	}
	return nil
}

// isRefused tells if the server has said no to a statement. Of one that was given up, or
// whose answer was lost, nobody knows if it was done.
func (mg *Migration) isRefused(err error) bool {
	return mg.db.Statement.Context.Err() == nil && dialect.IsRefusal(err)
}

// takeBack takes statements back, the last one first, as far as to the names of indexes:
// once one has another name, others may have seen it, and the next call goes on from there.
func (mg *Migration) takeBack(list []Statement, err error) error {
	if slices.ContainsFunc(list, func(s Statement) bool { return s.names }) {
		return err
	}
	for _, done := range slices.Backward(list) {
		if _, back := session.Exec(mg.db, done.Down); back != nil {
			return errors.Join(err, back)
		}
	}
	return err
}
