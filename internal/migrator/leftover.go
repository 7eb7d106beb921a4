package migrator

import (
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// A gorm:"unique" beside softdelete:"unique" is no constraint, which GORM does not know of a
// model that the plugin has not seen before it makes the table. The statements here are right
// whether it has made one or not.

// constrained lists the fields of a model with such a tag.
func constrained(m *model.Model) []*schema.Field {
	var list []*schema.Field
	for _, i := range m.Indexes {
		if i.Kind == model.UniqueAmongLive && len(i.Fields) == 1 {
			if _, said := schema.ParseTagSetting(i.Fields[0].Tag.Get("gorm"), ";")["UNIQUE"]; said {
				list = append(list, i.Fields[0])
			}
		}
	}
	return list
}

// leftovers are the statements by which such constraints go.
func (mg *Migration) leftovers(db *gorm.DB, w DDL, m *model.Model) []Statement {
	fields := constrained(m)
	if len(fields) == 0 || mg.Known(m) {
		return nil
	}
	if mg.Dialect.TableRebuild {
		return mg.tableWithout(db, w, m, fields)
	}
	var list []Statement
	table := clause.Table{Name: mg.tableOf(m)}
	for _, field := range fields {
		name := clause.Column{Name: db.NamingStrategy.UniqueName(m.Schema.Table, field.DBName)}
		s := Statement{
			Table: table.Name, Why: "GORM has made it of gorm:\"unique\", if it did not know the model",
			Up:   w.Text("ALTER TABLE ", table, " DROP CONSTRAINT IF EXISTS ", name),
			Down: w.Text("ALTER TABLE ", table, " ADD CONSTRAINT ", name, " UNIQUE (", expr.Columns("", []string{field.DBName}), ")"),
		}
		if drop := mg.Dialect.DropIndexIfThere; drop != "" {
			s.Up = w.Text("ALTER TABLE ", table, " "+strings.ReplaceAll(drop, "{name}", w.Text(name)))
		}
		list = append(list, s)
	}
	return list
}

// tableWithout makes the table anew as GORM makes it of a model that is known.
func (mg *Migration) tableWithout(db *gorm.DB, w DDL, m *model.Model, fields []*schema.Field) []Statement {
	made := mg.told(db, func(gm gorm.Migrator) error { return gm.CreateTable(model.NewOf(m.Schema.ModelType)) })
	if len(made) == 0 {
		return nil
	}
	old, scratch := clause.Table{Name: mg.tableOf(m)}, clause.Table{Name: mg.tableOf(m) + "_softdelete_new"}
	body := made[0][strings.IndexByte(made[0], '('):]
	before := strings.TrimSuffix(body, ")")
	for _, field := range fields {
		name := clause.Column{Name: db.NamingStrategy.UniqueName(m.Schema.Table, field.DBName)}
		before += w.Text(",CONSTRAINT ", name, " UNIQUE (", expr.Columns("", []string{field.DBName}), ")")
	}
	const why = "GORM has made a constraint of gorm:\"unique\", if it did not know the model: it goes as the table is made anew"
	list := w.anew(old.Name, scratch.Name, columnsMade(m.Schema), body, before+")", nil, why)
	c := &Change{Table: &catalogue.Table{Name: old.Name}}
	for _, index := range indexesOf(m.Schema) {
		text := w.Texts[old.Name][index.Name]
		list = append([]Statement{{Up: w.drop(c, index.Name), Down: text, Why: "it goes with the table, and comes back"}}, list...)
		list = append(list, Statement{Up: text, Down: w.drop(c, index.Name), Why: "it was there before"})
	}
	for i := range list {
		list[i].Table = old.Name
	}
	return list
}

func columnsMade(s *schema.Schema) []string {
	var names []string
	for _, name := range s.DBNames {
		if !s.FieldsByDBName[name].IgnoreMigration {
			names = append(names, name)
		}
	}
	return names
}
