package doctor

import (
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// lookAlikes finds a model whose deletes are for good, though a column of it
// seems to say otherwise. Go comes first: what the rows need then is told once the
// field has the type of a marker.
func (c *checkup) lookAlikes(t *model.Table) {
	field, markerType := model.LookAlikeOf(t.Schema)
	if field == nil {
		return
	}
	message := "field " + field.Name + " is a " + field.FieldType.String() + ", which is no marker: deletes are for good, and reads show rows in which it is set. " +
		"Make it a " + markerType + ", and run Doctor again before that is deployed: it then has the SQL that the rows need"
	f := c.add(Error, MarkerLookAlike, t, message)
	f.aboutColumns(t, []string{field.DBName})
	f.Tag = declared(field, markerType)
}

// declared is a field as it is to be declared: of another type, with the tags that it has.
func declared(field *schema.Field, markerType string) string {
	tag := string(field.Tag)
	if markerType == "softdelete.Flag" {
		own := field.Tag.Get("gorm")
		for _, part := range []string{"not null", "default:false"} {
			if key, _, _ := strings.Cut(part, ":"); !hasSetting(field, key) {
				own = strings.TrimPrefix(own+";"+part, ";")
			}
		}
		if before := field.Tag.Get("gorm"); before != "" {
			tag = strings.Replace(tag, strconv.Quote(before), strconv.Quote(own), 1)
		} else {
			tag = strings.TrimSpace(`gorm:` + strconv.Quote(own) + " " + tag)
		}
	}
	if tag != "" {
		tag = " `" + tag + "`"
	}
	return field.Name + " " + markerType + tag
}

// hasSetting tells if GORM's tag of a field says something.
func hasSetting(field *schema.Field, key string) bool {
	_, ok := schema.ParseTagSetting(field.Tag.Get("gorm"), ";")[strings.ToUpper(key)]
	return ok
}

// misfit finds rows that are neither live nor trashed by their marker, as they come of a
// column that was no marker once: a zero time, or no value where live rows have one.
func (c *checkup) misfit(t *model.Table, have *catalogue.Table, of share) {
	m := t.Model
	column, ok := have.Columns[m.Marker.Field.DBName]
	if !ok {
		return
	}
	name, table := c.quoted([]string{column.Name}), c.quote(t.Name)
	what, remedy := "NULL", "UPDATE "+table+" SET "+name+" = "+liveText(m)+" WHERE "+name+" IS NULL"
	cannotLive := m.Marker.Live == nil && !column.Nullable
	if m.Marker.Live == nil {
		what, remedy = "a zero time", "UPDATE "+table+" SET "+name+" = NULL WHERE "+name+" < "+firstTime
	}
	message, statements := "", []string{remedy}
	switch {
	case cannotLive && c.Dialect.TableRebuild:
		message, statements = "the marker "+column.Name+" is NOT NULL, and a live row has NULL in it: make the table anew without that, with NULL in the place of zero times", nil
	case cannotLive && c.isFixed(have, column.Name):
		message, statements = "the marker "+column.Name+" is NOT NULL, a live row has NULL in it, and the database changes no column that the generated one is of: drop "+model.LiveColumn+" with its indexes, "+
			"let the marker be NULL, and run Doctor again", nil
	case cannotLive:
		message = "the marker " + column.Name + " is NOT NULL, and a live row has NULL in it: no row can be made, and those with a zero time are in the trash"
		statements = append(c.dropNotNull(have, m.Marker.Field), remedy)
	case of.misfit > 0:
		message = fmt.Sprintf("%d of %d rows looked at have %s in the marker %s, which is not what a live row has: reads leave them out, as trashed ones", of.misfit, of.rows, what, column.Name)
	default:
		return
	}
	f := c.add(Error, MarkerMisfit, t, message, statements...)
	f.aboutColumns(t, []string{column.Name})
}

// firstTime is later than what stands for no time, and earlier than any deletion.
const firstTime = "'0001-01-02'"

// liveText is what a live row has in its marker.
func liveText(m *model.Model) string {
	if text, ok := m.Marker.Live.(string); ok {
		return sqlString(text)
	}
	return fmt.Sprint(m.Marker.Live)
}

// misfits is the condition of rows that are neither live nor trashed.
func (c *checkup) misfits(t *model.Table) []session.Part {
	m := t.Model
	column := clause.Column{Name: m.Marker.Field.DBName}
	kind := strings.ToLower(c.known[t.Name].Columns[column.Name].Type)
	switch {
	case m.Marker.Live != nil && !m.Marker.OrNull:
		return []session.Part{column, " IS NULL"}
	case m.Marker.Live == nil && (strings.Contains(kind, "time") || strings.Contains(kind, "date")):
		return []session.Part{column, " < " + firstTime}
	}
	return []session.Part{"1 = 0"}
}

// isFixed tells if the database does not change a column, as the generated one is of it.
func (c *checkup) isFixed(have *catalogue.Table, column string) bool {
	return c.Dialect.FixedByGenerated && strings.Contains(have.Columns[model.LiveColumn].Expression, c.quoted([]string{column}))
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
