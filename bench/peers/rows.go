package main

import (
	"database/sql"
	"fmt"
	"strings"
)

// rows makes the rows of a place and counts them, by plain SQL on a handle that no side uses.
type rows struct {
	db       *sql.DB
	database string
	words    words
	marker   marker
}

// tracking are the columns of softdelete.Tracked. The other sides have them too, and leave them alone.
const tracking = ", deleted_by varchar(255), delete_reason varchar(255), deletion_id %s"

// Fixed times, so that the data is the same in each run: when rows were trashed, the bound of what is removed by age, and a later time.
const (
	trashedFrom  = 1704067200 // 2024-01-01
	removeBefore = 1735689600 // 2025-01-01
	trashedLate  = 1748736000 // 2025-06-01
)

// exec runs statements until one fails.
func (r rows) exec(statements ...string) error {
	for _, statement := range statements {
		if _, err := r.db.Exec(statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// expect counts rows and fails if they are not as many.
func (r rows) expect(want int, table, condition string) error {
	var n int
	if err := r.db.QueryRow("SELECT count(*) FROM " + table + " WHERE " + condition).Scan(&n); err != nil {
		return err
	}
	if n != want {
		return fmt.Errorf("%d rows of %s are %s, not %d", n, table, condition, want)
	}
	return nil
}

// create makes a table with a key, a marker, the columns given, and an index on each that is named.
func (r rows) create(table, columns string, tracked bool, indexed ...string) error {
	define := fmt.Sprintf("CREATE TABLE %s (id %s, %s, %s", table, r.words.key, columns, r.marker.define(r.words))
	if tracked {
		define += fmt.Sprintf(tracking, r.words.uuidType)
		indexed = append(indexed, "deletion_id")
	}
	statements := []string{define + ")"}
	for _, column := range indexed {
		name := strings.ReplaceAll(column, ", ", "_")
		statements = append(statements, fmt.Sprintf("CREATE INDEX idx_%[1]s_%[2]s ON %[1]s (%[3]s)", table, name, column))
	}
	return r.exec(append(statements, r.words.made(table))...)
}

// createTexts makes a table of posts or notes. The index has the key in it, so that a page of an author is one walk along it: with
// another, PostgreSQL's plan would depend on whether a library sends the limit as a value or in the SQL. Nor is there one on the
// marker but where rows are found by it: of a marker that is sent as a value, PostgreSQL believes that few rows have it.
func (r rows) createTexts(table string, tracked bool, indexed ...string) error {
	columns := "author_id bigint NOT NULL, title text NOT NULL, body text NOT NULL, created_at " + r.words.timeType + " NOT NULL"
	return r.create(table, columns, tracked, append(indexed, "author_id, id")...)
}

// insert makes rows 1 to n. In the expressions, i is the row's key.
func (r rows) insert(table string, n int, columns, values, trashedAt string) error {
	return r.exec(fmt.Sprintf("INSERT INTO %s (id, %s, %s) SELECT i, %s, %s FROM %s",
		table, columns, r.marker.column, values, trashedAt, r.words.numbers(n)))
}

// insertTexts makes posts or notes 1 to n.
func (r rows) insertTexts(table string, n int, author, trashedAt string) error {
	values := author + ", 'A title of some words', 'Some text, as long as the first lines of an article are, or its abstract.', " +
		r.words.time(fmt.Sprintf("%d + i", trashedFrom-1_000_000))
	return r.insert(table, n, "author_id, title, body, created_at", values, trashedAt)
}

// settle brings tables to what they are after a while of quiet.
func (r rows) settle(tables ...string) error {
	var statements []string
	for _, table := range tables {
		statements = append(statements, r.words.settle(table))
	}
	return r.exec(append(statements, last[r.database])...)
}

// untrack is what sets the tracking columns of a row that is live, and track those of one that one operation has trashed.
const (
	untrack = ", deleted_by = NULL, delete_reason = NULL, deletion_id = NULL"
	track   = ", deleted_by = 'ana', delete_reason = 'spam', deletion_id = '00000000-0000-7000-8000-000000000001'"
)

// revive makes the rows live that meet a condition on their key, and are not.
func (r rows) revive(table, condition, more string) error {
	return r.exec(fmt.Sprintf("UPDATE %s SET %s = %s%s WHERE %s AND %s",
		table, r.marker.column, r.marker.none(), more, condition, r.marker.trashed()))
}

// trash makes the rows trashed that meet a condition on their key, and are not.
func (r rows) trash(table, condition, more string) error {
	return r.exec(fmt.Sprintf("UPDATE %s SET %s = %s%s WHERE %s AND %s",
		table, r.marker.column, r.marker.at(r.words, fmt.Sprint(trashedFrom)), more, condition, r.marker.live()))
}

// onKey writes a condition on i for the column of keys.
func onKey(condition string) string { return strings.ReplaceAll(condition, "i ", "id ") }
