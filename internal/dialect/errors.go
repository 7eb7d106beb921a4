package dialect

import (
	"database/sql/driver"
	"errors"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// ViolatedConstraint is the unique constraint that an error is about, as the database names it;
// found is false if it is about something else. Drivers are told apart by what their
// errors can do, so that none of them becomes a dependency.
func ViolatedConstraint(err error) (constraint string, found bool) {
	found = errors.Is(err, gorm.ErrDuplicatedKey)
	walk(err, func(err error) {
		if e, ok := err.(interface{ SQLState() string }); ok && e.SQLState() == "23505" {
			found = true
			constraint = stringField(err, "ConstraintName")
		}
		message := err.Error()
		if _, rest, ok := strings.Cut(message, "UNIQUE constraint failed: "); ok {
			found = true
			constraint, _, _ = strings.Cut(rest, " (")
			constraint = strings.TrimSuffix(strings.TrimPrefix(constraint, "index '"), "'")
		}
		if _, rest, ok := strings.Cut(message, "Duplicate entry "); ok {
			found = true
			// The value before it may have any text in it.
			if i := strings.LastIndex(rest, " for key '"); i >= 0 {
				name := strings.TrimSuffix(rest[i+len(" for key '"):], "'")
				constraint = name[strings.LastIndexByte(name, '.')+1:] // MySQL 8 says the table too
			}
		}
	})
	return constraint, found
}

// walk calls visit with err and with every error that it wraps.
func walk(err error, visit func(error)) {
	if err == nil {
		return
	}
	visit(err)
	switch e := err.(type) { //nolint:errorlint // this is the walk that errors.As makes
	case interface{ Unwrap() error }:
		walk(e.Unwrap(), visit)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			walk(inner, visit)
		}
	}
}

// fieldOf is a field of a driver's own value, by its name; the zero Value if it has none.
func fieldOf(v any, name string) reflect.Value {
	rv := reflect.Indirect(reflect.ValueOf(v))
	if rv.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	field, ok := rv.Type().FieldByName(name)
	if !ok {
		return reflect.Value{}
	}
	value, err := rv.FieldByIndexErr(field.Index) // what is embedded may be nil
	if err != nil {
		return reflect.Value{}
	}
	return value
}

func stringField(v any, name string) string {
	if field := fieldOf(v, name); field.Kind() == reflect.String {
		return field.String()
	}
	return ""
}

// stateOf is the SQLSTATE of an error, by the method or the field of its driver.
func stateOf(err error) string {
	if e, ok := err.(interface{ SQLState() string }); ok {
		return e.SQLState()
	}
	if state := fieldOf(err, "SQLState"); state.IsValid() && state.CanInterface() {
		if bytes, ok := state.Interface().([5]byte); ok {
			return string(bytes[:])
		}
	}
	return ""
}

// HasState tells if an error has a SQLSTATE that begins so.
func HasState(err error, states ...string) bool {
	found := false
	walk(err, func(err error) {
		state := stateOf(err)
		found = found || slices.ContainsFunc(states, func(prefix string) bool { return strings.HasPrefix(state, prefix) })
	})
	return found
}

// HasText tells if an error says one of some things.
func HasText(err error, texts ...string) bool {
	return err != nil && slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(err.Error(), text) })
}

// numberOf is the number of an error of a server that speaks MySQL's protocol, by the
// field of its driver; zero for any other.
func numberOf(err error) uint16 {
	if number := fieldOf(err, "Number"); number.Kind() == reflect.Uint16 {
		return uint16(number.Uint()) //nolint:gosec // it is one
	}
	return 0
}

// HasNumber tells if an error has one of MySQL's numbers.
func HasNumber(err error, numbers ...uint16) bool {
	found := false
	walk(err, func(err error) {
		number := numberOf(err)
		found = found || number != 0 && slices.Contains(numbers, number)
	})
	return found
}

// cutNumbers are those of a statement that was ended, of which nobody says if it was done.
var cutNumbers = []uint16{1053, 1317, 1927, 3024, 8501}

// IsRefusal tells if a server that speaks MySQL's protocol has answered that a statement
// cannot be: it was not done.
func IsRefusal(err error) bool {
	answered := false
	walk(err, func(err error) { answered = answered || numberOf(err) != 0 })
	return answered && !HasNumber(err, cutNumbers...)
}

// The numbers of errors by which a server of MySQL's protocol takes a transaction back
// over what others were doing. From 8000 on they are TiDB's: it finds some conflicts only
// when it locks the rows of a SELECT, or commits.
var transientNumbers = []uint16{
	1205, // a lock was waited for too long
	1213, // a deadlock
	1020, // MariaDB: the row has changed since the snapshot
	8002, // a SELECT … FOR UPDATE met a row that has changed
	8005, // a write met a row that has changed
	8022, // the commit has failed, and nothing of it was done
	8028, // the table was altered meanwhile
	9007, // a write met a row that has changed
}

// unnamedNumber is that of what TiDB has no number for.
const unnamedNumber = 1105

// IsTransient tells if the database ended a statement because of what others were
// doing: it may be tried again.
func IsTransient(err error) bool {
	return HasState(err, "40001", "40P01") || HasNumber(err, transientNumbers...) ||
		HasNumber(err, unnamedNumber) && HasText(err, "pessimistic lock retry limit reached") ||
		HasText(err, "database is locked", "database table is locked", "Deadlock found", "Lock wait timeout", "Record has changed since last read")
}

// HasWaited tells if a statement was ended after it had waited for others as long as it may.
func HasWaited(err error) bool {
	return HasNumber(err, 1205) || HasText(err, "database is locked", "Lock wait timeout")
}

// IsTooLarge tells if a statement or its commit has failed as the transaction writes
// more than a transaction may: of fewer rows it may succeed. TiDB's limits are
// txn-total-size-limit (8004) and the memory of a session (8175).
func IsTooLarge(err error) bool { return HasNumber(err, 8004, 8175) }

// IsMissingTable tells if a statement failed as there is no such table.
func IsMissingTable(err error) bool {
	return HasState(err, "42P01", "42S02") || HasText(err, "no such table")
}

// unreachableNumbers are those of TiDB's errors of a store that does not answer, or not
// yet: they have no SQLSTATE of their own.
var unreachableNumbers = []uint16{9001, 9002, 9003, 9004, 9005, 9006, 9008, 9010, 9011, 9012, 9013}

// IsSystemic tells if an error is about the database, not about rows, by the
// classes of the SQL standard and PostgreSQL's. A statement that took too long
// may be quick with half of the rows.
func IsSystemic(err error) bool {
	return HasNumber(err, unreachableNumbers...) || HasState(err, "08", "25", "28", "42", "53", "54", "57", "58", "70", "XX") && !HasState(err, "57014") ||
		errors.Is(err, gorm.ErrInvalidTransaction) || errors.Is(err, driver.ErrBadConn) || HasText(err, "invalid connection")
}
