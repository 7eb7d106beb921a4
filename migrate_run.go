package softdelete

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// errUnfinished is that the index of a table has to be looked at again.
var errUnfinished = errors.New("an index is not finished")

// check finds what forbids a change, before anything is changed.
func (mg *migration) check(c *indexChange) error {
	if c.odd != "" {
		return fmt.Errorf("softdelete: model %s: the unique index %s of %s is more than a list of columns (a collation, NULLS NOT DISTINCT, DEFERRABLE, INCLUDE, another kind): "+
			"a plain one of live rows in its place would not be the same: run the remedy that Doctor has, or make one by hand and drop the old one", c.model.Name(), c.odd, c.table.Name)
	}
	if c.foreign {
		return fmt.Errorf("softdelete: model %s: the table %s has another index by the name of %s: rename one of them", c.model.Name(), c.table.Name, c.want.Name)
	}
	if err := mg.checkReferences(c); err != nil || !c.create || !c.want.Unique {
		return err
	}
	return mg.checkDuplicates(c)
}

// change makes one change.
func (mg *migration) change(c *indexChange) error {
	wrap := func(err error) error {
		if err == nil {
			return nil
		}
		return fmt.Errorf("softdelete: model %s: making the index %s of %s: %w", c.model.Name(), c.want.Name, c.table.Name, err)
	}
	if len(c.unfinished) > 0 {
		return wrap(errors.Join(mg.clear(c), errUnfinished))
	}
	if err := mg.check(c); err != nil {
		return err
	}
	err := mg.execute(c)
	_, violated := dialect.ViolatedConstraint(err)
	if c.create && c.want.Unique && !mg.inTransaction() && violated {
		// Somebody wrote rows that agree since they were looked for.
		if duplicates := mg.checkDuplicates(c); duplicates != nil {
			return duplicates
		}
	}
	return wrap(err)
}

func (mg *migration) inTransaction() bool {
	_, ok := mg.db.Statement.ConnPool.(gorm.TxCommitter)
	return ok
}

// execute runs the statements of a change: as a unit, where DDL can be one and
// nobody has to wait for it.
func (mg *migration) execute(c *indexChange) error {
	w := ddl{db: mg.db, d: mg.d}
	switch {
	case mg.d.AlterIndexes:
		return mg.alter(w, c)
	case mg.d.TableRebuild && c.dropsConstraint():
		return mg.rebuild(w, c)
	}
	if mg.d.Concurrently != "" && !mg.inTransaction() {
		used, err := mg.hasRows(c)
		if err != nil {
			return err
		}
		if used {
			w.concurrently = mg.d.Concurrently
			// Not for every table: one with partitions cannot.
			if err := mg.concurrently(w, c); !dialect.HasState(err, "0A000") {
				return err
			}
			w.concurrently = ""
		}
	}
	return session.AsUnit(mg.db, func(tx *gorm.DB) error { return executeAll(tx, w.statements(c)) })
}

func executeAll(db *gorm.DB, statements []string) error {
	for _, sql := range statements {
		if _, err := session.Exec(db, sql); err != nil {
			return err
		}
	}
	return nil
}

func (c *indexChange) dropsConstraint() bool {
	for _, old := range c.drop {
		if old.Constraint {
			return true
		}
	}
	return false
}

func (mg *migration) hasRows(c *indexChange) (bool, error) {
	var one int
	n, err := session.Query(mg.look(), []any{&one}, func() {}, "SELECT 1 FROM ", clause.Table{Name: c.table.Name}, " LIMIT 1")
	return n > 0, err
}

// concurrently makes a change while others write, and while other processes make
// the same one. What is left of it if it is cut short is known to the next call.
func (mg *migration) concurrently(w ddl, c *indexChange) error {
	name, now := c.want.Name, c.from
	if c.create {
		if now = name; c.takesName() {
			now = interim(name)
		}
		if _, err := session.Exec(mg.db, w.create(c, now)); err != nil {
			if !isNameTaken(err) && !dialect.HasState(err, "0A000") {
				err = errors.Join(err, mg.clearAfter(c, now))
			}
			return err
		}
	}
	rest := *c
	swaps := c.takesName() && now != "" && now != name
	if swaps {
		if err := mg.swap(w, c, now); err != nil {
			return err
		}
		rest.drop = slices.Clone(c.drop)
		for i := range rest.drop {
			if rest.drop[i].Name == name {
				rest.drop[i].Name = former(name)
			}
		}
	}
	err := executeAll(mg.db, w.drops(&rest))
	switch {
	case swaps && dialect.HasState(err, "0A000"):
		return errUnfinished // Its names are others now.
	case err != nil || swaps || now == "" || now == name:
		return err
	}
	_, err = session.Exec(mg.db, w.rename(c, now, name))
	return err
}

// swap gives an index the name of the one whose place it takes, and that another,
// unless somebody else has done it: what has the name then is not dropped.
func (mg *migration) swap(w ddl, c *indexChange, now string) error {
	return session.AsUnit(mg.db, func(tx *gorm.DB) error {
		if _, err := session.Exec(tx, "LOCK TABLE ", clause.Table{Name: c.table.Name}, " IN SHARE UPDATE EXCLUSIVE MODE"); err != nil {
			return err
		}
		if !tx.DryRun {
			found, err := catalogue.Tables(tx, mg.d, []string{c.table.Name})
			if err != nil || found[c.table.Name] == nil {
				return errors.Join(err, errUnfinished)
			}
			old, made := found[c.table.Name].Index(c.want.Name), found[c.table.Name].Index(now)
			if old == nil || made == nil || fulfils(c.model, old, c.want, mg.d) || !made.Valid || !fulfils(c.model, made, c.want, mg.d) {
				return errUnfinished
			}
		}
		return executeAll(tx, []string{w.rename(c, c.want.Name, former(c.want.Name)), w.rename(c, now, c.want.Name)})
	})
}

// clearTimeout is how long a failed call waits at most for others to let it clear
// up after itself.
const clearTimeout = 5 * time.Second

// clearAfter removes the invalid index that PostgreSQL leaves where it could not
// finish one, also after the caller's context has ended.
func (mg *migration) clearAfter(c *indexChange, name string) error {
	if mg.db.DryRun {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(mg.db.Statement.Context), clearTimeout)
	defer cancel()
	left := *c
	left.unfinished = []string{name}
	return (&migration{db: mg.db.WithContext(ctx), d: mg.d}).clear(&left)
}

// alter makes a change by ALTER TABLE. The generated column comes by a statement
// of its own, which takes no time; with others it would copy the table.
func (mg *migration) alter(w ddl, c *indexChange) error {
	table, rest := clause.Table{Name: c.table.Name}, *c
	rest.addColumn = false
	if mg.d.ForeignKeyIndex && len(c.drop) > 0 {
		keys, err := catalogue.ForeignKeys(mg.look(), mg.d, []string{c.table.Name}, nil)
		if err != nil {
			return err
		}
		rest.hold(keys)
	}
	adds := c.addColumn && !c.table.Has([]string{model.LiveColumn})
	if adds {
		if _, err := session.Exec(mg.db, "ALTER TABLE ", table, " ", w.liveColumn(c)); err != nil {
			return err
		}
	}
	_, err := session.Exec(mg.db, w.alter(&rest))
	switch {
	case !adds:
		return err
	case err != nil && !isOverlap(err): // whoever makes the same index needs the column
		db := mg.db.WithContext(context.WithoutCancel(mg.db.Statement.Context))
		_, dropErr := session.Exec(db, "ALTER TABLE ", table, " DROP COLUMN ", clause.Column{Name: model.LiveColumn})
		return errors.Join(err, dropErr)
	}
	c.table.Columns[model.LiveColumn] = catalogue.Column{Name: model.LiveColumn, Generated: true}
	return err
}

// clear removes an index of which the making was interrupted. If somebody is
// making it this waits for them, and leaves it.
func (mg *migration) clear(c *indexChange) error {
	return session.AsUnit(mg.db, func(tx *gorm.DB) error {
		if _, err := session.Exec(tx, "LOCK TABLE ", clause.Table{Name: c.table.Name}, " IN SHARE UPDATE EXCLUSIVE MODE"); err != nil {
			return err
		}
		found, err := catalogue.Tables(tx, mg.d, []string{c.table.Name})
		if err != nil || found[c.table.Name] == nil {
			return err
		}
		for _, name := range c.unfinished {
			if have := found[c.table.Name].Index(name); have != nil && !have.Valid {
				if _, err := session.Exec(tx, "DROP INDEX ", c.named(name)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// checkReferences refuses to replace what a foreign key refers to: that needs a
// unique index of all rows.
func (mg *migration) checkReferences(c *indexChange) error {
	if mg.d.ReferencesSQL == "" {
		return nil
	}
	for _, old := range c.drop {
		if !old.Unique {
			continue
		}
		var child, column string
		columns := map[string][]string{}
		names, _ := catalogue.Names(mg.db, mg.d, []string{c.table.Name})
		references := mg.look().Raw(mg.d.ReferencesSQL, names)
		_, err := session.Scan(references, []any{&child, &column}, func() { columns[child] = append(columns[child], column) })
		if err != nil {
			return fmt.Errorf("softdelete: reading the foreign keys to %s: %w", c.table.Name, err)
		}
		for child, referred := range columns {
			if model.SameSet(lowered(referred), lowered(old.Columns)) {
				return fmt.Errorf("softdelete: model %s: a foreign key of %s refers to %s of %s, so %s cannot become an index of live rows: let it refer to the primary key",
					c.model.Name(), strings.SplitN(child, " ", 2)[0], strings.Join(old.Columns, ", "), c.table.Name, old.Name)
			}
		}
	}
	return nil
}

func lowered(names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = strings.ToLower(name)
	}
	return list
}

// look is a handle for questions, which are asked under DryRun too.
func (mg *migration) look() *gorm.DB {
	tx := session.Fresh(mg.db, gorm.Session{})
	tx.DryRun = false
	return tx
}
