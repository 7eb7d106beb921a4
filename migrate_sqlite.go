package softdelete

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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

// alone runs a migration where tables are made anew to be changed, with foreign
// keys off: as a table is dropped, they would take the rows of its children. They
// are a setting of the connection, which cannot be changed in a transaction.
// https://www.sqlite.org/lang_altertable.html#otheralter
func alone(db *gorm.DB, d *dialect.Dialect, run func(db *gorm.DB) error) error {
	if _, inTransaction := db.Statement.ConnPool.(gorm.TxCommitter); !d.TableRebuild || inTransaction || db.DryRun {
		return run(db)
	}
	return onConnection(db, func(conn *gorm.DB) (err error) {
		tx := db.Clauses()
		pool, ctx := conn.Statement.ConnPool, db.Statement.Context
		tx.Statement.ConnPool = pool
		var settings [2]bool
		for i, name := range rebuildSettings {
			if err := pool.QueryRowContext(ctx, "PRAGMA "+name).Scan(&settings[i]); err != nil {
				return err
			}
		}
		set := func(ctx context.Context, name string, on bool) error {
			_, err := pool.ExecContext(ctx, fmt.Sprintf("PRAGMA %s = %t", name, on))
			return err
		}
		// Also when the context has ended, and when the driver panics.
		defer func() {
			for i, name := range rebuildSettings {
				err = errors.Join(err, set(context.WithoutCancel(ctx), name, settings[i]))
			}
		}()
		for i, name := range rebuildSettings {
			if err := set(ctx, name, i == 1); err != nil {
				return err
			}
		}
		if session.Resolves(db) {
			return inTransactionOn(pool, tx, run)
		}
		return run(tx.Session(&gorm.Session{}))
	})
}

// inTransactionOn runs in a transaction on a connection: a resolver takes statements
// off any other, to one that has not the settings. It takes the lock first: a
// transaction that has only read could be refused it later.
func inTransactionOn(pool gorm.ConnPool, tx *gorm.DB, run func(db *gorm.DB) error) (err error) {
	on := connTx{pool, context.WithoutCancel(tx.Statement.Context)}
	if _, err := pool.ExecContext(tx.Statement.Context, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	committed := false
	defer func() {
		if !committed {
			err = errors.Join(err, on.Rollback())
		}
	}()
	tx.Statement.ConnPool = on
	if err := run(tx.Session(&gorm.Session{})); err != nil {
		return err
	}
	err = on.Commit()
	committed = err == nil
	return err
}

// connTx is the transaction that a connection is in.
type connTx struct {
	gorm.ConnPool

	ctx context.Context
}

// Commit ends it.
func (c connTx) Commit() error {
	_, err := c.ExecContext(c.ctx, "COMMIT")
	return err
}

// Rollback undoes it.
func (c connTx) Rollback() error {
	_, err := c.ExecContext(c.ctx, "ROLLBACK")
	return err
}

// onConnection runs on one connection, which may be the handle's own.
func onConnection(db *gorm.DB, run func(conn *gorm.DB) error) error {
	db = db.Session(&gorm.Session{NewDB: true})
	if _, isOne := db.Statement.ConnPool.(*sql.Conn); isOne {
		return run(db)
	}
	return db.Connection(run)
}

// rebuildSettings are off and on, in this order, while tables are made anew. The
// second keeps a rename from looking at views of a table that is gone.
var rebuildSettings = [2]string{"foreign_keys", "legacy_alter_table"}

// rebuild makes a change for which a unique constraint has to go: the table is
// made anew without it, with its rows, indexes and triggers.
func (mg *migration) rebuild(w ddl, c *indexChange) error {
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
		rest.drop = nil
		for _, old := range c.drop {
			if !old.Constraint {
				rest.drop = append(rest.drop, old)
				continue
			}
			// Somebody else may have been here since it was looked at.
			now, err := catalogue.Tables(tx, mg.d, []string{c.table.Name})
			if err != nil {
				return err
			}
			if have := now[c.table.Name]; have == nil || have.Index(old.Name) == nil || !slices.Equal(have.Index(old.Name).Columns, old.Columns) {
				return errUnfinished
			}
			statements, err := rebuilding(tx, w, c.table, old.Columns)
			if err == nil {
				err = executeAll(tx, statements)
			}
			if err != nil {
				return err
			}
		}
		return executeAll(tx, w.statements(&rest))
	})
}

// rebuilding lists the statements that make a table anew without a unique
// constraint on some columns.
func rebuilding(db *gorm.DB, w ddl, table *catalogue.Table, unique []string) ([]string, error) {
	const scratchSuffix = "_softdelete_new"
	old, scratch := clause.Table{Name: table.Name}, clause.Table{Name: table.Name + scratchSuffix}
	var definition string
	look := session.Fresh(db, gorm.Session{})
	look.DryRun = false
	if err := look.Raw("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", table.Name).Scan(&definition).Error; err != nil {
		return nil, err
	}
	parsed, ok := parseTable(definition)
	if ok {
		ok = parsed.dropUnique(unique)
	}
	if !ok {
		return nil, fmt.Errorf("the unique constraint on %s is not found in the definition of the table, or has a collation of its own: make that anew without it", strings.Join(unique, ", "))
	}
	var others []string
	err := look.Raw("SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND tbl_name = ? AND sql IS NOT NULL", table.Name).Scan(&others).Error
	if err != nil {
		return nil, err
	}
	var sequence *int64
	if strings.Contains(strings.ToUpper(definition), "AUTOINCREMENT") {
		if err := look.Raw("SELECT seq FROM sqlite_sequence WHERE name = ?", table.Name).Scan(&sequence).Error; err != nil {
			return nil, err
		}
	}
	var copied []string
	err = look.Raw("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid", table.Name).Scan(&copied).Error
	if err != nil {
		return nil, err
	}
	columns := expr.Columns("", copied)
	statements := []string{
		w.text("CREATE TABLE ", scratch, " "+parsed.body()),
		w.text("INSERT INTO ", scratch, " (", columns, ") SELECT ", columns, " FROM ", old),
	}
	if sequence != nil {
		// Keys of rows that are gone are not given out again.
		statements = append(statements,
			w.text("DELETE FROM sqlite_sequence WHERE name = '"+strings.ReplaceAll(scratch.Name, "'", "''")+"'"),
			w.text(fmt.Sprintf("INSERT INTO sqlite_sequence (name, seq) VALUES ('%s', %d)", strings.ReplaceAll(scratch.Name, "'", "''"), *sequence)))
	}
	statements = append(statements, w.text("DROP TABLE ", old), w.text("ALTER TABLE ", scratch, " RENAME TO ", old))
	return append(statements, others...), nil
}

// tableSQL is the text of a CREATE TABLE in its parts.
type tableSQL struct {
	parts []sqlText // columns and constraints
	end   string    // what stands after them
}

// sqlText is a part of a statement as words: names, signs, and what stands in
// parentheses as one.
type sqlText []string

// parseTable cuts a CREATE TABLE at its commas.
func parseTable(definition string) (tableSQL, bool) {
	words := wordsOf(definition)
	i := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, "(") })
	if i < 0 {
		return tableSQL{}, false
	}
	inner := wordsOf(words[i][1 : len(words[i])-1])
	t := tableSQL{parts: []sqlText{nil}, end: strings.Join(words[i+1:], " ")}
	for _, word := range inner {
		if word == "," {
			t.parts = append(t.parts, nil)
			continue
		}
		last := len(t.parts) - 1
		t.parts[last] = append(t.parts[last], word)
	}
	return t, true
}

func (t tableSQL) body() string {
	parts := make([]string, len(t.parts))
	for i, part := range t.parts {
		parts[i] = strings.Join(part, " ")
	}
	return strings.TrimSpace("(" + strings.Join(parts, ", ") + ") " + t.end)
}

// dropUnique removes the unique constraints on some columns: of the table, or of
// a column. It tells if there was one, and none with a collation of its own: an
// index of live rows in its place would let in what that keeps out.
func (t *tableSQL) dropUnique(columns []string) bool {
	dropped := false
	kept := t.parts[:0]
	for _, part := range t.parts {
		from, to, ofTable := part.unique()
		switch {
		case from < 0:
		case ofTable && model.SameSet(listedIn(part[to-1-part.resolution(to)]), columns):
			if strings.Contains(strings.ToUpper(part[to-1-part.resolution(to)]), " COLLATE ") {
				return false
			}
			dropped = true
			// Constraints of a table may stand one after the other without a comma.
			if part = part[to:]; len(part) == 0 {
				continue
			}
		case !ofTable && len(columns) == 1 && unquoted(part[0]) == columns[0]:
			dropped = true
			part = slices.Delete(slices.Clone(part), from, to)
		}
		kept = append(kept, part)
	}
	t.parts = kept
	return dropped
}

// unique finds the words of a unique constraint, its name and what to do on a
// conflict included; from is -1 if there is none.
func (s sqlText) unique() (from, to int, ofTable bool) {
	at := slices.IndexFunc(s, func(word string) bool { return strings.EqualFold(word, "UNIQUE") })
	if at < 0 {
		return -1, -1, false
	}
	from, to = at, at+1
	if at >= 2 && strings.EqualFold(s[at-2], "CONSTRAINT") {
		from = at - 2
	}
	if ofTable = from == 0 && to < len(s) && strings.HasPrefix(s[to], "("); ofTable {
		to++
	}
	if to+2 < len(s) && strings.EqualFold(s[to], "ON") && strings.EqualFold(s[to+1], "CONFLICT") {
		to += 3
	}
	return from, to, ofTable
}

// resolution is how many words before an end say what to do on a conflict.
func (s sqlText) resolution(to int) int {
	if to >= 3 && strings.EqualFold(s[to-2], "CONFLICT") {
		return 3
	}
	return 0
}

// listedIn are the columns of a list in parentheses.
func listedIn(list string) []string {
	var names []string
	next := true
	for _, word := range wordsOf(list[1 : len(list)-1]) {
		switch {
		case next:
			names = append(names, unquoted(word))
		case strings.EqualFold(word, "COLLATE"):
			return nil // it is more than that
		}
		next = word == ","
	}
	return names
}

func unquoted(name string) string {
	if len(name) >= 2 && strings.ContainsRune("\"`[", rune(name[0])) {
		quote := string(name[len(name)-1])
		return strings.ReplaceAll(name[1:len(name)-1], quote+quote, quote)
	}
	return name
}

// wordsOf cuts SQL into words. What is quoted, or in parentheses, is one; comments
// are left out.
func wordsOf(sql string) []string {
	var words []string
	for i := 0; i < len(sql); {
		end := i + 1
		switch c := sql[i]; {
		case strings.IndexByte(" \t\r\n\f", c) >= 0:
			i++
			continue
		case strings.HasPrefix(sql[i:], "--"):
			i = endOf(sql, i, "\n")
			continue
		case strings.HasPrefix(sql[i:], "/*"):
			i = endOf(sql, i, "*/")
			continue
		case c == '(':
			end = closing(sql, i)
		case c == '[':
			end = endOf(sql, i, "]")
		case strings.IndexByte("'\"`", c) >= 0:
			end = endOfQuoted(sql, i)
		case isNamePart(c):
			end = endOfName(sql, i)
		}
		words = append(words, sql[i:end])
		i = end
	}
	return words
}

func isNamePart(c byte) bool {
	return c == '_' || c == '$' || c == '.' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// endOfName is where a name or a number ends: 1.5e-3 and x'00ff' are one word.
func endOfName(sql string, from int) int {
	end := from
	for end < len(sql) && isNamePart(sql[end]) {
		end++
	}
	number := strings.IndexByte("0123456789.", sql[from]) >= 0
	switch rest := sql[end:]; {
	case end == from+1 && strings.EqualFold(sql[from:end], "x") && strings.HasPrefix(rest, "'"):
		return endOfQuoted(sql, end)
	case number && strings.IndexByte("eE", sql[end-1]) >= 0 && len(rest) > 1 && strings.IndexByte("+-", rest[0]) >= 0 && isNamePart(rest[1]):
		return endOfName(sql, end+1)
	}
	return end
}

func endOf(sql string, from int, sign string) int {
	if i := strings.Index(sql[from+1:], sign); i >= 0 {
		return from + 1 + i + len(sign)
	}
	return len(sql)
}

func endOfQuoted(sql string, from int) int {
	for i := from + 1; i < len(sql); i++ {
		if sql[i] != sql[from] {
			continue
		}
		if i+1 < len(sql) && sql[i+1] == sql[from] {
			i++
			continue
		}
		return i + 1
	}
	return len(sql)
}

// closing is where the parenthesis at a place is closed.
func closing(sql string, from int) int {
	depth := 0
	for i := from; i < len(sql); {
		switch c := sql[i]; {
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return i + 1
			}
		case c == '[':
			i = endOf(sql, i, "]")
			continue
		case strings.IndexByte("'\"`", c) >= 0:
			i = endOfQuoted(sql, i)
			continue
		case strings.HasPrefix(sql[i:], "--"):
			i = endOf(sql, i, "\n")
			continue
		case strings.HasPrefix(sql[i:], "/*"):
			i = endOf(sql, i, "*/")
			continue
		}
		i++
	}
	return len(sql)
}
