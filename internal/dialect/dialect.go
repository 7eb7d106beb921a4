// Package dialect has all in which databases differ, as capabilities by name: a file for
// each database says which of them it has, and what it is asked.
package dialect

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Dialect lists, by name, all in which databases differ for this library.
type Dialect struct {
	// Returning: an UPDATE can return the rows that it changed. Where it cannot,
	// the keys are read under a lock before the UPDATE.
	Returning bool

	// UpsertWhere: the update of an upsert can have a condition. Where it
	// cannot, the rows in the way are read under a lock before the upsert.
	UpsertWhere bool

	// ConflictTarget: an upsert names the unique key that it is about. Where it
	// does not, it takes a row in the way by any of them.
	ConflictTarget bool

	// TargetFollows: the condition in the target of an upsert finds each index whose own
	// follows from it. Where it does not, it has to be the index's to the letter.
	TargetFollows bool

	// RowLock: SELECT … FOR UPDATE locks the rows read. SQLite has one writer
	// at a time, and needs none.
	RowLock bool

	// ShareLock is the weakest lock on rows that keeps others from writing them, as
	// GORM's clause names it.
	ShareLock string

	// CurrentRead is what a SELECT that locks nothing by itself says to read what
	// is committed now. Without it a transaction of the database's default
	// isolation reads what was there at its first SELECT, while it writes to what
	// is there now. Empty where both are one.
	CurrentRead string

	// SkipLocked is what a locking SELECT says to leave out rows that somebody
	// else has locked; empty where there is no such thing.
	SkipLocked string

	// ClaimRows is how many rows one of several who empty a trash takes at a time, unless
	// told otherwise, where nobody can leave out what others have taken: they wait for it.
	// Zero where they can, or nobody else can write at all.
	ClaimRows int

	// CountsRemoved: rows that were found under a lock may be gone by another's hand before
	// they are removed, as somebody has told the database not to lock: who removed them is
	// told by what the DELETE counts. Elsewhere some of them may have gone by a foreign key
	// of which nobody was told.
	CountsRemoved bool

	// LockByKey: a locking SELECT locks all rows that it looks at, not only those
	// that it returns. These words after a table's name make it look at those
	// alone that it names by their keys. Empty where it locks what it returns.
	LockByKey string

	// RowRange: a comparison of several columns at once bounds the part of an index
	// that is read. Where it does not, it is written out column by column.
	RowRange bool

	// CountsTwice: the planner takes conditions on one column for independent of each
	// other. One that follows from another makes it expect fewer rows than there are.
	CountsTwice bool

	// blindLimit is a LIMIT, with a "?" for the number, of which the planner does not
	// know the number: it then expects to read a tenth of the rows, and keeps to an
	// index in their order. One that knows it compares it with how many rows it
	// believes to lie between the bounds, takes them for far fewer than they are
	// where there are several bounds, and reads and sorts all of them. Empty where
	// no planner does that.
	blindLimit string

	// WritingQuery: a query can remove rows, in a WITH, and return what it found.
	WritingQuery bool

	// parameters is how many values can be bound to one statement.
	parameters int

	// nestedTarget: an UPDATE or DELETE may not read its own table in a
	// subquery, unless that is nested once more, and not merged again by the
	// optimizer.
	nestedTarget bool

	// CountsChanges: an UPDATE counts the rows that it has changed, and not those
	// that had the values already.
	CountsChanges bool

	// RowwiseReferences: a foreign key is looked at with each row that a statement
	// removes, and not when it has removed all of them.
	RowwiseReferences bool

	// CommitsAlone: a statement outside of a transaction is one by itself, whatever the
	// session is set to, and one that fails leaves nothing behind. A trigger of SQLite's
	// can fail and keep what was done before (RAISE(FAIL)).
	CommitsAlone bool

	// FailureEnds: a transaction in which a statement has failed takes no other.
	FailureEnds bool

	// TextTime: times are kept as text with their zone, so that they have to
	// be brought to one zone before they are compared.
	TextTime bool

	// ConflictByColumns: the error of a unique index names its columns, in the
	// place of its name.
	ConflictByColumns bool

	// PartialIndex: an index can be of the rows that meet a condition. Where it
	// cannot, an index of live rows has a generated column or the marker in it.
	PartialIndex bool

	// AlterIndexes: one ALTER TABLE drops and adds indexes, all or nothing, and
	// DDL ends a transaction. Elsewhere it is part of one.
	AlterIndexes bool

	// IndexByIndex: such an ALTER TABLE may give an index neither a name that goes by it nor a
	// column that comes by it, nor drop a column with its indexes. An index is changed by one
	// statement after the other.
	IndexByIndex bool

	// FixedByGenerated: a column of which a generated one is keeps its type, and if it can be
	// NULL.
	FixedByGenerated bool

	// DropIndexIfThere is the part of an ALTER TABLE that drops an index by its {name}, if
	// there is one; empty where that is said of constraints.
	DropIndexIfThere string

	// Ascending: an index has its columns in ascending order, whatever is said of it.
	Ascending bool

	// Hidden is what is said of a column that SELECT * is not to list; empty where every
	// column is listed.
	Hidden string

	// Concurrently is what is said where an index is made or dropped while others
	// write to the table, outside of a transaction; empty where there is no such
	// thing.
	Concurrently string

	// TableRebuild: a table is changed by making it anew. A unique constraint is
	// dropped so.
	TableRebuild bool

	// ReservedIndex begins the names of indexes that only the database itself may give,
	// empty for none.
	ReservedIndex string

	// KeyInIndexes: each index ends with the primary key by itself, and rows are read in
	// the order of both. Where they are not, an index that is read so names the key.
	KeyInIndexes bool

	// Regclass: a table is looked up by its quoted name, along the search path.
	Regclass bool

	// IndexBySQL: the condition of an index is known from the statement that made it.
	IndexBySQL bool

	// ColumnsSQL asks for the columns of tables: table, name, type, nullable,
	// generated, by what.
	ColumnsSQL string

	// IndexesSQL asks for their indexes, by the columns in order: table, name, unique,
	// primary, constraint, valid, plain, column, condition.
	IndexesSQL string

	// ReferencesSQL asks for the columns of a table that foreign keys refer to: the
	// child's table with what tells the key from others, and a column; empty where
	// these do not need a unique index.
	ReferencesSQL string

	// PartitionedSQL asks if a table has partitions: of such a one no index is made
	// while others write. Empty where that makes no difference.
	PartitionedSQL string

	// DefinitionsSQL asks for the statements that made tables and what belongs to
	// them: kind, table, name, text.
	DefinitionsSQL string

	// ForeignKeysSQL asks for foreign keys, by their columns in order: table, name,
	// table referred to, column, column referred to, what happens on a delete, the
	// table's primary key by lines, and if the names of tables are told apart by more
	// than their case.
	ForeignKeysSQL string

	// Guard is how live rows are kept from being deleted.
	Guard Guard

	// TimeDigits is how many fractional digits of a second a column keeps of which
	// the type is not known.
	TimeDigits int

	// ZonelessTime: a time column without a zone keeps the digits that a time has
	// where it is written, and gives them back as UTC's.
	ZonelessTime bool

	// FinestTime is a column type that keeps times as fine as there are.
	FinestTime string

	// matches compares a text with a pattern that can have sets of characters, in which the
	// cases of a letter are written out: LOWER knows, there, no letters beyond those of
	// English, or it depends on a collation. Nil where it knows them.
	matches *matching

	// UUIDType is the column type of a UUID.
	UUIDType string

	// integers are how many bits the integer types have, by name; "" is any other type. A
	// number beyond is an error where a column is compared with it, of the server or on the
	// way there. Nil where it is only a number that no row has.
	integers map[string]int

	// clock reads the database's own clock as a number of clockUnit since 1970.
	clock     string
	clockUnit time.Duration

	// Enforced is the condition under which foreign keys act, on the connection that
	// it is asked on; empty where they always do.
	Enforced string

	// ColumnsAnyCase: columns are not told apart by the case of their names.
	ColumnsAnyCase bool

	// ForeignKeyIndex: each foreign key needs an index that its columns lead, at
	// both of its ends. Elsewhere it needs a unique one of all rows where it refers
	// to.
	ForeignKeyIndex bool

	// KeyIndexYields: one that the database has made for a foreign key goes by itself when
	// another does for that.
	KeyIndexYields bool

	// BareTimeDigits is how many fractional digits of a second a time column keeps
	// of which the type says nothing of it.
	BareTimeDigits int
}

// dialects are those of the databases that GORM's drivers name.
var dialects = map[string]*Dialect{"postgres": &postgres, "sqlite": &sqlite, "mysql": &mysql}

// Names are those of the dialects, and of the drivers that speak them.
func Names() []string { return slices.Sorted(maps.Keys(dialects)) }

// IsKnown tells if a handle's driver speaks one of them.
func IsKnown(db *gorm.DB) bool { return db.Dialector != nil && dialects[db.Name()] != nil }

// Of is that of a handle, by its driver's name and by what that registered, and by what
// the server says of itself where several databases have one driver. A handle of none
// has not the plugin, and gets that of PostgreSQL.
func Of(db *gorm.DB) *Dialect {
	d, _ := Told(db)
	return d
}

// Told is Of, and why the server did not say what it is.
func Told(db *gorm.DB) (*Dialect, error) {
	d := &postgres
	if IsKnown(db) {
		d = dialects[db.Name()]
	}
	var err error
	if d == &mysql {
		var version string
		if version, err = serverVersion(db); isTiDB(version) {
			d = &tidb
		}
	}
	if !d.Returning || slices.Contains(db.Callback().Update().Clauses, "RETURNING") {
		return d, err
	}
	without := *d
	without.Returning, without.WritingQuery = false, false
	return &without, err
}

// Stored returns a time as it goes into a time column: in the one zone where
// zones matter.
func (d *Dialect) Stored(t time.Time) time.Time {
	if d.TextTime {
		return t.UTC()
	}
	return t
}

// CompareTime writes "column operator t" for a time column: <, > or >=.
func (d *Dialect) CompareTime(b clause.Builder, column clause.Column, operator string, t time.Time) {
	close := func() {}
	if d.TextTime {
		close = compareDays(b, column, operator, t)
	}
	d.WriteTime(b, column)
	_, _ = b.WriteString(" " + operator + " ")
	b.AddVar(b, d.TimeValue(t))
	close()
}

// WriteTime writes a time column in a form that can be compared and sorted.
func (d *Dialect) WriteTime(b clause.Builder, column clause.Column) {
	if !d.TextTime {
		b.WriteQuoted(column)
		return
	}
	// strftime brings the text to UTC, at a precision of seconds. The fraction
	// is the same in every zone: what stands between the seconds and the zone,
	// which a space may part.
	const utc = "(strftime('%Y-%m-%d %H:%M:%S', {c}) || rtrim(rtrim(CASE WHEN substr({c}, -6, 1) IN ('+', '-') " +
		"THEN substr({c}, 20, length({c}) - 25) ELSE rtrim(substr({c}, 20), 'Z') END, '0 '), '.'))"
	for i, part := range strings.Split(utc, "{c}") {
		if i > 0 {
			b.WriteQuoted(column)
		}
		_, _ = b.WriteString(part)
	}
}

// TimeValue is a time as what WriteTime writes is compared with it.
func (d *Dialect) TimeValue(t time.Time) any {
	if d.TextTime {
		return t.UTC().Format(TextTimeLayout)
	}
	return t
}

// TextTimeLayout is how times are written where they are kept as text.
const TextTimeLayout = "2006-01-02 15:04:05.999999999"

// Now reads the database's own clock, on the statement's connection.
func (d *Dialect) Now(db *gorm.DB) (time.Time, error) {
	var units int64
	row := db.Statement.ConnPool.QueryRowContext(db.Statement.Context, d.clock)
	if err := row.Scan(&units); err != nil {
		return time.Time{}, fmt.Errorf("softdelete: reading the database's clock: %w", err)
	}
	perSecond := int64(time.Second / d.clockUnit)
	return time.Unix(units/perSecond, units%perSecond*int64(d.clockUnit)), nil
}

// CanAsk tells if a column of a type can be compared with a whole number: with one that
// is beyond its range, not everywhere.
func (d *Dialect) CanAsk(columnType string, n *big.Int) bool {
	name, _, _ := strings.Cut(strings.ToLower(columnType), " ")
	bits, ok := d.integers[name]
	if !ok {
		bits, ok = d.integers[""]
	}
	if n.Sign() < 0 {
		n = new(big.Int).Not(n)
	}
	return !ok || n.BitLen() < bits
}

// Reading has a query of GORM's read what is committed now.
func (d *Dialect) Reading(tx *gorm.DB) *gorm.DB {
	if d.CurrentRead == "" {
		return tx
	}
	return tx.Clauses(clause.Locking{Strength: d.ShareLock})
}

// First has a query return so many rows at most, of those that an index has in the
// order of the query, without reading the others. As with GORM's Limit, less than
// zero stands for any.
func (d *Dialect) First(tx *gorm.DB, n int) *gorm.DB {
	if d.blindLimit == "" || n < 0 {
		return tx.Limit(n)
	}
	return tx.Clauses(limit{d.blindLimit, n})
}

// FirstSQL is the LIMIT of First, for SQL that GORM does not write.
func (d *Dialect) FirstSQL(n int) clause.Expression {
	if d.blindLimit == "" {
		return clause.Limit{Limit: &n}
	}
	return limit{d.blindLimit, n}
}

// limit is a LIMIT by an expression, in the place of GORM's.
type limit struct {
	sql string
	n   int
}

func (l limit) Name() string { return "LIMIT" }

func (l limit) MergeClause(c *clause.Clause) {
	c.Name = "" // the SQL has it
	c.Expression = l
}

// Build writes the clause.
func (l limit) Build(b clause.Builder) {
	before, after, _ := strings.Cut(l.sql, "?")
	_, _ = b.WriteString(before)
	b.AddVar(b, l.n)
	_, _ = b.WriteString(after)
}

// AsSeen is the dialect for one who reads what the transaction sees, and locks nothing
// by that. A dialect is everybody's, and never changed.
func (d *Dialect) AsSeen() *Dialect {
	seen := *d
	seen.CurrentRead = ""
	return &seen
}

// Nest writes the beginning and the end around a subquery that may be on the table
// that is written to.
func (d *Dialect) Nest(b clause.Builder, write func()) {
	if d.nestedTarget {
		_, _ = b.WriteString("SELECT /*+ NO_MERGE(softdelete_rows) */ * FROM (")
	}
	write()
	if d.nestedTarget {
		_, _ = b.WriteString(") AS softdelete_rows")
	}
}

// Chunk is how many keys of some columns go into one statement. Beside them it
// has the values of the other conditions and of what is set. PostgreSQL parses a
// list of keys of several columns by recursion, of limited depth.
func (d *Dialect) Chunk(columns int) int {
	most := 10000
	if columns > 1 {
		most = 1000
	}
	return min(most, (d.parameters-1000)/max(columns, 1))
}
