package softdelete

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// AutoMigrate is GORM's, and then gives the tables of soft-deletable models the indexes
// that soft deletes need:
//
//	type User struct {
//		ID     uint
//		Tenant string `softdelete:"unique:users_login"`
//		Login  string `softdelete:"unique:users_login"`
//		Email  string `softdelete:"unique"`
//		TeamID uint   `softdelete:"index"`
//		softdelete.Tracked
//	}
//
//	err := softdelete.AutoMigrate(db, &User{})
//
//	CREATE UNIQUE INDEX users_login ON users (tenant, login) WHERE deleted_at IS NULL
//	CREATE UNIQUE INDEX idx_users_email ON users (email) WHERE deleted_at IS NULL
//	CREATE INDEX idx_users_team_id ON users (team_id) WHERE deleted_at IS NULL
//	CREATE INDEX idx_users_deleted_at ON users (deleted_at, id) WHERE deleted_at IS NOT NULL
//	CREATE INDEX idx_users_deletion_id ON users (deletion_id) WHERE deletion_id IS NOT NULL
//
// MySQL and MariaDB have no partial indexes. A unique index ends there with a generated
// column, softdelete_live. That is 1 in live rows and NULL in others, which equals
// nothing. An index of live rows begins there with the marker.
//
// An ordinary unique index or constraint on the same columns is replaced. So is an index
// by the same name that is not as it should be. The new one is made before the old one
// goes. On PostgreSQL that is done beside writers (CONCURRENTLY), unless db is a
// transaction. All else that the database has stays. Calling it again changes nothing.
//
// Without models it takes those of [Config].Models. Models that are not soft-deletable
// are GORM's alone.
//
// The errors are:
//
//   - [*DuplicateError] if live rows agree where they may not: it names them, and the
//     index is not made;
//   - [*ModelError] for a wrong tag, gorm.ErrInvalidValue for what is no model;
//   - [ErrNotInstalled] without the plugin, and the database's own.
func AutoMigrate(db *gorm.DB, models ...any) error {
	p, mg, err := migration(db, models, "AutoMigrate")
	if err != nil {
		return err
	}
	defer p.models.unlearn()
	return mg.Run(db)
}

// MigrateIndexes gives the tables of soft-deletable models the indexes that
// [AutoMigrate] does, and changes nothing else. It is for schemas that are made by SQL.
// GORM's own migrator is not asked: it would drop what the models do not say, a NOT NULL
// or a default, and add what they do.
//
//	err := softdelete.MigrateIndexes(db, &User{}, &Post{})
//
//	CREATE UNIQUE INDEX CONCURRENTLY idx_users_email ON users (email) WHERE deleted_at IS NULL
//
// On MySQL and MariaDB that includes the generated column softdelete_live. Only the
// models given are looked after, and the join tables between them that have models.
// Without models it takes those of [Config].Models. A table, or a column of an index,
// that is not there is an error, and nothing is changed. Other errors are those of
// AutoMigrate.
func MigrateIndexes(db *gorm.DB, models ...any) error {
	p, mg, err := migration(db, models, "MigrateIndexes")
	if err != nil {
		return err
	}
	defer p.models.unlearn()
	return mg.RunIndexes(db)
}

// migration is what AutoMigrate and its kin are to look after.
func migration(db *gorm.DB, models []any, verb string) (*Plugin, *migrator.Migration, error) {
	if db == nil || db.Config == nil {
		return nil, nil, fmt.Errorf("softdelete: %w: %s(nil)", gorm.ErrInvalidDB, verb)
	}
	p, ok := installed(db)
	if !ok {
		return nil, nil, ErrNotInstalled
	}
	if db.Error != nil {
		return nil, nil, db.Error
	}
	if len(models) == 0 {
		models = p.config.Models
	}
	if len(models) == 0 {
		return nil, nil, fmt.Errorf("softdelete: %w: %s without models: name them, or put them into Config.Models", gorm.ErrInvalidValue, verb)
	}
	for _, value := range models {
		if _, isName := value.(string); isName {
			return nil, nil, fmt.Errorf("softdelete: %w: %s needs models, not the names of tables", gorm.ErrInvalidValue, verb)
		}
	}
	mg := &migrator.Migration{Dialect: dialectOf(db), Values: models, Table: tableNamedBy(db)}
	mg.Known = func(m *model.Model) bool { return p.models.first[m.Schema] }
	mg.Clash = func(d migrator.Duplicates) error { clash := DuplicateError(d); return &clash }
	if err := p.migrated(db, mg); err != nil {
		return nil, nil, err
	}
	if err := p.checkPlaces(db, models, verb); err != nil {
		return nil, nil, err
	}
	return p, mg, nil
}

// tableNamedBy is the table that a handle names by db.Table, with its schema; empty for
// each model's own.
func tableNamedBy(db *gorm.DB) string {
	if db.Statement == nil {
		return ""
	}
	if on := db.Statement.TableExpr; on != nil {
		if name := strings.NewReplacer(`"`, "", "`", "").Replace(on.SQL); strings.HasSuffix(name, "."+db.Statement.Table) && !strings.ContainsAny(name, " (") {
			return name
		}
	}
	return db.Statement.Table
}

// migrated lists the soft-deletable models among values, those that GORM makes
// along, and those of join tables, which it makes by a schema of its own.
func (p *Plugin) migrated(db *gorm.DB, mg *migrator.Migration) error {
	if mg.Table != "" {
		return p.migratedElsewhere(db, mg)
	}
	joined := map[string]bool{}
	add := func(m *model.Model) {
		// The schema that GORM made up for a join table stands for the model's own.
		if m != nil && !slices.ContainsFunc(mg.Models, func(other *model.Model) bool { return other.Schema == m.Schema }) {
			mg.Models = append(mg.Models, m)
		}
	}
	for _, value := range mg.Values {
		s, err := model.Parse(db, value)
		if err != nil {
			return err
		}
		m, err := p.models.lookup(db, s)
		if err != nil {
			return err
		}
		mg.Schemas = append(mg.Schemas, s)
		add(m)
		for _, rel := range s.Relationships.Many2Many {
			joined[rel.JoinTable.Table] = true
			m := p.models.byTable(rel.JoinTable.Table)
			add(m)
			if m != nil && m.Schema != rel.JoinTable && !slices.Contains(mg.Joins, m) {
				mg.Joins = append(mg.Joins, m)
			}
		}
	}
	mg.Asked = slices.Clone(mg.Models)
	// GORM makes the tables along that these refer to.
	related, ok := db.Migrator().(interface {
		ReorderModels(values []any, autoAdd bool) []any
	})
	if !ok {
		return nil
	}
	mg.Schemas = nil
	for _, value := range related.ReorderModels(mg.Values, true) {
		s, err := model.Parse(db, value)
		if err != nil {
			return err
		}
		mg.Schemas = append(mg.Schemas, s)
		if joined[s.Table] || !dialectOf(db).Regclass && strings.Contains(s.Table, ".") {
			continue // Of another database, it cannot be looked up.
		}
		m, err := p.models.lookup(db, s)
		if err != nil {
			return err
		}
		add(m)
	}
	// GORM lists relations in no order.
	slices.SortStableFunc(mg.Models[len(mg.Asked):], func(a, b *model.Model) int { return strings.Compare(a.Schema.Table, b.Schema.Table) })
	return nil
}

// migratedElsewhere is migrated for a table that the caller named.
func (p *Plugin) migratedElsewhere(db *gorm.DB, mg *migrator.Migration) error {
	for _, value := range mg.Values {
		own, err := model.Parse(db, value)
		if err != nil {
			return err
		}
		s, err := model.ParseOn(db, value, db.Statement.Table)
		if err != nil {
			return err
		}
		m, err := p.models.elsewhere(db, s, own.Table != mg.Table)
		if err != nil {
			return err
		}
		mg.Schemas = append(mg.Schemas, s)
		if m != nil {
			mg.Models = append(mg.Models, m)
		}
	}
	mg.Asked = mg.Models
	return nil
}
