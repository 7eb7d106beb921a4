package model

// Visibility is which rows of a model a statement is about.
type Visibility int

// Which rows.
const (
	Unasked     Visibility = iota // what the statement's kind implies: live rows, for most
	LiveOnly                      // WithoutTrashed
	All                           // WithTrashed
	TrashedOnly                   // OnlyTrashed and kin
)
