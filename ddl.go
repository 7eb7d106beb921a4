package softdelete

import (
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/migrator"
)

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

// DDL lists what [AutoMigrate] adds to GORM's own on an empty database. It is for those
// who migrate by Atlas, goose, golang-migrate or by hand:
//
//	list, err := softdelete.DDL(db, &User{})
//	for _, s := range list {
//		fmt.Printf("%s; -- %s\n", s.Up, s.Why)
//	}
//
//	CREATE UNIQUE INDEX "idx_users_email" ON "users" ("email") WHERE "deleted_at" IS NULL; -- no two live rows agree in email
//	DROP INDEX "idx_users_deleted_at"; -- the index idx_users_deleted_at takes its place
//	…
//
// The statements come in the order in which they are run. Every Down, in reverse, gives
// back what GORM has made. They are the same for the same models, each time.
//
// It runs no statement: db is there for its dialect, its naming strategy and the plugin,
// and needs no server. Without models it takes those of [Config].Models, and those that
// GORM makes along are in it. On a handle with db.Table it is that table, and indexes
// are named for it.
//
// A model of Config.Models is known before GORM's AutoMigrate sees it, which then makes
// no constraint of a gorm:"unique" beside softdelete:"unique". Of other models it may
// have made one, and the list has statements for that. On SQLite these make the table
// anew, between PRAGMA statements and for one connection.
//
// Errors are [ErrNotInstalled], [*ModelError] for a wrong tag, gorm.ErrInvalidValue for
// what is no model. It is safe for concurrent use.
func DDL(db *gorm.DB, models ...any) ([]Statement, error) {
	_, mg, err := migration(db, models, "DDL")
	if err != nil {
		return nil, err
	}
	list, err := mg.DDL(db)
	if err != nil {
		return nil, err
	}
	return statements(list), nil
}

// PlanMigration lists what [AutoMigrate] would do to this very database now, without doing
// it, GORM's own statements among them:
//
//	list, err := softdelete.PlanMigration(db, &User{})
//
//	CREATE TABLE "users" (…)
//	CREATE UNIQUE INDEX "idx_users_email" ON "users" ("email") WHERE "deleted_at" IS NULL
//	…
//
// Run in their order they leave what AutoMigrate leaves. There are none where the schema
// is up to date. Of a table on PostgreSQL that has rows, indexes are made beside writers
// (CONCURRENTLY), which NoTransaction says. On SQLite a list that makes a table anew
// begins and ends with PRAGMA statements, and is for one connection. Down is empty where
// the change cannot be taken back, as that of a column's type.
//
// It reads: the catalogue, and if live rows agree where they may not, which is a
// [*DuplicateError]. Nothing is changed; on SQLite the plan is made on a copy of the schema
// in memory. Models, db.Table and errors are as with AutoMigrate. It is safe for
// concurrent use.
func PlanMigration(db *gorm.DB, models ...any) ([]Statement, error) {
	_, mg, err := migration(db, models, "PlanMigration")
	if err != nil {
		return nil, err
	}
	list, err := mg.Plan(db)
	if err != nil {
		return nil, err
	}
	return statements(list), nil
}

// statements are those of the migrator as they are public.
func statements(list []migrator.Statement) []Statement {
	public := make([]Statement, len(list))
	for i, s := range list {
		public[i] = Statement{Table: s.Table, Up: s.Up, Down: s.Down, Why: s.Why, NoTransaction: s.NoTransaction}
	}
	return public
}
