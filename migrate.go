package softdelete

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
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
	mg := &migration{d: dialectOf(db), values: models, models: list, joins: joins}
	if db.Statement != nil {
		mg.table = db.Statement.Table
	}
	err = mg.start(db)
	if d, ok := err.(*duplicates); ok { //nolint:errorlint // they are never wrapped
		return (*DuplicateError)(d)
	}
	return err
}

// start runs a migration on a handle.
func (mg *migration) start(db *gorm.DB) error {
	return alone(session.OnPrimary(db, nil).Session(&gorm.Session{}), mg.d, func(db *gorm.DB) error {
		mg.db = session.Fresh(db, gorm.Session{})
		// What is replaced goes first: GORM drops a unique constraint that its own
		// tags do not name, before there is another one. That needs the marker.
		if err := mg.addMarkers(db); err != nil {
			return err
		}
		if err := mg.indexes(replacements); err != nil {
			return err
		}
		if err := mg.byGORM(db, mg.values); err != nil {
			return err
		}
		// GORM makes a join table by a schema of its own, unless SetupJoinTable was
		// called. Its model has more columns.
		for _, m := range mg.joins {
			if err := db.AutoMigrate(model.NewOf(m.Schema.ModelType)); err != nil {
				return err
			}
		}
		return mg.indexes(everything)
	})
}

// addMarkers adds the markers that tables lack of which a unique index is to become
// one of live rows.
func (mg *migration) addMarkers(db *gorm.DB) error {
	found, err := mg.catalogue()
	if err != nil {
		return err
	}
	for _, m := range mg.models {
		table, marker := found[mg.tableOf(m)], m.Marker.Field
		if table == nil || table.Has([]string{marker.DBName}) {
			continue
		}
		replaces := slices.ContainsFunc(m.Indexes, func(i model.Index) bool {
			return i.Kind == model.UniqueAmongLive && slices.ContainsFunc(table.Indexes, func(have catalogue.Index) bool { return isOrdinaryUnique(&have, &i, mg.d) })
		})
		if !replaces {
			continue
		}
		if err := db.Migrator().AddColumn(model.NewOf(m.Schema.ModelType), marker.Name); err != nil && (mg.inTransaction() || !isOverlap(err)) {
			return fmt.Errorf("softdelete: model %s: adding the column %s to %s: %w", m.Name(), marker.DBName, table.Name, err)
		}
		table.Columns[marker.DBName] = catalogue.Column{Name: marker.DBName}
	}
	return nil
}

// byGORM runs GORM's AutoMigrate: again, where another process made the same thing
// between its look and its statement.
func (mg *migration) byGORM(db *gorm.DB, models []any) error {
	const most = 5
	for try := 1; ; try++ {
		err := db.AutoMigrate(models...)
		if err == nil || try == most || mg.inTransaction() || !isOverlap(err) {
			return err
		}
	}
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

// migration is one call of AutoMigrate.
type migration struct {
	db     *gorm.DB
	d      *dialect.Dialect
	values []any          // what GORM migrates
	models []*model.Model // the soft-deletable ones
	joins  []*model.Model // those of join tables that GORM makes by a schema of its own
	table  string         // that the caller named with db.Table, empty for each model's own
}

func (mg *migration) tableOf(m *model.Model) string {
	if mg.table != "" {
		return mg.table
	}
	return m.Schema.Table
}

// catalogue reads what the database has of the models' tables.
func (mg *migration) catalogue() (map[string]*catalogue.Table, error) {
	names := make([]string, len(mg.models))
	for i, m := range mg.models {
		names[i] = mg.tableOf(m)
	}
	return catalogue.Tables(mg.db, mg.d, names)
}

// scope says which indexes are looked after.
type scope int

const (
	everything   scope = iota
	replacements       // those that take the place of others
)

// tries is how often the indexes of a table are looked at, where other processes
// make the same ones: each may come first at each of them.
const tries = 100

func (mg *migration) indexes(scope scope) error {
	found, err := mg.catalogue()
	if err != nil {
		return err
	}
	// Before anything is changed.
	for _, m := range mg.models {
		if table := found[mg.tableOf(m)]; table != nil {
			if column, ok := table.Columns[model.LiveColumn]; ok && !m.IsLiveColumn(column) {
				return fmt.Errorf("softdelete: model %s: the column %s of %s is of another marker (%s), and its indexes keep no live rows apart: "+
					"run the remedy that Doctor has", m.Name(), model.LiveColumn, table.Name, column.Expression)
			}
			for _, c := range changes(m, table, mg.d) {
				if err := mg.check(c); err != nil {
					return err
				}
			}
		}
	}
	for _, m := range mg.models {
		table := found[mg.tableOf(m)]
		if table == nil && scope == everything && !mg.db.DryRun && strings.Contains(mg.tableOf(m), ".") {
			return fmt.Errorf("softdelete: model %s: the indexes of %s are not known here, and none were made: "+
				"connect to the database that has the table, and name it without that", m.Name(), mg.tableOf(m))
		}
		for try := 1; table != nil; try++ {
			changes := changes(m, table, mg.d)
			if scope == replacements {
				changes = slices.DeleteFunc(changes, func(c *indexChange) bool { return len(c.drop) == 0 })
			}
			if len(changes) == 0 || mg.db.DryRun && try > 1 {
				break
			}
			err := mg.run(changes)
			if err != nil && (try == tries || !isOverlap(err)) {
				return err
			}
			again, lookErr := catalogue.Tables(mg.db, mg.d, []string{table.Name})
			if lookErr != nil {
				return errors.Join(err, lookErr)
			}
			if err == nil && try == tries {
				return fmt.Errorf("softdelete: model %s: the indexes of %s are changed by something else at the same time, try again", m.Name(), table.Name)
			}
			found[table.Name] = again[table.Name]
			table = again[table.Name]
		}
	}
	return nil
}

// isOverlap tells if a change failed as somebody else makes the same one.
func isOverlap(err error) bool {
	return errors.Is(err, errUnfinished) || dialect.IsTransient(err) || isNameTaken(err) || dialect.HasState(err, "42P01", "42701", "42704", "42710") ||
		dialect.HasText(err, "already exists", "no such index", "duplicate column name", "Duplicate key name", "Duplicate column name", "Can't DROP")
}

// isNameTaken tells if PostgreSQL did not make an index as there is one of the name.
// When both are made in the same moment it is its catalogue that says so.
func isNameTaken(err error) bool {
	return dialect.HasState(err, "42P07") || dialect.HasState(err, "23505") && dialect.HasText(err, "pg_class_relname_nsp_index", "pg_type_typname_nsp_index")
}

func (mg *migration) run(changes []*indexChange) error {
	for _, c := range changes {
		if err := mg.change(c); err != nil {
			return err
		}
	}
	return nil
}
