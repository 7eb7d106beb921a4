package migrator

import (
	"context"
	"errors"
	"fmt"
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
func (mg *Migration) check(c *Change) error {
	if err := c.forbidden(); err != nil {
		return err
	}
	if err := mg.checkReferences(c); err != nil || !c.Create || !c.Want.Unique {
		return err
	}
	return mg.checkDuplicates(c)
}

// forbidden is what the table itself has against a change.
func (c *Change) forbidden() error {
	if c.odd != "" {
		return fmt.Errorf("softdelete: model %s: the unique index %s of %s is more than a list of columns (a collation, NULLS NOT DISTINCT, DEFERRABLE, INCLUDE, another kind): "+
			"a plain one of live rows in its place would not be the same: run the remedy that Doctor has, or make one by hand and drop the old one", c.Model.Name(), c.odd, c.Table.Name)
	}
	if c.Foreign {
		return fmt.Errorf("softdelete: model %s: the table %s has another index by the name of %s: rename one of them", c.Model.Name(), c.Table.Name, c.Want.Name)
	}
	return nil
}

// change makes one change.
func (mg *Migration) change(c *Change) error {
	wrap := func(err error) error {
		if err == nil {
			return nil
		}
		return fmt.Errorf("softdelete: model %s: making the index %s of %s: %w", c.Model.Name(), c.Want.Name, c.Table.Name, err)
	}
	if len(c.Unfinished) > 0 {
		return wrap(errors.Join(mg.clear(c), errUnfinished))
	}
	if err := mg.check(c); err != nil {
		return err
	}
	err := mg.execute(c)
	_, violated := dialect.ViolatedConstraint(err)
	if c.Create && c.Want.Unique && !mg.inTransaction() && violated {
		// Somebody wrote rows that agree since they were looked for.
		if duplicates := mg.checkDuplicates(c); duplicates != nil {
			return duplicates
		}
	}
	return wrap(err)
}

func (mg *Migration) inTransaction() bool {
	_, ok := mg.db.Statement.ConnPool.(gorm.TxCommitter)
	return ok
}

// execute runs the statements of a change: as a unit, where DDL can be one and
// nobody has to wait for it.
func (mg *Migration) execute(c *Change) error {
	w := DDL{DB: mg.db, Dialect: mg.Dialect, Texts: mg.texts}
	switch {
	case mg.Dialect.AlterIndexes:
		return mg.alter(w, c)
	case mg.Dialect.TableRebuild && c.DropsConstraint():
		return mg.rebuild(w, c)
	}
	if mg.Dialect.Concurrently != "" && !mg.inTransaction() {
		used, err := mg.hasRows(c)
		if err != nil {
			return err
		}
		if used {
			w.concurrently = mg.Dialect.Concurrently
			// Not for every table: one with partitions cannot.
			if err := mg.concurrently(w, c); !dialect.HasState(err, "0A000") {
				return err
			}
			w.concurrently = ""
		}
	}
	return session.AsUnit(mg.db, func(tx *gorm.DB) error { return mg.executeAll(tx, w.Steps(c)) })
}

func (mg *Migration) executeAll(db *gorm.DB, statements []Statement) error {
	for _, s := range statements {
		if mg.ran != nil {
			mg.ran[s.Up] = s
		}
		if _, err := session.Exec(db, s.Up); err != nil {
			return err
		}
	}
	return nil
}

// DropsConstraint tells if a unique constraint goes.
func (c *Change) DropsConstraint() bool {
	for _, old := range c.Drop {
		if old.Constraint {
			return true
		}
	}
	return false
}

func (mg *Migration) hasRows(c *Change) (bool, error) {
	var one int
	n, err := session.Query(mg.look(), []any{&one}, func() {}, "SELECT 1 FROM ", clause.Table{Name: c.Table.Name}, " LIMIT 1")
	return n > 0, err
}

// concurrently makes a change while others write, and while other processes make
// the same one. What is left of it if it is cut short is known to the next call.
func (mg *Migration) concurrently(w DDL, c *Change) error {
	now := c.From
	if c.Create {
		if now = c.Want.Name; c.takesName() {
			now = Interim(now)
		}
	}
	swapped := false
	for i, unit := range units(w.beside(c)) {
		var err error
		switch {
		case c.Create && i == 0:
			err = mg.executeAll(mg.db, unit)
			if err != nil && !isNameTaken(err) && !dialect.HasState(err, "0A000") {
				err = errors.Join(err, mg.clearAfter(c, now))
			}
		case c.takesName() && now != "" && now != c.Want.Name && !unit[0].NoTransaction && !swapped:
			err = mg.swap(c, now, unit)
			swapped = err == nil
		default:
			err = mg.executeAll(mg.db, unit)
			if swapped && dialect.HasState(err, "0A000") {
				return errUnfinished // Its names are others now.
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// swap gives an index the name of the one whose place it takes, and that another,
// unless somebody else has done it: what has the name then is not dropped.
func (mg *Migration) swap(c *Change, now string, unit []Statement) error {
	return session.AsUnit(mg.db, func(tx *gorm.DB) error {
		if _, err := session.Exec(tx, "LOCK TABLE ", clause.Table{Name: c.Table.Name}, " IN SHARE UPDATE EXCLUSIVE MODE"); err != nil {
			return err
		}
		if !tx.DryRun {
			found, err := catalogue.Tables(tx, mg.Dialect, []string{c.Table.Name})
			if err != nil || found[c.Table.Name] == nil {
				return errors.Join(err, errUnfinished)
			}
			old, made := found[c.Table.Name].Index(c.Want.Name), found[c.Table.Name].Index(now)
			if old == nil || made == nil || fulfils(c.Model, old, c.Want, mg.Dialect) || !made.Valid || !fulfils(c.Model, made, c.Want, mg.Dialect) {
				return errUnfinished
			}
		}
		return mg.executeAll(tx, unit)
	})
}

// clearTimeout is how long a failed call waits at most for others to let it clear
// up after itself.
const clearTimeout = 5 * time.Second

// clearAfter removes the invalid index that PostgreSQL leaves where it could not
// finish one, also after the caller's context has ended.
func (mg *Migration) clearAfter(c *Change, name string) error {
	if mg.db.DryRun {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(mg.db.Statement.Context), clearTimeout)
	defer cancel()
	left := *c
	left.Unfinished = []string{name}
	return (&Migration{db: mg.db.WithContext(ctx), Dialect: mg.Dialect}).clear(&left)
}

// alter makes a change by ALTER TABLE.
func (mg *Migration) alter(w DDL, c *Change) error {
	if mg.Dialect.ForeignKeyIndex && (len(c.Drop) > 0) {
		keys, err := catalogue.ForeignKeys(mg.look(), mg.Dialect, []string{c.Table.Name}, nil)
		if err != nil {
			return err
		}
		c.Hold(keys)
	}
	return mg.alterAll(c, w.Steps(c))
}

// clear removes an index of which the making was interrupted. If somebody is
// making it this waits for them, and leaves it.
func (mg *Migration) clear(c *Change) error {
	return session.AsUnit(mg.db, func(tx *gorm.DB) error {
		if _, err := session.Exec(tx, "LOCK TABLE ", clause.Table{Name: c.Table.Name}, " IN SHARE UPDATE EXCLUSIVE MODE"); err != nil {
			return err
		}
		found, err := catalogue.Tables(tx, mg.Dialect, []string{c.Table.Name})
		if err != nil || found[c.Table.Name] == nil {
			return err
		}
		for _, name := range c.Unfinished {
			if have := found[c.Table.Name].Index(name); have != nil && !have.Valid {
				if _, err := session.Exec(tx, "DROP INDEX ", c.Named(name)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// checkReferences refuses to replace what a foreign key refers to: that needs a
// unique index of all rows.
func (mg *Migration) checkReferences(c *Change) error {
	if mg.Dialect.ReferencesSQL == "" {
		return nil
	}
	for _, old := range c.Drop {
		if !old.Unique {
			continue
		}
		var child, column string
		columns := map[string][]string{}
		names, _ := catalogue.Names(mg.db, mg.Dialect, []string{c.Table.Name})
		references := mg.look().Raw(mg.Dialect.ReferencesSQL, names)
		_, err := session.Scan(references, []any{&child, &column}, func() { columns[child] = append(columns[child], column) })
		if err != nil {
			return fmt.Errorf("softdelete: reading the foreign keys to %s: %w", c.Table.Name, err)
		}
		for child, referred := range columns {
			if model.SameSet(Lowered(referred), Lowered(old.Columns)) {
				return fmt.Errorf("softdelete: model %s: a foreign key of %s refers to %s of %s, so %s cannot become an index of live rows: let it refer to the primary key",
					c.Model.Name(), strings.SplitN(child, " ", 2)[0], strings.Join(old.Columns, ", "), c.Table.Name, old.Name)
			}
		}
	}
	return nil
}

// Lowered are names in lower case.
func Lowered(names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = strings.ToLower(name)
	}
	return list
}

// look is a handle for questions, which are asked under DryRun too.
func (mg *Migration) look() *gorm.DB {
	tx := session.Fresh(mg.db, gorm.Session{})
	tx.DryRun = false
	return tx
}
