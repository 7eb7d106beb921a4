package migrator

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// GORM's own AutoMigrate compares a column with its field as texts, and sends a MODIFY each
// time where the database prints the same thing in another way: '1970-01-01 00:00:01' is
// 1970-01-01 00:00:01.000 there. A database that changes no column of which a generated one
// is refuses that too, and the application would not start.

// modifies is between the table and the column in what GORM's migrator sends.
const modifies = " MODIFY COLUMN "

// LeaveUnchanged is for the step that runs raw statements, on a database that changes no
// column of which a generated one is: what GORM's migrator sends of such a marker and would
// change nothing is left out, and what would is an error that says what to do. The database
// itself tells which it is.
func LeaveUnchanged(d *dialect.Dialect) func(func(*gorm.DB)) func(*gorm.DB) {
	return func(next func(*gorm.DB)) func(*gorm.DB) {
		return func(db *gorm.DB) {
			before, after, ok := strings.Cut(db.Statement.SQL.String(), modifies)
			if !ok || db.Error != nil || db.DryRun || !strings.HasPrefix(before, "ALTER TABLE ") || !session.IsOfMigrator("AlterColumn") {
				next(db)
				return
			}
			mo := &modification{db: onItself(db), d: d}
			mo.read(before, after)
			switch leave, err := mo.isLeft(); {
			case db.AddError(err) != nil:
			case leave:
				db.RowsAffected = 0
				db.Statement.SQL.Reset() // nor is it told of
			default:
				next(db)
			}
		}
	}
}

// modification is one statement of GORM's migrator, by which a column is to be as its field.
type modification struct {
	db            *gorm.DB
	d             *dialect.Dialect
	table, column string
	definition    string
}

// onItself is a handle for what is asked beside a statement, also where those are only
// listed.
func onItself(db *gorm.DB) *gorm.DB {
	if on, ok := db.Statement.ConnPool.(*listening); ok {
		return session.Beside(onPool(db, on.ConnPool))
	}
	return session.Beside(db)
}

// read takes the statement apart: ALTER TABLE `table` MODIFY COLUMN `column` definition.
func (mo *modification) read(before, after string) {
	for _, word := range wordsOf(before)[2:] {
		mo.table += unquoted(word)
	}
	if words := wordsOf(after); len(words) > 1 {
		mo.column = unquoted(words[0])
		mo.definition = strings.TrimSpace(strings.TrimPrefix(after, words[0]))
	}
}

// isLeft tells if the statement is left out.
func (mo *modification) isLeft() (bool, error) {
	found, err := catalogue.Tables(mo.db, mo.d, []string{mo.table})
	if err != nil || found[mo.table] == nil {
		return false, err
	}
	table := found[mo.table]
	live := table.Columns[model.LiveColumn]
	is := func(name string) bool { return strings.EqualFold(name, mo.column) }
	if !live.Generated || !slices.ContainsFunc(namesIn(live.Expression), is) {
		return false, nil
	}
	same, err := mo.changesNothing()
	if err != nil {
		return false, fmt.Errorf("softdelete: looking if the column %s of %s is %s already: %w", mo.column, mo.table, mo.definition, err)
	}
	if same {
		return true, nil
	}
	return false, mo.refused(table)
}

// described is a column as the database lists it: field, type, collation, null, key,
// default, extra, privileges, comment.
type described [9]sql.NullString

// sameAs tells if two columns are of one definition, whatever indexes they are in.
func (c described) sameAs(other described) bool {
	const key, privileges = 4, 7
	for _, i := range []int{key, privileges} {
		c[i], other[i] = sql.NullString{}, sql.NullString{}
	}
	return c == other
}

// changesNothing tells if the column is as it would be made. A table of this connection's
// own, that nobody else sees, has it so for a moment; it ends no transaction.
func (mo *modification) changesNothing() (same bool, err error) {
	look := func(tx *gorm.DB) error {
		own := clause.Table{Name: "softdelete_probe"}
		const drop = "DROP TEMPORARY TABLE IF EXISTS "
		if _, err := session.Exec(tx, drop, own); err != nil {
			return err
		}
		if _, err := session.Exec(tx, "CREATE TEMPORARY TABLE ", own, " (", clause.Column{Name: mo.column}, " "+mo.definition+")"); err != nil {
			return err
		}
		is, err := mo.describe(tx, clause.Table{Name: mo.table})
		if err != nil {
			return err
		}
		would, err := mo.describe(tx, own)
		if err != nil {
			return err
		}
		same = is.sameAs(would)
		_, err = session.Exec(tx, drop, own)
		return err
	}
	if _, isOne := mo.db.Statement.ConnPool.(*sql.Conn); isOne {
		err = look(mo.db)
		return same, err
	}
	err = session.AsUnit(mo.db, look)
	return same, err
}

func (mo *modification) describe(tx *gorm.DB, table clause.Table) (described, error) {
	var one, found described
	dest := make([]any, len(one))
	for i := range one {
		dest[i] = &one[i]
	}
	each := func() {
		if strings.EqualFold(one[0].String, mo.column) {
			found = one
		}
	}
	_, err := session.Query(tx, dest, each, "SHOW FULL COLUMNS FROM ", table)
	return found, err
}

// refused is the error of what would change something.
func (mo *modification) refused(table *catalogue.Table) error {
	w := DDL{DB: mo.db, Dialect: mo.d}
	var parts []string
	for _, ix := range table.Indexes {
		if slices.Contains(ix.Columns, model.LiveColumn) {
			parts = append(parts, w.Text("DROP INDEX ", clause.Column{Name: ix.Name}))
		}
	}
	statements := w.Alter(mo.table, append(parts, w.Text("DROP COLUMN ", clause.Column{Name: model.LiveColumn}))...)
	return fmt.Errorf("softdelete: the column %s of %s would become %s, and the database changes no column of which a generated one is: "+
		"while nobody writes to it, run %s, and then AutoMigrate, which makes them again", mo.column, mo.table, mo.definition, strings.Join(statements, "; "))
}
