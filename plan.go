package softdelete

import "gorm.io/gorm"

// PlanMigration lists what AutoMigrate would do to this very database now, without doing
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
// *DuplicateError. Nothing is changed; on SQLite the plan is made on a copy of the schema
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
