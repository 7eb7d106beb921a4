package softdelete

// Statement is a statement that changes a schema, as data: to be run as it is, or to be
// written into a migration of whatever tool.
type Statement struct {
	// Table is the table that it is about.
	Table string

	// Up is the statement, without a semicolon at its end.
	Up string

	// Down takes it back. It is empty where nothing does, or has to.
	Down string

	// Why says in a few words what it is for.
	Why string

	// NoTransaction says that it cannot be part of a transaction, as CREATE INDEX
	// CONCURRENTLY cannot.
	NoTransaction bool
}
