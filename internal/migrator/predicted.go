package migrator

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// What GORM makes of schemas is known before it has, from the schemas themselves. A plan
// goes on from there.

// predicted are the tables that GORM makes in an empty database, and their foreign keys.
type predicted struct {
	dialect *dialect.Dialect
	tables  map[string]*catalogue.Table
	keys    []*catalogue.ForeignKey
}

// predict adds the table of a schema. Of two that are of one table GORM takes one.
func (p *predicted) predict(s *schema.Schema, name string, withKeys bool) {
	table := p.tables[name]
	if table == nil {
		table = &catalogue.Table{Name: name, Columns: map[string]catalogue.Column{}}
		p.tables[name] = table
		if primary := columnsOf(s.PrimaryFields); len(primary) > 0 {
			table.Indexes = append(table.Indexes, catalogue.Index{Name: "PRIMARY", Unique: true, Primary: true, Valid: true, Plain: true, Columns: primary})
		}
	}
	for _, column := range s.DBNames {
		if field := s.FieldsByDBName[column]; !field.IgnoreMigration && !table.Has([]string{column}) {
			table.Columns[column] = catalogue.Column{Name: column, Nullable: !field.NotNull}
		}
	}
	for _, declared := range indexesOf(s) {
		if table.Index(declared.Name) == nil {
			table.Indexes = append(table.Indexes, p.indexOf(declared))
		}
	}
	uniques := s.ParseUniqueConstraints()
	for _, column := range s.DBNames {
		for name, unique := range uniques {
			if unique.Field.DBName == column && table.Index(name) == nil {
				table.Indexes = append(table.Indexes, catalogue.Index{
					Name: name, Unique: true, Constraint: !p.dialect.AlterIndexes, Valid: true, Plain: true, Columns: []string{column},
				})
			}
		}
	}
	if withKeys {
		p.predictKeys(s, table)
	}
}

// parsing is held while GORM lists the indexes of a schema, to whose fields it writes.
var parsing sync.Mutex

func indexesOf(s *schema.Schema) []*schema.Index {
	parsing.Lock()
	defer parsing.Unlock()
	return s.ParseIndexes()
}

func columnsOf(fields []*schema.Field) []string {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = field.DBName
	}
	return names
}

// indexOf is an index of GORM's tags as the database will have it.
func (p *predicted) indexOf(declared *schema.Index) catalogue.Index {
	index := catalogue.Index{Name: declared.Name, Unique: declared.Class == "UNIQUE", Valid: true, Plain: true}
	if p.dialect.PartialIndex {
		index.Where = declared.Where
	}
	for _, option := range declared.Fields {
		name := option.DBName
		if option.Expression != "" || option.Length > 0 && p.dialect.AlterIndexes {
			name = ""
		}
		index.Plain = index.Plain && name != "" && option.Collate == "" && (p.dialect.Ascending || !strings.EqualFold(option.Sort, "desc"))
		index.Columns = append(index.Columns, name)
	}
	return index
}

// predictKeys adds the foreign keys of a table, and the indexes that a database makes
// for them by itself.
func (p *predicted) predictKeys(s *schema.Schema, table *catalogue.Table) {
	// Those too that GORM made up for what has many of these rows.
	for _, rel := range allRelations(s) {
		if rel.Field.IgnoreMigration {
			continue
		}
		c := rel.ParseConstraint()
		if c == nil || c.Schema != s {
			continue
		}
		key := &catalogue.ForeignKey{
			Name: c.Name, Child: table.Name, Parent: c.ReferenceSchema.Table,
			Columns: columnsOf(c.ForeignKeys), Referred: columnsOf(c.References),
		}
		if slices.ContainsFunc(p.keys, func(other *catalogue.ForeignKey) bool { return other.Child == key.Child && other.Name == key.Name }) {
			continue
		}
		p.keys = append(p.keys, key)
		led := slices.ContainsFunc(table.Indexes, func(ix catalogue.Index) bool {
			return len(ix.Columns) >= len(key.Columns) && slices.Equal(ix.Columns[:len(key.Columns)], key.Columns)
		})
		if p.dialect.ForeignKeyIndex && !led {
			table.Indexes = append(table.Indexes, catalogue.Index{Name: key.Name, Valid: true, Plain: true, Columns: key.Columns})
		}
	}
}

func allRelations(s *schema.Schema) []*schema.Relationship {
	all := &s.Relationships
	all.Mux.RLock()
	defer all.Mux.RUnlock()
	var list []*schema.Relationship
	for _, name := range slices.Sorted(maps.Keys(all.Relations)) {
		list = append(list, all.Relations[name])
	}
	return list
}

// apply is what a table is after a change.
func (c *Change) apply() *catalogue.Table {
	after := &catalogue.Table{Name: c.Table.Name, Columns: c.Table.Columns}
	if c.AddColumn {
		after.Columns = map[string]catalogue.Column{model.LiveColumn: {Name: model.LiveColumn, Generated: true}}
		for name, column := range c.Table.Columns {
			after.Columns[name] = column
		}
	}
	goes := func(name string) bool {
		is := func(ix catalogue.Index) bool { return ix.Name == name }
		return slices.ContainsFunc(c.Drop, is) || slices.ContainsFunc(c.yielding, is) || slices.Contains(c.Unfinished, name)
	}
	for _, ix := range c.Table.Indexes {
		switch {
		case slices.Contains(c.held, ix.Name):
			ix.Name = c.heldName(ix.Name)
		case goes(ix.Name):
			continue
		case ix.Name == c.From:
			ix.Name = c.Want.Name
		}
		after.Indexes = append(after.Indexes, ix)
	}
	if c.Create {
		after.Indexes = append(after.Indexes, catalogue.Index{
			Name: c.Want.Name, Unique: c.Want.Unique, Valid: true, Plain: true, Columns: c.Want.Columns, Where: model.ConditionText(c.Want.Where),
		})
	}
	return after
}
