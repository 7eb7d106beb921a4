package dialect

import (
	"strings"

	"gorm.io/gorm/clause"
)

// Guard is how a database is made to keep live rows: by a trigger that refuses to
// delete them, and how a statement that means to tells it so. That lasts for the one
// statement, and nothing of it stays behind on the connection.
//
// In its texts {table} is the table, {guard} the name of what the guard of that table
// is made of, {live} the condition that the row that goes is live, {message} what the
// database says, {in table} and {in message} the last part of the table's name and the
// message within a literal.
type Guard struct {
	// Before and After stand before and after the first word of a DELETE that means
	// to remove live rows. Ahead takes the place of the latter where somebody else's
	// comment stands before that word: the statement begins with it.
	Before, After, Ahead string

	// Learns: a statement that a guard has refused leaves its transaction as it was, so
	// that none says what it means before one was refused.
	Learns bool

	// Open and Close are run before and after such a DELETE, in one transaction with it,
	// where a statement cannot say so itself. Probe takes the lock that they need, does
	// nothing, and fails where no table has a guard.
	Probe, Open, Close string

	// Left asks for what an Open has left behind, in a database that has what Probe asks
	// for: a number.
	Left string

	// Parts are what a guard is made of, in the order in which they are made; none where
	// there are no triggers.
	Parts []GuardPart

	// ListSQL asks for the guards of tables: table, kind of the part, its name, its text,
	// its condition, and if it is off. A row without a table is of the database.
	ListSQL string

	// OthersSQL counts the guards of all tables, where these share a part.
	OthersSQL string

	// On is how a part is switched on that somebody has switched off.
	On string
}

// GuardPart is a part of a guard.
type GuardPart struct {
	Kind     string // by which the catalogue knows it
	Name     string
	Up, Down string
	Why      string

	// Text is what the catalogue has of it, but for quotes and spaces; empty if it is
	// enough that it is there.
	Text string

	Conditional bool   // the catalogue has the condition of live rows for it
	Unless      string // what stands in that behind the condition of live rows
	Shared      bool   // of the guards of all tables
	Replaces    bool   // Up takes the place of one that is there
}

// Says puts what a DELETE that means live rows says into the clauses of a statement.
func (g *Guard) Says(clauses map[string]clause.Clause) {
	c := clauses["DELETE"]
	first, before := g.Before, c.BeforeExpression
	if before != nil && g.Ahead != "" {
		first = g.Ahead
	}
	switch {
	case first == "":
	case before != nil:
		c.BeforeExpression = both{clause.Expr{SQL: first}, before}
	default:
		c.BeforeExpression = clause.Expr{SQL: first}
	}
	said, _ := c.Expression.(clause.Delete)
	said.Modifier = strings.TrimSpace(g.After + " " + said.Modifier)
	c.Expression = said
	clauses["DELETE"] = c
}

// both is one expression before another.
type both [2]clause.Expression

// Build writes them.
func (e both) Build(b clause.Builder) {
	e[0].Build(b)
	_ = b.WriteByte(' ')
	e[1].Build(b)
}

// DeleteFrom is the beginning of a DELETE that means live rows.
func (g *Guard) DeleteFrom() string {
	text := "DELETE "
	if g.Before != "" {
		text = g.Before + " " + text
	}
	if g.After != "" {
		text += g.After + " "
	}
	return text + "FROM "
}

// guardState is the SQLSTATE of a guard's refusal, where a database lets it have one of
// its own; elsewhere it is known by what it says.
const (
	guardState  = "SDG01"
	signalState = "45000"
	guardSays   = "softdelete: guarded: "
)

// GuardMessage is what a guard says that refuses to remove live rows of a table.
// MySQL's messages have room for 128 characters.
func GuardMessage(table string) string {
	return guardSays + table + " has live rows that would be deleted"
}

// IsGuarded tells if a statement failed as a guard refused it.
func IsGuarded(err error) bool {
	found := false
	walk(err, func(err error) {
		switch stateOf(err) {
		case guardState:
			found = true
		case signalState, "":
			_, rest, said := strings.Cut(err.Error(), guardSays)
			found = found || said && strings.Contains(rest, " has live rows that would be deleted")
		}
	})
	return found
}
