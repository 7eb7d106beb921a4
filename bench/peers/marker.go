package main

import "fmt"

// marker is the column that says whether a row is in the trash. It is the one thing in which the sides' tables differ.
type marker struct {
	column  string
	seconds bool // a number of seconds, zero for a live row; a time, NULL for a live row, otherwise
}

var (
	byTime       = marker{column: "deleted_at"}
	bySeconds    = marker{column: "deleted_at", seconds: true}
	byDeleteTime = marker{column: "delete_time"} // as the mixin of ent's docs has it
)

// live and trashed are conditions.
func (m marker) live() string {
	if m.seconds {
		return m.column + " = 0"
	}
	return m.column + " IS NULL"
}

func (m marker) trashed() string {
	if m.seconds {
		return m.column + " <> 0"
	}
	return m.column + " IS NOT NULL"
}

// none is the value of a live row.
func (m marker) none() string {
	if m.seconds {
		return "0"
	}
	return "NULL"
}

// at is the value of a row that was trashed so many seconds after 1970, an expression.
func (m marker) at(in words, seconds string) string {
	if m.seconds {
		return seconds
	}
	return in.time(seconds)
}

// define is the column's definition.
func (m marker) define(in words) string {
	if m.seconds {
		return m.column + " bigint NOT NULL DEFAULT 0"
	}
	return fmt.Sprintf("%s %s", m.column, in.timeType)
}
