package migrator

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Plan lists what a migration would do to the database as it is, GORM's own statements
// among them. It reads, and changes nothing.
func (mg *Migration) Plan(db *gorm.DB) ([]Statement, error) {
	db = session.OnPrimary(db, nil).Session(&gorm.Session{})
	db.DryRun = false
	db = mg.withoutRelations(db)
	mg.db = session.Fresh(db, gorm.Session{})
	if mg.Dialect.TableRebuild {
		return mg.planOnCopy(db)
	}
	p := &plan{Migration: mg, will: &predicted{dialect: mg.Dialect}}
	if err := p.read(); err != nil {
		return nil, err
	}
	for _, step := range []func(*gorm.DB) error{p.markers, p.check, p.replace, p.byGORM, p.index} {
		if err := step(db); err != nil {
			return nil, err
		}
	}
	return p.list, nil
}

// plan goes the way of Run, over tables as they will be.
type plan struct {
	*Migration

	is       map[string]*catalogue.Table // as the database has them
	will     *predicted                  // as they are after what is in the list
	writer   DDL
	list     []Statement
	replaced map[string]bool // names of what was replaced, of which GORM knows nothing then
}

// read asks the database for all that the plan begins with.
func (p *plan) read() error {
	var names []string
	for _, m := range p.Models {
		names = append(names, p.tableOf(m))
	}
	for _, s := range p.Schemas {
		names = append(names, p.tableFor(s))
	}
	var err error
	if p.is, err = catalogue.Tables(p.db, p.Dialect, names); err != nil {
		return err
	}
	p.will.tables = map[string]*catalogue.Table{}
	var there []string
	for name, table := range p.is {
		there = append(there, name)
		columns := map[string]catalogue.Column{}
		for name, column := range table.Columns {
			columns[name] = column
		}
		p.will.tables[name] = &catalogue.Table{Name: name, Columns: columns, Indexes: slices.Clone(table.Indexes)}
	}
	p.writer = DDL{DB: p.db, Dialect: p.Dialect}
	if len(there) == 0 {
		return nil
	}
	slices.Sort(there)
	texts, err := catalogue.DefinitionsOf(p.look(), p.Dialect, there)
	if err != nil {
		return err
	}
	p.writer.Texts = texts.Indexes
	if p.Dialect.AlterIndexes {
		for _, indexes := range p.writer.Texts {
			for name, kind := range indexes { // "BTREE `a`, `b`"
				if _, columns, ok := strings.Cut(kind, " "); ok && columns != "" {
					indexes[name] = " ON (" + columns + ")"
				}
			}
		}
	}
	if p.Dialect.ForeignKeyIndex {
		p.will.keys, err = catalogue.ForeignKeys(p.look(), p.Dialect, there, nil)
	}
	return err
}

// markers adds those that what is to be replaced needs.
func (p *plan) markers(db *gorm.DB) error {
	for _, m := range p.lacksMarker(p.will.tables) {
		table, marker := p.will.tables[p.tableOf(m)], m.Marker.Field
		for _, sql := range p.told(db, func(gm gorm.Migrator) error { return gm.AddColumn(model.NewOf(m.Schema.ModelType), marker.Name) }) {
			p.list = append(p.list, Statement{
				Table: table.Name, Up: sql, Down: p.writer.Text("ALTER TABLE ", clause.Table{Name: table.Name}, " DROP COLUMN ", clause.Column{Name: marker.DBName}),
				Why: "the marker: no index is of live rows without it",
			})
		}
		table.Columns[marker.DBName] = catalogue.Column{Name: marker.DBName, Nullable: !marker.NotNull}
	}
	on := &listening{ConnPool: db.Statement.ConnPool, explain: db.Explain}
	if err := p.settleMarkers(onPool(db, on), p.is); err != nil {
		return err
	}
	for _, sql := range on.list {
		p.list = append(p.list, p.ofGORM(sql))
	}
	return nil
}

// check finds what stands in the way, duplicates among it.
func (p *plan) check(*gorm.DB) error {
	for _, m := range p.Models {
		table := p.will.tables[p.tableOf(m)]
		if table == nil {
			if strings.Contains(p.tableOf(m), ".") && !p.Dialect.Regclass {
				return p.unknownPlace(m)
			}
			continue
		}
		if err := p.checkTable(m, table, p.is[table.Name]); err != nil {
			return err
		}
	}
	return nil
}

// checkTable is check of what a table lacks as it is. Where rows have no marker yet, all
// of them are live.
func (mg *Migration) checkTable(m *model.Model, will, is *catalogue.Table) error {
	if column, ok := is.Columns[model.LiveColumn]; ok && !m.IsLiveColumn(column) {
		return mg.foreignLiveColumn(m, will.Name, column)
	}
	withMarker := *will
	withMarker.Columns = map[string]catalogue.Column{m.Marker.Field.DBName: {Name: m.Marker.Field.DBName}}
	for name, column := range will.Columns {
		withMarker.Columns[name] = column
	}
	for _, c := range Changes(m, &withMarker, mg.Dialect) {
		c.allLive = !is.Has([]string{m.Marker.Field.DBName})
		if err := mg.check(c); err != nil {
			return err
		}
	}
	return nil
}

// replace puts indexes in the place of others, before GORM looks.
func (p *plan) replace(*gorm.DB) error {
	p.replaced = map[string]bool{}
	for _, m := range p.Models {
		if err := p.stepsOf(m, replacements); err != nil {
			return err
		}
	}
	return nil
}

// index makes those that are lacking after GORM.
func (p *plan) index(*gorm.DB) error {
	for _, m := range p.Models {
		if err := p.stepsOf(m, everything); err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) stepsOf(m *model.Model, scope scope) error {
	name := p.tableOf(m)
	if p.will.tables[name] == nil {
		return nil
	}
	w := p.writer
	if p.Dialect.Concurrently != "" && p.is[name] != nil && !p.inTransaction() {
		beside, err := p.allowsBeside(name)
		if err != nil {
			return err
		}
		if beside {
			w.concurrently = p.Dialect.Concurrently
		}
	}
	list, after, err := p.steps(w, m, p.will.tables[name], p.will.keys, func(c *Change) bool {
		if scope == replacements && len(c.Drop) == 0 {
			return false
		}
		for _, old := range c.Drop {
			p.replaced[name+" "+old.Name] = true
			if len(old.Columns) == 1 {
				p.replaced[name+" "+p.db.NamingStrategy.UniqueName(m.Schema.Table, old.Columns[0])] = true
			}
		}
		if len(c.Drop) > 0 {
			p.replaced[name+" "+c.Want.Name] = true
		}
		return true
	})
	p.list = append(p.list, list...)
	p.will.tables[name] = after
	return err
}

// allowsBeside tells if indexes of a table are made while others write: if it has rows
// of which some could, and no partitions.
func (p *plan) allowsBeside(name string) (bool, error) {
	used, err := p.hasRows(&Change{Table: &catalogue.Table{Name: name}})
	if err != nil || !used || p.Dialect.PartitionedSQL == "" {
		return used, err
	}
	var partitioned bool
	argument, _ := catalogue.Names(p.db, p.Dialect, []string{name})
	if err := p.look().Raw(p.Dialect.PartitionedSQL, argument).Scan(&partitioned).Error; err != nil {
		return false, fmt.Errorf("softdelete: looking if %s has partitions: %w", name, err)
	}
	return !partitioned, nil
}
