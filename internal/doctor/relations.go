package doctor

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// models finds relations along which a delete cannot be undone as it was done.
func (c *checkup) models() error {
	for _, t := range c.Tables {
		for _, rel := range t.Schema.Relationships.Many2Many {
			c.joinTable(t, rel)
		}
	}
	for _, l := range c.cascades() {
		switch {
		case l.Child.Model == nil && !c.isJoinTable(l.Child):
			c.childWithoutMarker(l)
		case l.Child.Model != nil:
			c.inexact(l)
		}
	}
	return nil
}

// cascades lists the cascading relations from soft-deletable tables at one end of
// which a table to look at stands, each once.
func (c *checkup) cascades() []*model.Link {
	var list []*model.Link
	for _, t := range c.Tables {
		for _, l := range slices.Concat(t.Children, t.Parents) {
			if l.Policy == model.Cascades && l.Parent.Model != nil && !slices.Contains(list, l) {
				list = append(list, l)
			}
		}
	}
	return list
}

// joinTable finds a join table of which rows go for good, while what they link is
// soft-deletable.
func (c *checkup) joinTable(t *model.Table, rel *schema.Relationship) {
	join := c.Graph.Tables[rel.JoinTable.Table]
	other := c.Graph.Tables[rel.FieldSchema.Table]
	soft := t.Model != nil || other != nil && other.Model != nil
	told := func(f *Finding) bool {
		return (f.Kind == JoinTableHardDeletes || f.Kind == ColumnsUndeclared) && f.Table == rel.JoinTable.Table
	}
	if join == nil || join.Model != nil || !soft || slices.ContainsFunc(c.findings, told) {
		return
	}
	message := fmt.Sprintf("the join table of %s.%s has no marker: unlinking removes its rows for good, and no restore brings them back. "+
		"Give it a model with softdelete.%s embedded, in Config.Models or by SetupJoinTable", t.Schema.Name, rel.Name, embedded(t))
	kind, remedy := JoinTableHardDeletes, c.giveMarker(join, embedded(t))
	if c.hasMarker(join, embedded(t)) {
		kind = ColumnsUndeclared
	}
	f := c.addTo(Warning, kind, rel.JoinTable.Table, t.Schema.Name, message, remedy...)
	f.Tag = "softdelete." + embedded(t)
	f.fields = []*schema.Field{rel.Field}
}

// isJoinTable tells if a many-to-many relation of a known model goes through a
// table.
func (c *checkup) isJoinTable(t *model.Table) bool {
	for _, other := range c.Graph.Tables {
		for _, rel := range other.Schema.Relationships.Many2Many {
			if rel.JoinTable.Table == t.Name {
				return true
			}
		}
	}
	return false
}

// embedded is the struct that goes with a parent: one that keeps the operation's
// id, where that does.
func embedded(parent *model.Table) string {
	if parent.Model != nil && parent.Model.DeletionID != nil {
		return "Tracked"
	}
	return "Timestamp"
}

func (c *checkup) childWithoutMarker(l *model.Link) {
	if field, _ := model.LookAlikeOf(l.Child.Schema); field != nil && slices.Contains(c.Tables, l.Child) {
		return // that is what is wrong
	}
	message := fmt.Sprintf("%s.%s cascades to it, and it has no marker: a soft delete of the parent leaves its rows as they are, a purge removes them for good. "+
		"Embed softdelete.%s, or tag the relation softdelete:\"none\"", l.Parent.Schema.Name, relationName(l), embedded(l.Parent))
	kind, remedy := ChildNotSoftDeletable, c.giveMarker(l.Child, embedded(l.Parent))
	if c.hasMarker(l.Child, embedded(l.Parent)) {
		kind, message = ColumnsUndeclared, message+". The table has the columns already"
	}
	f := c.add(Warning, kind, l.Child, message, remedy...)
	f.Tag = "softdelete." + embedded(l.Parent)
	f.fields = fieldsOf(l)
}

// fieldsOf are the fields that a relation is declared by, at either end.
func fieldsOf(l *model.Link) []*schema.Field {
	var fields []*schema.Field
	for _, t := range []*model.Table{l.Parent, l.Child} {
		for _, rel := range model.Declared(t.Schema) {
			if l.Relation == rel.Name || l.Relation == t.Schema.Name+"."+rel.Name {
				fields = append(fields, rel.Field)
			}
		}
	}
	return fields
}

// relationName is a link's relation without the model in front.
func relationName(l *model.Link) string {
	if l.Own {
		return l.Relation
	}
	return "(" + l.Relation + ")"
}

// hasMarker tells if a table has the columns of one of the structs to embed.
func (c *checkup) hasMarker(t *model.Table, embed string) bool {
	have := c.known[t.Name]
	return have != nil && !slices.ContainsFunc(columnsOf(embed), func(name string) bool { return !have.Has([]string{c.Tracked[name].DBName}) })
}

// columnsOf are the fields of one of the structs to embed.
func columnsOf(embed string) []string {
	if embed == "Tracked" {
		return []string{"DeletedAt", "DeletedBy", "DeleteReason", "DeletionID"}
	}
	return []string{"DeletedAt"}
}

// giveMarker lists the statements that give a table the columns of one of the
// structs to embed, and their indexes.
func (c *checkup) giveMarker(t *model.Table, embed string) []string {
	have := c.known[t.Name]
	if have == nil {
		return nil
	}
	m := &model.Model{Schema: t.Schema, Marker: model.Marker{Kind: model.TimeMarker, Field: c.Tracked["DeletedAt"]}, At: c.Tracked["DeletedAt"]}
	if embed == "Tracked" {
		m.DeletionID = c.Tracked["DeletionID"]
	}
	var list []string
	after := &catalogue.Table{Name: have.Name, Indexes: have.Indexes, Columns: maps.Clone(have.Columns)}
	for _, name := range columnsOf(embed) {
		if field := c.Tracked[name]; !have.Has([]string{field.DBName}) {
			list = append(list, c.addColumn(t.Name, field, ""))
			after.Columns[field.DBName] = catalogue.Column{Name: field.DBName}
		}
	}
	return append(list, c.ownIndexes(m, after)...)
}

// inexact finds a cascade of which a restore cannot tell, or not well enough,
// which rows went along.
func (c *checkup) inexact(l *model.Link) {
	parent, child := l.Parent.Model, l.Child.Model
	if parent.DeletionID != nil && child.DeletionID != nil {
		return
	}
	ends := []*model.Model{parent}
	if child != parent {
		ends = append(ends, child)
	}
	var remedy, coarse []string
	fixed := false
	for _, m := range ends {
		if message := c.coarse(m); message != "" {
			coarse = append(coarse, message)
			remedy = append(remedy, c.finerTime(m)...)
			fixed = fixed || m.At != nil && c.known[m.Schema.Table] != nil && c.isFixed(c.known[m.Schema.Table], m.At.DBName)
		}
	}
	if len(coarse) == 0 {
		return
	}
	kind, what, tag := CascadeInexact, "what it trashed along cannot be told from what was in the trash before", ""
	if len(remedy) == 0 || fixed || !parent.IsExact() || !child.IsExact() {
		remedy = nil
		tag = `DeletionID softdelete.DeletionID ` + "`softdelete:\"deletionID\"`"
		what += ", and a restore is ErrAmbiguous. Embed softdelete.Tracked in both models, or tag a field of each softdelete:\"deletionID\"" + c.finerModels(ends)
		for _, m := range ends {
			remedy = append(remedy, c.giveDeletionID(m)...)
		}
		if len(remedy) == 0 {
			kind, what = ColumnsUndeclared, what+". The tables have the columns already"
		}
	}
	message := fmt.Sprintf("the cascade from %s by %s cannot be restored exactly: %s: %s",
		parent.Name(), l.Relation, strings.Join(coarse, ", "), what)
	f := c.add(Warning, kind, l.Child, message, remedy...)
	f.Tag, f.fields = tag, fieldsOf(l)
}

// coarse says in what a model's times, as its column keeps them, are too coarse to
// tell operations apart; empty if they are not.
func (c *checkup) coarse(m *model.Model) string {
	switch {
	case m.At == nil:
		return m.Name() + " has a flag and no time"
	case !m.IsExact():
		kept := "seconds"
		if m.When().Keeps.IsDate() {
			kept = "days"
		}
		return m.Name() + "." + m.At.Name + " keeps whole " + kept + c.typeFor(m)
	}
	if column, digits := c.timeColumn(m); column != nil && digits < model.DigitsOfStep(m.Step()) {
		return fmt.Sprintf("the column %s of %s is a %s, which keeps %d digits of a second", m.At.DBName, m.Schema.Table, column.Type, digits)
	}
	return ""
}

// typeFor is of which type GORM takes the column of a model's time, empty if it is
// none of times.
func (c *checkup) typeFor(m *model.Model) string {
	if !m.TellsTime() || c.Dialect.TextTime {
		return ""
	}
	return " (to GORM its column is a " + strings.TrimSpace(beyondType.ReplaceAllLiteralString(c.typeOf(m.At), "")) + ")"
}

// finerModels says what to change in the models, where it is their type of column that
// keeps no fractions.
func (c *checkup) finerModels(ends []*model.Model) string {
	if slices.ContainsFunc(ends, func(m *model.Model) bool { return !m.IsExact() && c.typeFor(m) == "" }) {
		return ""
	}
	say := ". Or have GORM make columns that keep fractions of a second, and run Doctor again: by a tag like type:" + c.Dialect.FinestTime
	if c.Dialect.AlterIndexes {
		say += ", or without DisableDatetimePrecision in the driver's configuration"
	}
	return say
}

// timeColumn is the column of a model's time and the digits that it keeps, nil
// where it is not known or no time.
func (c *checkup) timeColumn(m *model.Model) (*catalogue.Column, int) {
	have := c.known[m.Schema.Table]
	if have == nil || !m.TellsTime() {
		return nil, 0
	}
	column, ok := have.Columns[m.At.DBName]
	if !ok {
		return nil, 0
	}
	return &column, digitsOf(c.Dialect, column)
}

// finerTime lists the statement that gives a column the precision of its field,
// none where the column has that.
func (c *checkup) finerTime(m *model.Model) []string {
	column, digits := c.timeColumn(m)
	if column == nil || digits >= model.DigitsOfStep(m.Step()) {
		return nil
	}
	kind := withoutNull(c.typeOf(m.At))
	if before, rest, found := strings.Cut(column.Type, "("); found && !c.Dialect.AlterIndexes {
		// Without the digits, and with or without a zone as it is: to change that would move the times that are there.
		_, after, _ := strings.Cut(rest, ")")
		kind = before + after
	}
	return []string{"ALTER TABLE " + c.quote(m.Schema.Table) + " " + changeType(c.Dialect, c.quoted([]string{column.Name}), kind)}
}

// changeType is the part of ALTER TABLE that changes a column's type.
func changeType(d *dialect.Dialect, column, kind string) string {
	if d.AlterIndexes {
		return "MODIFY COLUMN " + column + " " + kind
	}
	return "ALTER COLUMN " + column + " TYPE " + beyondType.ReplaceAllLiteralString(kind, "")
}

// beyondType is what is said of a column beside its type.
var beyondType = regexp.MustCompile(`(?is)\s+(?:NOT\s+NULL|NULL|DEFAULT|COMMENT)\b.*$`)

// withoutNull is the definition of a column without a NULL at its end, which goes
// without saying. That of DEFAULT NULL stays.
func withoutNull(kind string) string {
	if upper := strings.ToUpper(kind); strings.HasSuffix(upper, " NULL") && !strings.HasSuffix(upper, "NOT NULL") && !strings.HasSuffix(upper, "DEFAULT NULL") {
		return kind[:len(kind)-len(" NULL")]
	}
	return kind
}

// giveDeletionID lists the statements that give a model's table a column for the
// operation's id, none where it has one.
func (c *checkup) giveDeletionID(m *model.Model) []string {
	have := c.known[m.Schema.Table]
	field := c.Tracked["DeletionID"]
	if m.DeletionID != nil || have == nil || have.Has([]string{field.DBName}) {
		return nil
	}
	with := &model.Model{Schema: m.Schema, Marker: m.Marker, Beside: m.Beside, At: m.At, DeletionID: field}
	after := &catalogue.Table{Name: have.Name, Indexes: have.Indexes, Columns: maps.Clone(have.Columns)}
	after.Columns[field.DBName] = catalogue.Column{Name: field.DBName}
	return append([]string{c.addColumn(m.Schema.Table, field, "")}, c.ownIndexes(with, after, model.IndexOfDeletion)...)
}
