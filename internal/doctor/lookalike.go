package doctor

import (
	"reflect"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// lookAlikes finds a model whose deletes are for good, though a column of it
// seems to say otherwise. The remedy is what the table needs once the field has
// the type of a marker.
func (c *checkup) lookAlikes(t *model.Table) {
	field, markerType := model.LookAlikeOf(t.Schema)
	if field == nil {
		return
	}
	message := "field " + field.Name + " is a " + field.FieldType.String() + ", which is no marker: deletes are for good, and reads show rows in which it is set. " +
		"Make it a " + markerType
	if markerType == "softdelete.Flag" {
		message += ` with the tag gorm:"not null;default:false"`
	}
	var remedy []string
	if have := c.known[t.Name]; have != nil && have.Has([]string{field.DBName}) {
		if markerType == "gorm.DeletedAt" && c.Dialect.TableRebuild && !have.Columns[field.DBName].Nullable {
			message += ". The column is NOT NULL, and a live row has NULL in it: make the table anew without that"
		} else {
			remedy = c.asMarker(t, have, field, markerType)
		}
	}
	c.add(Error, MarkerLookAlike, t, message, remedy...)
}

// asMarker lists the statements that make a column a marker of a type: rows with
// what stands for no time become live, and trashed ones are found by time.
func (c *checkup) asMarker(t *model.Table, have *catalogue.Table, field *schema.Field, markerType string) []string {
	table, column := c.quote(t.Name), c.quoted([]string{field.DBName})
	var list []string
	switch markerType {
	case "gorm.DeletedAt":
		if field.FieldType.Kind() != reflect.Pointer {
			list = append(list, c.dropNotNull(have, field)...)
			list = append(list, "UPDATE "+table+" SET "+column+" = NULL WHERE "+column+" < '0001-01-02'")
		}
		list = append(list, c.ownIndexes(&model.Model{Schema: t.Schema, Marker: model.Marker{Kind: model.TimeMarker, Field: field}, At: field}, have)...)
	case "soft_delete.DeletedAt":
		list = append(list, "UPDATE "+table+" SET "+column+" = 0 WHERE "+column+" IS NULL")
		list = append(list, c.ownIndexes(&model.Model{Schema: t.Schema, Marker: model.Marker{Kind: model.UnixMarker, Field: field, Live: 0}, At: field}, have)...)
	default:
		list = append(list, "UPDATE "+table+" SET "+column+" = false WHERE "+column+" IS NULL")
		list = append(list, c.ownIndexes(&model.Model{Schema: t.Schema, Marker: model.Marker{Kind: model.FlagMarker, Field: field, Live: false, Trashed: true}}, have)...)
	}
	return list
}

// dropNotNull lists the statement that lets a column be NULL, none where it can
// be or where the database cannot change that.
func (c *checkup) dropNotNull(have *catalogue.Table, field *schema.Field) []string {
	column := have.Columns[field.DBName]
	name := c.quoted([]string{column.Name})
	switch {
	case column.Nullable || c.Dialect.TableRebuild:
		return nil
	case c.Dialect.AlterIndexes:
		return []string{"ALTER TABLE " + c.quote(have.Name) + " MODIFY COLUMN " + name + " " + column.Type + " NULL"}
	default:
		return []string{"ALTER TABLE " + c.quote(have.Name) + " ALTER COLUMN " + name + " DROP NOT NULL"}
	}
}
