package migrator

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// rebuild makes a change for which a unique constraint has to go: the table is
// made anew without it, with its rows, indexes and triggers.
func (mg *Migration) rebuild(w DDL, c *Change) error {
	var enforced bool
	if err := mg.look().Raw("PRAGMA foreign_keys").Scan(&enforced).Error; err != nil {
		return err
	}
	if enforced && !mg.db.DryRun {
		return errors.New("a unique constraint is dropped by making the table anew, which needs foreign keys off: " +
			"run AutoMigrate outside of a transaction, or with PRAGMA foreign_keys = OFF before it")
	}
	return session.AsUnit(mg.db, func(tx *gorm.DB) error {
		rest := *c
		rest.Drop = nil
		for _, old := range c.Drop {
			if !old.Constraint {
				rest.Drop = append(rest.Drop, old)
				continue
			}
			// Somebody else may have been here since it was looked at.
			now, err := catalogue.Tables(tx, mg.Dialect, []string{c.Table.Name})
			if err != nil {
				return err
			}
			if have := now[c.Table.Name]; have == nil || have.Index(old.Name) == nil || !slices.Equal(have.Index(old.Name).Columns, old.Columns) {
				return errUnfinished
			}
			statements, err := rebuilding(tx, w, c.Table, old.Columns)
			if err == nil {
				err = mg.executeAll(tx, statements)
			}
			if err != nil {
				return err
			}
		}
		return mg.executeAll(tx, w.Steps(&rest))
	})
}

// made is what the database keeps of how something was made.
type made struct{ Type, Name, SQL string }

// rebuilding lists the statements that make a table anew without a unique
// constraint on some columns.
func rebuilding(db *gorm.DB, w DDL, table *catalogue.Table, unique []string) ([]Statement, error) {
	const scratchSuffix = "_softdelete_new"
	old, scratch := clause.Table{Name: table.Name}, clause.Table{Name: table.Name + scratchSuffix}
	look := session.Fresh(db, gorm.Session{})
	look.DryRun = false
	definition, err := definitionOf(look, table.Name)
	if err != nil {
		return nil, err
	}
	parsed, ok := ParseTable(definition)
	if ok {
		ok = parsed.DropUnique(unique)
	}
	if !ok {
		return nil, fmt.Errorf("the unique constraint on %s is not found in the definition of the table, or has a collation of its own: make that anew without it", strings.Join(unique, ", "))
	}
	others, err := attachedTo(look, table.Name)
	if err != nil {
		return nil, err
	}
	sequence, err := sequenceOf(look, w, definition, table.Name, scratch.Name)
	if err != nil {
		return nil, err
	}
	var copied []string
	err = look.Raw("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid", table.Name).Scan(&copied).Error
	if err != nil {
		return nil, err
	}
	const why = "a unique constraint goes only as the table is made anew without it"
	var list []Statement
	for _, other := range others {
		list = append(list, Statement{Up: w.dropMade(other), Down: other.SQL, Why: "it goes with the table, and comes back"})
	}
	was, _ := ParseTable(definition)
	list = append(list, w.anew(old.Name, scratch.Name, copied, parsed.Body(), was.Body(), sequence, why)...)
	for _, other := range others {
		list = append(list, Statement{Up: other.SQL, Down: w.dropMade(other), Why: "it was there before"})
	}
	for i := range list {
		list[i].Table = table.Name
	}
	return list, nil
}

// anew makes a table anew, with its rows. The way back does the same: a table that is
// renamed would take the foreign keys along that refer to it.
func (w DDL) anew(name, scratchName string, copied []string, body, was string, sequence []Statement, why string) []Statement {
	old, scratch, columns := clause.Table{Name: name}, clause.Table{Name: scratchName}, expr.Columns("", copied)
	copies := w.Text("INSERT INTO ", scratch, " (", columns, ") SELECT ", columns, " FROM ", old)
	drops, renames := w.Text("DROP TABLE ", old), w.Text("ALTER TABLE ", scratch, " RENAME TO ", old)
	list := []Statement{
		{Up: w.Text("CREATE TABLE ", scratch, " "+body), Down: renames, Why: why},
		{Up: copies, Down: drops, Why: "the rows"},
	}
	list = append(list, sequence...)
	return append(list,
		Statement{Up: drops, Down: copies, Why: why},
		Statement{Up: renames, Down: w.Text("CREATE TABLE ", scratch, " "+was), Why: why})
}

func definitionOf(look *gorm.DB, table string) (text string, err error) {
	return text, look.Raw("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", table).Scan(&text).Error
}

// attachedTo are a table's indexes and triggers, but for those of constraints.
func attachedTo(look *gorm.DB, table string) (list []made, err error) {
	return list, look.Raw("SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND tbl_name = ? AND sql IS NOT NULL ORDER BY type, name", table).
		Scan(&list).Error
}

func (w DDL) dropMade(m made) string {
	return w.Text("DROP "+strings.ToUpper(m.Type)+" ", clause.Table{Name: m.Name})
}

// sequenceOf are the statements by which keys of rows that are gone are not given out
// again.
func sequenceOf(look *gorm.DB, w DDL, definition, table, scratch string) ([]Statement, error) {
	if !strings.Contains(strings.ToUpper(definition), "AUTOINCREMENT") {
		return nil, nil
	}
	var sequence *int64
	if err := look.Raw("SELECT seq FROM sqlite_sequence WHERE name = ?", table).Scan(&sequence).Error; err != nil || sequence == nil {
		return nil, err
	}
	name := "'" + strings.ReplaceAll(scratch, "'", "''") + "'"
	const why = "keys of rows that are gone are not given out again"
	return []Statement{
		{Up: w.Text("DELETE FROM sqlite_sequence WHERE name = " + name), Why: why},
		{Up: w.Text(fmt.Sprintf("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %d)", name, *sequence)), Why: why},
	}, nil
}
