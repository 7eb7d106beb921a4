package migrator

import (
	"context"
	"database/sql"
	"regexp"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/model"
)

// listening is a connection on which nothing is changed: it keeps the statements that
// are sent to change something, and passes on what is asked. It is in a transaction as
// far as others can tell, so that nobody takes a statement elsewhere.
type listening struct {
	gorm.ConnPool
	explain func(sql string, vars ...any) string
	passOn  bool // the database is a copy
	list    []string
}

// ExecContext keeps a statement.
func (l *listening) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if !regexp.MustCompile(`(?i)^\s*(SAVEPOINT|RELEASE|ROLLBACK|PRAGMA|BEGIN|COMMIT)\b`).MatchString(query) {
		l.list = append(l.list, l.explain(query, args...))
	}
	if l.passOn {
		return l.ConnPool.ExecContext(ctx, query, args...)
	}
	return none{}, nil
}

// Commit ends no transaction.
func (*listening) Commit() error { return nil }

// Rollback ends none.
func (*listening) Rollback() error { return nil }

// none is the result of what was not run.
type none struct{}

// LastInsertId is none.
func (none) LastInsertId() (int64, error) { return 0, nil }

// RowsAffected is none.
func (none) RowsAffected() (int64, error) { return 0, nil }

// byGORM adds what GORM would do, as it says itself when it looks at the database. What
// was replaced before is not there any more when it does so.
func (p *plan) byGORM(db *gorm.DB) error {
	on := &listening{ConnPool: db.Statement.ConnPool, explain: db.Explain}
	tx := onPool(db, on)
	if err := tx.AutoMigrate(p.Values...); err != nil {
		return err
	}
	var made []*model.Model
	for _, m := range p.Joins {
		if p.is[m.Schema.Table] == nil {
			made = append(made, m)
			continue
		}
		if err := tx.AutoMigrate(model.NewOf(m.Schema.ModelType)); err != nil {
			return err
		}
	}
	for _, sql := range on.list {
		s := p.ofGORM(sql)
		known := slices.ContainsFunc(p.list, func(other Statement) bool { return other.Up == s.Up })
		if !known && !p.isReplaced(s) {
			p.list = append(p.list, s)
		}
	}
	withKeys := !db.DisableForeignKeyConstraintWhenMigrating && !db.IgnoreRelationshipsWhenMigrating
	for _, s := range p.Schemas {
		p.will.predict(s, p.tableFor(s), withKeys)
		if texts := p.writer.Texts[p.tableFor(s)]; texts == nil {
			if p.writer.Texts == nil {
				p.writer.Texts = map[string]map[string]string{}
			}
			p.writer.Texts[p.tableFor(s)] = p.textsOf(db, s)
		}
	}
	for _, m := range made {
		p.list = append(p.list, p.joinColumns(db, m, p.will, withKeys)...)
	}
	return nil
}

// onPool is a handle with all that it has, on another connection.
func onPool(db *gorm.DB, pool gorm.ConnPool) *gorm.DB {
	tx := db.Session(&gorm.Session{}).Clauses()
	config := *tx.Config
	config.ConnPool = pool
	tx.Config = &config
	tx.Statement.ConnPool = pool
	return tx.Session(&gorm.Session{})
}

// isReplaced tells if GORM would drop what is not there any more, or make what is there by
// then.
func (p *plan) isReplaced(s Statement) bool {
	if !regexp.MustCompile(`^(DROP INDEX|ALTER TABLE \S+ (DROP|ADD CONSTRAINT)|CREATE [A-Z ]*INDEX)`).MatchString(s.Up) {
		return false
	}
	for _, name := range quotedNames.FindAllStringSubmatch(s.Up, -1) {
		if p.replaced[s.Table+" "+name[1]] {
			return true
		}
	}
	return false
}

var quotedNames = regexp.MustCompile("[\"`]([^\"`]+)[\"`]")

// gorms are the forms of GORM's statements, with what takes each back.
var gorms = []struct {
	form *regexp.Regexp
	down string
	why  string
}{
	{regexp.MustCompile(`^CREATE TABLE (?P<table>NAME) `), "DROP TABLE ${table}", "the table of a model"},
	{regexp.MustCompile(`^ALTER TABLE (?P<table>NAME) ADD CONSTRAINT (?P<name>NAME) `), "CONSTRAINT", "a constraint of a model"},
	{regexp.MustCompile(`^ALTER TABLE (?P<table>NAME) ADD (?P<name>NAME) `), "ALTER TABLE ${table} DROP COLUMN ${name}", "a field of a model"},
	{regexp.MustCompile(`^ALTER TABLE (?P<table>NAME) ALTER COLUMN (?P<name>NAME) SET NOT NULL`), "ALTER TABLE ${table} ALTER COLUMN ${name} DROP NOT NULL", "as the field of the model is"},
	{regexp.MustCompile(`^ALTER TABLE (?P<table>NAME) ALTER COLUMN (?P<name>NAME) DROP NOT NULL`), "ALTER TABLE ${table} ALTER COLUMN ${name} SET NOT NULL", "as the field of the model is"},
	{regexp.MustCompile(`^ALTER TABLE (?P<table>NAME) `), "", "as the field of the model is"},
	{regexp.MustCompile(`^CREATE [A-Z ]*INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?(?P<name>NAME) ON (?P<table>NAME)`), "INDEX", "an index of a model"},
	{regexp.MustCompile(`^DROP INDEX (?P<name>NAME) ON (?P<table>NAME)`), "", "no model has it"},
	{regexp.MustCompile(`^COMMENT ON COLUMN (?P<table>NAME)\.`), "", "the comment of a field"},
	{regexp.MustCompile(`^(?:INSERT INTO|DROP TABLE|UPDATE|DELETE FROM) (?P<table>NAME)`), "", "GORM changes a column by making the table anew"},
}

func init() {
	const name = "[\"`][^\"`]+[\"`](?:\\.[\"`][^\"`]+[\"`])?"
	for i := range gorms {
		gorms[i].form = regexp.MustCompile(strings.ReplaceAll(gorms[i].form.String(), "NAME", name))
	}
}

// ofGORM is a statement of GORM's.
func (mg *Migration) ofGORM(sql string) Statement {
	s := Statement{Up: sql, Why: "GORM's own migrator does it", NoTransaction: strings.Contains(sql, "INDEX CONCURRENTLY")}
	for _, g := range gorms {
		match := g.form.FindStringSubmatchIndex(sql)
		if match == nil {
			continue
		}
		part := func(template string) string { return string(g.form.ExpandString(nil, template, sql, match)) }
		s.Why, s.Down = g.why, part(g.down)
		s.Table = strings.TrimSuffix(strings.NewReplacer(`"`, "", "`", "").Replace(part("${table}")), scratchOfGORM)
		switch g.down {
		case "INDEX":
			s.Down = mg.dropOfGORMs(s.Table, part("${table}"), part("${name}"))
		case "CONSTRAINT":
			s.Down = part("ALTER TABLE ${table} " + mg.dropConstraint(sql) + "${name}")
		}
		break
	}
	return s
}

// dropConstraint is the part of ALTER TABLE that drops a constraint, by the statement that
// added it. DROP CONSTRAINT is overlooked on TiDB, and newer than what it is about elsewhere.
func (mg *Migration) dropConstraint(added string) string {
	switch {
	case mg.Dialect.AlterIndexes && strings.Contains(added, " FOREIGN KEY "):
		return "DROP FOREIGN KEY "
	case mg.Dialect.AlterIndexes && strings.Contains(added, " UNIQUE "):
		return "DROP INDEX "
	}
	return "DROP CONSTRAINT "
}

func (mg *Migration) dropOfGORMs(name, table, index string) string {
	if mg.Dialect.AlterIndexes {
		return "ALTER TABLE " + table + " DROP INDEX " + index
	}
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		index = mg.db.Statement.Quote(name[:i]) + "." + index
	}
	return "DROP INDEX " + index
}
