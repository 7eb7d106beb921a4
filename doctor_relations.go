package softdelete

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
)

// models finds relations along which a delete cannot be undone as it was done.
func (c *checkup) models() error {
	for _, t := range c.tables {
		for _, rel := range t.schema.Relationships.Many2Many {
			c.joinTable(t, rel)
		}
	}
	own, err := c.trackedFields()
	if err != nil {
		return err
	}
	for _, l := range c.cascades() {
		switch {
		case l.child.model == nil && !c.isJoinTable(l.child):
			c.childWithoutMarker(l, own)
		case l.child.model != nil:
			c.inexact(l, own)
		}
	}
	return nil
}

// cascades lists the cascading relations from soft-deletable tables at one end of
// which a table to look at stands, each once.
func (c *checkup) cascades() []*link {
	var list []*link
	for _, t := range c.tables {
		for _, l := range slices.Concat(t.children, t.parents) {
			if l.policy == cascades && l.parent.model != nil && !slices.Contains(list, l) {
				list = append(list, l)
			}
		}
	}
	return list
}

// trackedFields are those of Tracked, by name, as the database at hand has them.
func (c *checkup) trackedFields() (map[string]*schema.Field, error) {
	type softdeleteColumns struct{ Tracked }
	s, err := parseSchema(c.db, &softdeleteColumns{})
	if err != nil {
		return nil, err
	}
	return s.FieldsByName, nil
}

// joinTable finds a join table of which rows go for good, while what they link is
// soft-deletable.
func (c *checkup) joinTable(t *table, rel *schema.Relationship) {
	join := c.graph.tables[rel.JoinTable.Table]
	other := c.graph.tables[rel.FieldSchema.Table]
	soft := t.model != nil || other != nil && other.model != nil
	told := func(f Finding) bool { return f.Code == CodeJoinTableHardDeletes && f.Table == rel.JoinTable.Table }
	if join == nil || join.model != nil || !soft || slices.ContainsFunc(c.findings, told) {
		return
	}
	own, err := c.trackedFields()
	if err != nil {
		return
	}
	message := fmt.Sprintf("the join table of %s.%s has no marker: unlinking removes its rows for good, and no restore brings them back. "+
		"Give it a model with softdelete.%s embedded, in Config.Models or by SetupJoinTable", t.schema.Name, rel.Name, embedded(t))
	c.addTo(SeverityWarning, CodeJoinTableHardDeletes, rel.JoinTable.Table, t.schema.Name, message, c.giveMarker(join, own, embedded(t))...)
}

// isJoinTable tells if a many-to-many relation of a known model goes through a
// table.
func (c *checkup) isJoinTable(t *table) bool {
	for _, other := range c.graph.tables {
		for _, rel := range other.schema.Relationships.Many2Many {
			if rel.JoinTable.Table == t.name {
				return true
			}
		}
	}
	return false
}

// embedded is the struct that goes with a parent: one that keeps the operation's
// id, where that does.
func embedded(parent *table) string {
	if parent.model != nil && parent.model.deletionID != nil {
		return "Tracked"
	}
	return "Timestamp"
}

func (c *checkup) childWithoutMarker(l *link, own map[string]*schema.Field) {
	if field, _ := lookAlikeOf(l.child.schema); field != nil && slices.Contains(c.tables, l.child) {
		return // that is what is wrong
	}
	message := fmt.Sprintf("%s.%s cascades to it, and it has no marker: a soft delete of the parent leaves its rows as they are, a purge removes them for good. "+
		"Embed softdelete.%s, or tag the relation softdelete:\"none\"", l.parent.schema.Name, relationName(l), embedded(l.parent))
	c.add(SeverityWarning, CodeChildNotSoftDeletable, l.child, message, c.giveMarker(l.child, own, embedded(l.parent))...)
}

// relationName is a link's relation without the model in front.
func relationName(l *link) string {
	if l.own {
		return l.relation
	}
	return "(" + l.relation + ")"
}

// giveMarker lists the statements that give a table the columns of one of the
// structs to embed, and their indexes.
func (c *checkup) giveMarker(t *table, own map[string]*schema.Field, embed string) []string {
	have := c.known[t.name]
	if have == nil {
		return nil
	}
	names := []string{"DeletedAt"}
	m := &model{schema: t.schema, marker: marker{kind: timeMarker, field: own["DeletedAt"]}, at: own["DeletedAt"]}
	if embed == "Tracked" {
		names = append(names, "DeletedBy", "DeleteReason", "DeletionID")
		m.deletionID = own["DeletionID"]
	}
	var list []string
	after := &catalogue.Table{Name: have.Name, Indexes: have.Indexes, Columns: maps.Clone(have.Columns)}
	for _, name := range names {
		if field := own[name]; !have.Has([]string{field.DBName}) {
			list = append(list, c.addColumn(t.name, field, ""))
			after.Columns[field.DBName] = catalogue.Column{Name: field.DBName}
		}
	}
	return append(list, c.ownIndexes(m, after)...)
}

// inexact finds a cascade of which a restore cannot tell, or not well enough,
// which rows went along.
func (c *checkup) inexact(l *link, own map[string]*schema.Field) {
	parent, child := l.parent.model, l.child.model
	if parent.deletionID != nil && child.deletionID != nil {
		return
	}
	ends := []*model{parent}
	if child != parent {
		ends = append(ends, child)
	}
	var remedy, coarse []string
	for _, m := range ends {
		if message := c.coarse(m); message != "" {
			coarse = append(coarse, message)
			remedy = append(remedy, c.finerTime(m)...)
		}
	}
	if len(coarse) == 0 {
		return
	}
	what := "what it trashed along cannot be told from what was in the trash before"
	if len(remedy) == 0 || !parent.isExact() || !child.isExact() {
		remedy = nil
		what += ", and a restore is ErrAmbiguous. Embed softdelete.Tracked in both models, or tag a field of each softdelete:\"deletionID\"" + c.finerModels(ends)
		for _, m := range ends {
			remedy = append(remedy, c.giveDeletionID(m, own)...)
		}
	}
	message := fmt.Sprintf("the cascade from %s by %s cannot be restored exactly: %s: %s",
		parent.name(), l.relation, strings.Join(coarse, ", "), what)
	c.add(SeverityWarning, CodeCascadeInexact, l.child, message, remedy...)
}

// coarse says in what a model's times, as its column keeps them, are too coarse to
// tell operations apart; empty if they are not.
func (c *checkup) coarse(m *model) string {
	switch {
	case m.at == nil:
		return m.name() + " has a flag and no time"
	case !m.isExact():
		kept := "seconds"
		if m.when().keeps.isDate() {
			kept = "days"
		}
		return m.name() + "." + m.at.Name + " keeps whole " + kept + c.typeFor(m)
	}
	if column, digits := c.timeColumn(m); column != nil && digits < digitsOfStep(m.step()) {
		return fmt.Sprintf("the column %s of %s is a %s, which keeps %d digits of a second", m.at.DBName, m.schema.Table, column.Type, digits)
	}
	return ""
}

// typeFor is of which type GORM takes the column of a model's time, empty if it is
// none of times.
func (c *checkup) typeFor(m *model) string {
	if !m.tellsTime() || c.d.TextTime {
		return ""
	}
	return " (to GORM its column is a " + strings.TrimSpace(beyondType.ReplaceAllLiteralString(c.typeOf(m.at), "")) + ")"
}

// finerModels says what to change in the models, where it is their type of column that
// keeps no fractions.
func (c *checkup) finerModels(ends []*model) string {
	if slices.ContainsFunc(ends, func(m *model) bool { return !m.isExact() && c.typeFor(m) == "" }) {
		return ""
	}
	say := ". Or have GORM make columns that keep fractions of a second, and run Doctor again: by a tag like type:" + c.d.FinestTime
	if c.d.AlterIndexes {
		say += ", or without DisableDatetimePrecision in the driver's configuration"
	}
	return say
}

// timeColumn is the column of a model's time and the digits that it keeps, nil
// where it is not known or no time.
func (c *checkup) timeColumn(m *model) (*catalogue.Column, int) {
	have := c.known[m.schema.Table]
	if have == nil || !m.tellsTime() {
		return nil, 0
	}
	column, ok := have.Columns[m.at.DBName]
	if !ok {
		return nil, 0
	}
	return &column, digitsOf(c.d, column)
}

// finerTime lists the statement that gives a column the precision of its field,
// none where the column has that.
func (c *checkup) finerTime(m *model) []string {
	column, digits := c.timeColumn(m)
	if column == nil || digits >= digitsOfStep(m.step()) {
		return nil
	}
	kind := withoutNull(c.typeOf(m.at))
	if before, rest, found := strings.Cut(column.Type, "("); found && !c.d.AlterIndexes {
		// Without the digits, and with or without a zone as it is: to change that would move the times that are there.
		_, after, _ := strings.Cut(rest, ")")
		kind = before + after
	}
	return []string{"ALTER TABLE " + c.quote(m.schema.Table) + " " + changeType(c.d, c.quoted([]string{column.Name}), kind)}
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
func (c *checkup) giveDeletionID(m *model, own map[string]*schema.Field) []string {
	have := c.known[m.schema.Table]
	field := own["DeletionID"]
	if m.deletionID != nil || have == nil || have.Has([]string{field.DBName}) {
		return nil
	}
	with := &model{schema: m.schema, marker: m.marker, beside: m.beside, at: m.at, deletionID: field}
	after := &catalogue.Table{Name: have.Name, Indexes: have.Indexes, Columns: maps.Clone(have.Columns)}
	after.Columns[field.DBName] = catalogue.Column{Name: field.DBName}
	return append([]string{c.addColumn(m.schema.Table, field, "")}, c.ownIndexes(with, after, indexOfDeletion)...)
}
