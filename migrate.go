package softdelete

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// AutoMigrate is GORM's, and then gives the tables of soft-deletable models the
// indexes that soft deletes need:
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
// MySQL and MariaDB have no partial indexes. A unique index ends there with a
// generated column softdelete_live, which is 1 in live rows and NULL, equal to
// nothing, in others; an index of live rows begins with the marker.
//
// An ordinary unique index or constraint on the same columns is replaced, and so
// is an index by the same name that is not as it should be: the new one is made
// before the old one goes, and on PostgreSQL beside writers (CONCURRENTLY), unless
// db is a transaction. All else that the database has stays. Calling it again
// changes nothing.
//
// Without models it takes those of Config.Models. Models that are not
// soft-deletable are GORM's alone. If live rows agree where they may not, the error
// is a *DuplicateError, which names them, and the index is not made. Other errors
// are ErrNotInstalled, *ModelError for a wrong tag, gorm.ErrInvalidValue for what
// is no model, and the database's.
func AutoMigrate(db *gorm.DB, models ...any) error {
	if db == nil || db.Config == nil {
		return fmt.Errorf("softdelete: %w: AutoMigrate(nil)", gorm.ErrInvalidDB)
	}
	p, ok := installed(db)
	if !ok {
		return ErrNotInstalled
	}
	if len(models) == 0 {
		models = p.config.Models
	}
	if len(models) == 0 {
		return fmt.Errorf("softdelete: %w: AutoMigrate without models: name them, or put them into Config.Models", gorm.ErrInvalidValue)
	}
	list, joins, err := p.migrated(db, models)
	if err != nil {
		return err
	}
	if err := p.checkPlaces(db, models, "AutoMigrate"); err != nil {
		return err
	}
	defer p.models.unlearn()
	mg := &migrator.Migration{Dialect: dialectOf(db), Values: models, Models: list, Joins: joins}
	mg.Clash = func(d migrator.Duplicates) error { clash := DuplicateError(d); return &clash }
	if db.Statement != nil {
		mg.Table = db.Statement.Table
	}
	return mg.Run(db)
}

// migrated lists the soft-deletable models among values, those that GORM makes
// along, and those of join tables, which it makes by a schema of its own.
func (p *Plugin) migrated(db *gorm.DB, values []any) (list, joins []*model.Model, err error) {
	joined := map[string]bool{}
	add := func(m *model.Model) bool {
		if m == nil || slices.Contains(list, m) {
			return false
		}
		list = append(list, m)
		return true
	}
	for _, value := range values {
		if _, isName := value.(string); isName {
			return nil, nil, fmt.Errorf("softdelete: %w: AutoMigrate needs models, not the names of tables", gorm.ErrInvalidValue)
		}
		s, err := model.Parse(db, value)
		if err != nil {
			return nil, nil, err
		}
		m, err := p.models.lookup(db, s)
		if err != nil {
			return nil, nil, err
		}
		add(m)
		for _, rel := range s.Relationships.Many2Many {
			m := p.models.byTable(rel.JoinTable.Table)
			if joined[rel.JoinTable.Table] = true; add(m) && m.Schema != rel.JoinTable {
				joins = append(joins, m)
			}
		}
	}
	// GORM makes the tables along that these refer to.
	related, ok := db.Migrator().(interface {
		ReorderModels(values []any, autoAdd bool) []any
	})
	if !ok || db.Statement.Table != "" {
		return list, joins, nil
	}
	for _, value := range related.ReorderModels(values, true) {
		s, err := model.Parse(db, value)
		if err != nil {
			return nil, nil, err
		}
		if joined[s.Table] || !dialectOf(db).Regclass && strings.Contains(s.Table, ".") {
			continue // Of another database, it cannot be looked up.
		}
		m, err := p.models.lookup(db, s)
		if err != nil {
			return nil, nil, err
		}
		add(m)
	}
	return list, joins, nil
}
