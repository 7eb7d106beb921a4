package softdelete

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/doctor"
	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

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
