package softdelete

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/fault"
	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Guard has the database itself keep live rows: a trigger on the table of each model
// refuses to delete them, whoever asks.
//
//	err := softdelete.Guard(db, &User{}, &Post{})
//
//	DELETE FROM posts WHERE id = 1
//	ERROR: softdelete: guarded: posts has live rows that would be deleted (SQLSTATE SDG01)
//
// Trashed rows may go, so that [Purge] and [Trash.Empty] cost what they did.
// [ForceDelete], and Delete under Unscoped, go through with all that they take along:
// their statements say that live rows are meant, each for itself alone. Where GORM runs
// its callbacks a refusal is [ErrGuarded]. PostgreSQL also refuses to truncate a table
// that has live rows. docs/guard.md says what each database lets through.
//
// A table that is guarded already gets no statement; a guard of an older version is
// replaced. On PostgreSQL and SQLite all of it is one transaction. Without models it
// takes those of [Config].Models that are soft-deletable. With db.Table(name) it guards
// that table. It is safe for concurrent use.
//
// The errors are:
//
//   - [ErrNotInstalled] without the plugin, gorm.ErrInvalidDB for a nil handle;
//   - gorm.ErrInvalidValue for what is no model, or if there is none at all;
//   - [ErrNotSoftDeletable] for a model without a marker, [*ModelError] for a wrong one;
//   - [ErrUnsupportedDatabase] where there are no triggers (TiDB), and the database's
//     own.
func Guard(db *gorm.DB, models ...any) error {
	guarding, err := guardingHere(db, "Guard", models)
	if err != nil {
		return err
	}
	if err := guarding.CheckMarkers(); err != nil {
		return err
	}
	return guarding.Install()
}

// Unguard takes the guards of the models' tables off. It takes what Guard takes, and
// returns the same errors. A table without a guard is left as it is.
func Unguard(db *gorm.DB, models ...any) error {
	guarding, err := guardingHere(db, "Unguard", models)
	if err != nil {
		return err
	}
	return guarding.Remove()
}

// guardingHere is guardingOf, of tables that the handle's own connection has.
func guardingHere(db *gorm.DB, verb string, values []any) (*migrator.Guarding, error) {
	guarding, err := guardingOf(db, verb, values)
	if err != nil {
		return nil, err
	}
	for _, g := range guarding.Guards {
		if err := checkPlace(db, g.Model, verb); err != nil {
			return nil, err
		}
		if !guarding.Dialect.Regclass && strings.Contains(g.Table, ".") {
			return nil, fmt.Errorf("softdelete: model %s: %w: the guard of %s is not known here: "+
				"connect to the database that has the table, and name it without that", g.Model.Name(), gorm.ErrInvalidDB, g.Table)
		}
	}
	return guarding, nil
}

// GuardDDL lists the statements by which Guard guards tables that have no guard, for
// those who migrate by other tools. It takes what Guard takes, and runs no statement:
//
//	statements, err := softdelete.GuardDDL(db, &User{}, &Post{})
//	for _, s := range statements {
//		fmt.Printf("-- %s\n%s;\n", s.Why, s.Up)
//	}
//
// The same models give the same statements, table by table in the order of their names.
// The Down of each, in reverse order, is what Unguard runs. On SQLite the first one is of all
// guards: as long as another table is guarded, leave out its Down.
//
// The errors are those of Guard, but for the database's.
func GuardDDL(db *gorm.DB, models ...any) ([]Statement, error) {
	guarding, err := guardingOf(db, "GuardDDL", models)
	if err != nil {
		return nil, err
	}
	var list []Statement
	for _, step := range guarding.Steps() {
		list = append(list, Statement{Table: step.Table, Up: step.Up, Down: step.Down, Why: step.Why})
	}
	return list, nil
}

// guardingOf lists the guards of the models' tables.
func guardingOf(db *gorm.DB, verb string, values []any) (*migrator.Guarding, error) {
	if db == nil || db.Config == nil {
		return nil, fmt.Errorf("softdelete: %w: %s(nil)", gorm.ErrInvalidDB, verb)
	}
	p, ok := installed(db)
	if !ok {
		return nil, ErrNotInstalled
	}
	if db.Error != nil {
		return nil, db.Error
	}
	named := len(values) > 0
	if !named {
		values = p.config.Models
	}
	guarding := &migrator.Guarding{DB: session.Fresh(session.OnPrimary(db, nil), gorm.Session{}), Dialect: dialectOf(db)}
	for _, value := range values {
		m, err := p.models.parse(db, value)
		switch {
		case err != nil:
			return nil, err
		case m == nil && named:
			s, _ := model.Parse(db, value)
			return nil, fault.About(ErrNotSoftDeletable, s.Name, model.LookAlike(s))
		case m == nil:
			continue
		}
		table, err := guardedTable(db, m, values, named)
		if err != nil {
			return nil, err
		}
		g := migrator.GuardOf(guarding.DB, guarding.Dialect, m, table, "")
		at := slices.IndexFunc(guarding.Guards, func(other migrator.Guard) bool { return other.Table == table })
		switch {
		case at < 0:
			guarding.Guards = append(guarding.Guards, g)
		case !g.Is(&guarding.Guards[at]):
			return nil, fmt.Errorf("softdelete: models %s and %s: %w: they are of one table, %s, and do not agree which of its rows are live: give %s one of them",
				guarding.Guards[at].Model.Name(), m.Name(), gorm.ErrInvalidValue, table, verb)
		}
	}
	if len(guarding.Guards) == 0 {
		return nil, fmt.Errorf("softdelete: %w: %s without models: name them, or put them into Config.Models", gorm.ErrInvalidValue, verb)
	}
	if len(guarding.Dialect.Guard.Parts) == 0 {
		return nil, fmt.Errorf("%w: %s: %w", ErrUnsupportedDatabase, verb, migrator.ErrNoTriggers)
	}
	slices.SortFunc(guarding.Guards, func(a, b migrator.Guard) int { return strings.Compare(a.Table, b.Table) })
	return guarding, nil
}

// guardedTable is the model's table, or the one that the handle names: for one model.
func guardedTable(db *gorm.DB, m *model.Model, values []any, named bool) (string, error) {
	stmt := db.Statement
	switch {
	case stmt == nil || stmt.Table == "":
		return m.Schema.Table, nil
	case !named || len(values) > 1:
		return "", fmt.Errorf("softdelete: %w: db.Table(%q) is for one model: name it", gorm.ErrInvalidValue, stmt.Table)
	case stmt.TableExpr == nil:
		return stmt.Table, nil
	case strings.Contains(strings.TrimSpace(stmt.TableExpr.SQL), " "):
		return "", fmt.Errorf("softdelete: model %s: %w: db.Table(%q) is more than the name of a table", m.Name(), gorm.ErrInvalidValue, stmt.TableExpr.SQL)
	}
	return strings.NewReplacer(`"`, "", "`", "").Replace(stmt.TableExpr.SQL), nil
}
