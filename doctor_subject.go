package softdelete

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/doctor"
	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// choose finds out which tables are meant.
func (p *Plugin) choose(c *doctor.Subject, values []any) error {
	type softdeleteColumns struct{ Tracked }
	own, err := model.Parse(c.DB, &softdeleteColumns{})
	if err != nil {
		return err
	}
	c.Tracked = own.FieldsByName
	schemas := make([]*schema.Schema, len(values))
	joins := map[string]bool{}
	for i, value := range values {
		s, err := model.Parse(c.DB, value)
		if err != nil {
			return err
		}
		schemas[i] = s
		for _, rel := range s.Relationships.Many2Many {
			joins[rel.JoinTable.Table] = true
		}
	}
	// The models of join tables first, so that the relations through them find them.
	slices.SortStableFunc(schemas, func(a, b *schema.Schema) int {
		switch {
		case joins[a.Table] == joins[b.Table]:
			return 0
		case joins[a.Table]:
			return -1
		}
		return 1
	})
	var names []string
	for _, s := range schemas {
		if _, err := p.models.lookup(c.DB, s); err != nil {
			return err
		}
		names = append(names, s.Table)
	}
	c.Graph = p.models.relations()
	if len(values) == 0 {
		names = slices.Clone(c.Graph.Names)
	}
	if len(names) == 0 {
		return fmt.Errorf("softdelete: %w: no models: give some to Doctor, or register them with Config.Models", gorm.ErrInvalidValue)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		t := c.Graph.Tables[name]
		if t.Err != nil {
			return publicError(t.Err)
		}
		if err := checkPlace(c.DB, t.Model, "Doctor"); err != nil {
			return err
		}
		c.Tables = append(c.Tables, t)
	}
	return nil
}

// chooseNamed is choose for a table that the caller named with db.Table. Relations are
// those of the model's own table.
func (p *Plugin) chooseNamed(of *doctor.Subject, db *gorm.DB, values []any) error {
	if len(values) != 1 {
		return fmt.Errorf("softdelete: %w: Doctor of a table that db.Table names needs its model, one", gorm.ErrInvalidValue)
	}
	if err := p.choose(of, values); err != nil { // what it wants to know of any
		return err
	}
	mg := &migrator.Migration{Dialect: of.Dialect, Values: values, Table: tableNamedBy(db)}
	if err := p.migratedElsewhere(db, mg); err != nil {
		return err
	}
	table := &model.Table{Name: mg.Table, Schema: mg.Schemas[0]}
	if len(mg.Models) > 0 {
		table.Model = mg.Models[0]
	}
	of.Graph = &model.Graph{Tables: map[string]*model.Table{table.Name: table}, Names: []string{table.Name}}
	of.Tables = []*model.Table{table}
	of.WithForeignKeys = func([]string, []*catalogue.ForeignKey) *model.Graph { return of.Graph }
	return nil
}
