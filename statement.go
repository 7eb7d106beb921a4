package softdelete

import "github.com/gorm-softdelete/softdelete/internal/migrator"

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

// statements are those of the migrator as they are public.
func statements(list []migrator.Statement) []Statement {
	public := make([]Statement, len(list))
	for i, s := range list {
		public[i] = Statement{Table: s.Table, Up: s.Up, Down: s.Down, Why: s.Why, NoTransaction: s.NoTransaction}
	}
	return public
}
