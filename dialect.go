package softdelete

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// dialect lists, by name, all in which databases differ for this package.
type dialect struct {
	// returning: an UPDATE can return the rows that it changed. Where it cannot,
	// the keys are read under a lock before the UPDATE.
	returning bool

	// upsertWhere: the update of an upsert can have a condition. Where it
	// cannot, the rows in the way are read under a lock before the upsert.
	upsertWhere bool

	// conflictTarget: an upsert names the unique key that it is about. Where it
	// does not, it takes a row in the way by any of them.
	conflictTarget bool

	// rowLock: SELECT … FOR UPDATE locks the rows read. SQLite has one writer
	// at a time, and needs none.
	rowLock bool

	// currentRead is what a SELECT that locks nothing by itself says to read what
	// is committed now. Without it a transaction of the database's default
	// isolation reads what was there at its first SELECT, while it writes to what
	// is there now. Empty where both are one.
	currentRead string

	// skipLocked is what a locking SELECT says to leave out rows that somebody
	// else has locked; empty where there is no such thing.
	skipLocked string

	// lockByKey: a locking SELECT locks all rows that it looks at, not only those
	// that it returns. These words after a table's name make it look at those
	// alone that it names by their keys. Empty where it locks what it returns.
	lockByKey string

	// writingQuery: a query can remove rows, in a WITH, and return what it found.
	writingQuery bool

	// parameters is how many values can be bound to one statement.
	parameters int

	// nestedTarget: an UPDATE or DELETE may not read its own table in a
	// subquery, unless that is nested once more, and not merged again by the
	// optimizer.
	nestedTarget bool

	// countsChanges: an UPDATE counts the rows that it has changed, and not those
	// that had the values already.
	countsChanges bool

	// rowwiseReferences: a foreign key is looked at with each row that a statement
	// removes, and not when it has removed all of them.
	rowwiseReferences bool

	// textTime: times are kept as text with their zone, so that they have to
	// be brought to one zone before they are compared.
	textTime bool

	// conflictByColumns: the error of a unique index names its columns, in the
	// place of its name.
	conflictByColumns bool

	// partialIndex: an index can be of the rows that meet a condition. Where it
	// cannot, an index of live rows has a generated column or the marker in it.
	partialIndex bool

	// alterIndexes: one ALTER TABLE drops and adds indexes, all or nothing, and
	// DDL ends a transaction. Elsewhere it is part of one.
	alterIndexes bool

	// concurrently is what is said where an index is made or dropped while others
	// write to the table, outside of a transaction; empty where there is no such
	// thing.
	concurrently string

	// tableRebuild: a table is changed by making it anew. A unique constraint is
	// dropped so.
	tableRebuild bool

	// regclass: a table is looked up by its quoted name, along the search path.
	regclass bool

	// indexBySQL: the condition of an index is known from the statement that made it.
	indexBySQL bool

	// columnsSQL asks for the columns of tables: table, name, type, nullable,
	// generated, by what.
	columnsSQL string

	// indexesSQL asks for their indexes, by the columns in order: table, name, unique,
	// primary, constraint, valid, plain, column, condition.
	indexesSQL string

	// referencesSQL asks for the columns of a table that foreign keys refer to: the
	// child's table with what tells the key from others, and a column; empty where
	// these do not need a unique index.
	referencesSQL string

	// definitionsSQL asks for the statements that made tables and what belongs to
	// them: kind, table, name, text.
	definitionsSQL string

	// foreignKeysSQL asks for foreign keys, by their columns in order: table, name,
	// table referred to, column, column referred to, what happens on a delete, the
	// table's primary key by lines, and if the names of tables are told apart by more
	// than their case.
	foreignKeysSQL string

	// timeDigits is how many fractional digits of a second a column keeps of which
	// the type is not known.
	timeDigits int

	// zonelessTime: a time column without a zone keeps the digits that a time has
	// where it is written, and gives them back as UTC's.
	zonelessTime bool

	// finestTime is a column type that keeps times as fine as there are.
	finestTime string

	// uuidType is the column type of a UUID.
	uuidType string

	// clock reads the database's own clock as a number of clockUnit since 1970.
	clock     string
	clockUnit time.Duration

	// enforced is the condition under which foreign keys act, on the connection that
	// it is asked on; empty where they always do.
	enforced string

	// columnsAnyCase: columns are not told apart by the case of their names.
	columnsAnyCase bool

	// foreignKeyIndex: each foreign key needs an index that its columns lead, at
	// both of its ends. Elsewhere it needs a unique one of all rows where it refers
	// to.
	foreignKeyIndex bool

	// bareTimeDigits is how many fractional digits of a second a time column keeps
	// of which the type says nothing of it.
	bareTimeDigits int
}

// dialects are those of the databases that GORM's drivers name. Any other is taken for
// one that speaks PostgreSQL's.
var dialects = map[string]*dialect{"sqlite": &sqliteDialect, "mysql": &mysqlDialect}

// dialectFor is that of a handle, by its driver's name and by what that registered.
func dialectFor(db *gorm.DB) *dialect {
	d, ok := dialects[db.Name()]
	if !ok {
		d = &postgresDialect
	}
	if !d.returning || slices.Contains(db.Callback().Update().Clauses, "RETURNING") {
		return d
	}
	without := *d
	without.returning, without.writingQuery = false, false
	return &without
}

// stored returns a time as it goes into a time column: in the one zone where
// zones matter.
func (d *dialect) stored(t time.Time) time.Time {
	if d.textTime {
		return t.UTC()
	}
	return t
}

// compareTime writes "column operator t" for a time column.
func (d *dialect) compareTime(b clause.Builder, column clause.Column, operator string, t time.Time) {
	d.writeTime(b, column)
	_, _ = b.WriteString(" " + operator + " ")
	b.AddVar(b, d.timeValue(t))
}

// writeTime writes a time column in a form that can be compared and sorted.
func (d *dialect) writeTime(b clause.Builder, column clause.Column) {
	if !d.textTime {
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

// timeValue is a time as what writeTime writes is compared with it.
func (d *dialect) timeValue(t time.Time) any {
	if d.textTime {
		return t.UTC().Format(textTimeLayout)
	}
	return t
}

const textTimeLayout = "2006-01-02 15:04:05.999999999"

// now reads the database's own clock, on the statement's connection.
func (d *dialect) now(db *gorm.DB) (time.Time, error) {
	var units int64
	row := db.Statement.ConnPool.QueryRowContext(db.Statement.Context, d.clock)
	if err := row.Scan(&units); err != nil {
		return time.Time{}, fmt.Errorf("softdelete: reading the database's clock: %w", err)
	}
	perSecond := int64(time.Second / d.clockUnit)
	return time.Unix(units/perSecond, units%perSecond*int64(d.clockUnit)), nil
}

// reading has a query of GORM's read what is committed now.
func (d *dialect) reading(tx *gorm.DB) *gorm.DB {
	if d.currentRead == "" {
		return tx
	}
	return tx.Clauses(clause.Locking{Strength: clause.LockingStrengthShare})
}

// nest writes the beginning and the end around a subquery that may be on the table
// that is written to.
func (d *dialect) nest(b clause.Builder, write func()) {
	if d.nestedTarget {
		_, _ = b.WriteString("SELECT /*+ NO_MERGE(softdelete_rows) */ * FROM (")
	}
	write()
	if d.nestedTarget {
		_, _ = b.WriteString(") AS softdelete_rows")
	}
}

// chunk is how many keys of some columns go into one statement. Beside them it
// has the values of the other conditions and of what is set. PostgreSQL parses a
// list of keys of several columns by recursion, of limited depth.
func (d *dialect) chunk(columns int) int {
	most := 10000
	if columns > 1 {
		most = 1000
	}
	return min(most, (d.parameters-1000)/max(columns, 1))
}
