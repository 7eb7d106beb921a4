package migrator

import (
	"errors"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
)

// isOverlap tells if a change failed as somebody else makes the same one.
func isOverlap(err error) bool {
	return errors.Is(err, errUnfinished) || dialect.IsTransient(err) || isNameTaken(err) || dialect.HasState(err, "42P01", "42701", "42704", "42710") ||
		dialect.HasNumber(err, columnTaken, indexTaken, noSuchIndex, noSuchKey, schemaChanged) ||
		dialect.HasText(err, "already exists", "no such index", "duplicate column name", "Duplicate key name", "Duplicate column name", "Can't DROP")
}

// The numbers of errors of MySQL's protocol, of which TiDB has other texts: of what somebody
// else has made, dropped or renamed, and of a table that somebody has changed meanwhile.
const (
	columnTaken   = 1060
	indexTaken    = 1061
	noSuchIndex   = 1091
	noSuchKey     = 1176
	schemaChanged = 8028
)

// isNameTaken tells if PostgreSQL did not make an index as there is one of the name.
// When both are made in the same moment it is its catalogue that says so.
func isNameTaken(err error) bool {
	return dialect.HasState(err, "42P07") || dialect.HasState(err, "23505") && dialect.HasText(err, "pg_class_relname_nsp_index", "pg_type_typname_nsp_index")
}
