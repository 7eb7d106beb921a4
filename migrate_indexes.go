package softdelete

import "gorm.io/gorm"

// MigrateIndexes gives the tables of soft-deletable models the indexes that AutoMigrate
// does, and changes nothing else: GORM's own migrator is not asked. It is for schemas
// that are made by SQL, of which that would drop what the models do not say, a NOT NULL
// or a default, and add what they do:
//
//	err := softdelete.MigrateIndexes(db, &User{}, &Post{})
//
//	CREATE UNIQUE INDEX CONCURRENTLY idx_users_email ON users (email) WHERE deleted_at IS NULL
//
// On MySQL and MariaDB that includes the generated column softdelete_live. Only the
// models given are looked after, and the join tables between them that have models; and
// those of Config.Models if none is. A table, or a column of an index, that is not there
// is an error, and nothing is changed. Other errors are those of AutoMigrate.
func MigrateIndexes(db *gorm.DB, models ...any) error {
	p, mg, err := migration(db, models, "MigrateIndexes")
	if err != nil {
		return err
	}
	defer p.models.unlearn()
	return mg.RunIndexes(db)
}
