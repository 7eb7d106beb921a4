package softdelete

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"gorm.io/gorm/schema"
)

// indexes compares the indexes of tables with what soft deletes need.
func (c *checkup) indexes() error {
	var bloated []bloat
	for _, t := range c.tables {
		have := c.known[t.name]
		if t.model == nil || have == nil || c.texts.views[t.name] {
			continue
		}
		ti := &tableIndexes{checkup: c, t: t, m: t.model, have: have, gone: map[string]bool{}}
		ti.unique()
		ti.trash()
		bloated = append(bloated, ti.bloated()...)
		ti.wanted()
	}
	return c.reportBloat(bloated)
}

// tableIndexes is the part of a checkup that is about the indexes of one table.
type tableIndexes struct {
	*checkup

	t    *table
	m    *model
	have *dbTable

	// gone are the indexes that a remedy drops, and those that it makes.
	gone map[string]bool

	// made are the columns that remedies keep unique among live rows.
	made [][]string

	// anew are the changes for which the table is made anew.
	anew []*indexChange
}

// unique finds unique indexes that are about other rows than live ones. Constraints
// come first: where a table is made anew without one, its indexes are as they were.
func (ti *tableIndexes) unique() {
	slices.SortStableFunc(ti.have.indexes, func(a, b dbIndex) int {
		switch {
		case a.constraint == b.constraint:
			return 0
		case a.constraint:
			return -1
		}
		return 1
	})
	ti.staleLiveColumn()
	var missing []*dbIndex
	for i := range ti.have.indexes {
		ix := &ti.have.indexes[i]
		if !ix.unique || ix.primary || !ix.valid || ti.gone[ix.name] || ti.mentionsMarker(ix.where) || slices.Contains(ix.columns, liveColumn) || ti.holdsKey(ix) {
			continue
		}
		switch marked, open := ti.markerIn(ix); {
		case !marked:
			ti.uniqueHoldsTrash(ix, ti.nameOf(ix)+" keeps the values of trashed rows taken: a live row cannot have them")
		case open:
			missing = append(missing, ix)
		case ti.m.marker.kind == flagMarker:
			ti.uniqueHoldsTrash(ix, ti.nameOf(ix)+" has the flag "+ti.m.marker.field.DBName+" in it, and so lets one trashed row have a value: deleting a second one fails")
		}
	}
	// In the order of their remedies, of which the first adds what the others need.
	for _, ix := range missing {
		if !ti.gone[ix.name] {
			ti.uniqueMissesLive(ix)
		}
	}
}

// staleLiveColumn finds a generated column that is of a marker which the model had
// once: the indexes with it in them are of other rows than live ones.
func (ti *tableIndexes) staleLiveColumn() {
	column, ok := ti.have.columns[liveColumn]
	if !ok || ti.d.partialIndex || ti.m.isLiveColumn(column) {
		return
	}
	after := &dbTable{name: ti.have.name, columns: maps.Clone(ti.have.columns)}
	delete(after.columns, liveColumn)
	marker := ti.m.marker.field.DBName
	after.columns[marker] = dbColumn{name: marker} // or another remedy adds it
	drop := "ALTER TABLE " + ti.quote(ti.t.name)
	for _, ix := range ti.have.indexes {
		if slices.Contains(ix.columns, liveColumn) {
			drop += " DROP INDEX " + ti.quoted([]string{ix.name}) + ","
			continue
		}
		after.indexes = append(after.indexes, ix)
	}
	remedy := []string{drop + " DROP COLUMN " + ti.quoted([]string{liveColumn})}
	for _, change := range ti.m.changes(after, ti.d) {
		if slices.Contains(change.want.columns, liveColumn) {
			remedy = append(remedy, ti.statements(change)...)
		}
	}
	ti.add(SeverityError, CodeUniqueMissesLive, ti.t, "the generated column "+liveColumn+" is of another marker than the model's ("+column.expression+
		"): the indexes with it keep live rows no more apart, or trashed ones from them. The remedy fails while live rows agree", remedy...)
}

// holdsKey tells if a primary key is in an index, so that no two rows can agree in
// it in any case.
func (ti *tableIndexes) holdsKey(ix *dbIndex) bool {
	key := ti.t.key()
	return len(key) > 0 && !slices.ContainsFunc(key, func(name string) bool { return !slices.Contains(ix.columns, name) })
}

// markerIn tells if the marker, or the time beside it, is in an index; and if that
// is open to live rows that agree, as NULL is equal to nothing.
func (ti *tableIndexes) markerIn(ix *dbIndex) (marked, open bool) {
	for _, field := range ti.m.stampFields() {
		if !slices.Contains(ix.columns, field.DBName) {
			continue
		}
		isNull := field == ti.m.marker.field && ti.m.marker.live == nil || field != ti.m.marker.field && ti.have.columns[field.DBName].nullable
		marked, open = true, open || isNull
	}
	return marked, open && !strings.Contains(ti.texts.indexes[ti.t.name][ix.name], " NULLS NOT DISTINCT")
}

func (ti *tableIndexes) uniqueHoldsTrash(ix *dbIndex, problem string) {
	if key := ti.referredBy(ti.t.name, ix.columns); key != nil && !ti.d.foreignKeyIndex {
		ti.add(SeverityWarning, CodeUniqueHoldsTrash, ti.t, problem+
			". A foreign key of "+key.child+" refers to it, so that it has to stay: let that refer to the primary key first")
		return
	}
	ti.add(SeverityError, CodeUniqueHoldsTrash, ti.t, problem+". "+ti.advice("unique", ix), ti.liveOnly(ix, uniqueAmongLive)...)
}

func (ti *tableIndexes) uniqueMissesLive(ix *dbIndex) {
	ti.add(SeverityError, CodeUniqueMissesLive, ti.t, ti.nameOf(ix)+
		" has a column in it that is NULL in live rows, and so protects nothing among these: NULL is equal to nothing, and any number of live rows can agree. "+
		"The remedy fails while some do. "+ti.advice("unique", ix), ti.liveOnly(ix, uniqueAmongLive)...)
}

// advice says which tag keeps GORM from making the old index again.
func (ti *tableIndexes) advice(word string, ix *dbIndex) string {
	if !ti.isPlain(ix) {
		return "If a tag of GORM's in the model makes it, change that along"
	}
	old := map[string]string{"unique": "unique or uniqueIndex", "index": "index"}[word]
	if len(ti.without(ix.columns)) > 1 {
		word += ":" + ix.name
	}
	return fmt.Sprintf("If the model has GORM's tag %s for it, put softdelete:%q in its place", old, word)
}

// without lists the columns of an index but for the marker and the time beside it.
func (ti *tableIndexes) without(columns []string) []string {
	return slices.DeleteFunc(slices.Clone(columns), func(name string) bool {
		return slices.ContainsFunc(ti.m.stampFields(), func(field *schema.Field) bool { return field.DBName == name })
	})
}

func (ti *tableIndexes) nameOf(ix *dbIndex) string {
	what := "index"
	switch {
	case ix.constraint:
		what = "unique constraint"
	case ix.unique:
		what = "unique index"
	}
	columns := strings.Join(slices.DeleteFunc(slices.Clone(ix.columns), func(name string) bool { return name == "" }), ", ")
	if columns == "" {
		columns = "an expression"
	}
	return "the " + what + " " + ix.name + " on " + columns
}

// mentionsMarker tells if the condition of an index is about the marker.
func (ti *tableIndexes) mentionsMarker(where string) bool {
	return where != "" && regexp.MustCompile(`(?i)\b`+regexp.QuoteMeta(ti.m.marker.field.DBName)+`\b`).MatchString(where)
}

// changeFor is what it takes for the table to have an index of the model; nil if
// it has it.
func (ti *tableIndexes) changeFor(i *index) *indexChange {
	return ti.m.changeTo(ti.m.define(i, ti.d), i, ti.have, ti.d)
}

// trash finds out if trashed rows can be found, by time or at all, without reading
// the live ones.
func (ti *tableIndexes) trash() {
	marker := ti.m.marker.field.DBName
	led := marker
	if ti.m.at != nil {
		led = ti.m.at.DBName
	}
	var plain []dbIndex
	finds := false
	for _, ix := range ti.have.indexes {
		switch {
		case !ix.valid || len(ix.columns) == 0 || ix.primary:
		case ti.d.partialIndex && !ix.unique && ix.where == "" && len(ix.columns) == 1 && ix.columns[0] == marker:
			plain = append(plain, ix)
		case ix.columns[0] == led || ix.columns[0] == marker && len(ix.columns) > 1 && ix.columns[1] == led:
			finds = finds || !ti.isOfLive(ix.where)
		case ti.m.at == nil:
			finds = finds || ti.mentionsMarker(ix.where) && !ti.isOfLive(ix.where)
		}
	}
	for i := range ti.m.indexes {
		if ti.m.indexes[i].kind == indexOfTrash {
			ti.trashIndex(&ti.m.indexes[i], plain, finds)
		}
	}
}

// isOfLive tells if a condition is that of live rows.
func (ti *tableIndexes) isOfLive(where string) bool {
	return where != "" && ti.m.sameCondition(where, ti.m.markerCondition(liveOnly))
}

func (ti *tableIndexes) trashIndex(i *index, plain []dbIndex, finds bool) {
	change := ti.changeFor(i)
	needed := change != nil && change.create && !finds
	switch {
	case len(plain) > 0:
		if change == nil || !needed {
			change = &indexChange{model: ti.m, table: ti.have, want: ti.m.define(i, ti.d)}
		}
		change.drop = plain
		names := make([]string, len(plain))
		for n, ix := range plain {
			names[n] = ix.name
			ti.gone[ix.name] = true
		}
		message := fmt.Sprintf("the index %s on the marker alone is full of live rows, which nobody looks for in it: an index of trashed rows is small, and enough",
			strings.Join(names, ", "))
		ti.add(SeverityInfo, CodeMarkerIndexUseless, ti.t, message, ti.statements(change)...)
	case needed:
		what := "no index finds trashed rows by time"
		if ti.m.at == nil {
			what = "no index finds trashed rows"
		}
		ti.add(SeverityWarning, CodeMarkerIndexMissing, ti.t, what+": listing the trash, purges by age and retention read the whole table"+nameTaken(change), ti.statements(change)...)
	}
}

// nameTaken says why a finding has no remedy.
func nameTaken(change *indexChange) string {
	if !change.foreign {
		return ""
	}
	return ". Another index has the name " + change.want.name + ": rename one of them first"
}

// wanted finds the other indexes of the model that the table lacks.
func (ti *tableIndexes) wanted() {
	for i := range ti.m.indexes {
		wanted := &ti.m.indexes[i]
		change := ti.changeFor(wanted)
		if change == nil || !change.create || ti.gone[wanted.name] {
			continue
		}
		columns := strings.Join(wanted.columns(), ", ")
		switch wanted.kind {
		case uniqueAmongLive:
			ti.add(SeverityError, CodeUniqueMissing, ti.t, "nothing keeps live rows from agreeing in "+columns+", as the model's tag wants it: softdelete.AutoMigrate makes the index. "+
				"The remedy fails while some do"+nameTaken(change), ti.statements(change)...)
		case indexOfLive:
			ti.add(SeverityWarning, CodeLiveIndexMissing, ti.t, "the index of live rows on "+columns+", which the model's tag asks for, is not there: softdelete.AutoMigrate makes it"+nameTaken(change), ti.statements(change)...)
		case indexOfDeletion:
			leads := func(ix dbIndex) bool { return ix.valid && len(ix.columns) > 0 && ix.columns[0] == columns }
			if !slices.ContainsFunc(ti.have.indexes, leads) {
				ti.add(SeverityWarning, CodeDeletionIndexMissing, ti.t, "no index finds the rows of one operation by "+columns+": Undo, and cascades with many rows, read the whole table"+nameTaken(change), ti.statements(change)...)
			}
		case indexOfTrash:
		}
	}
}

// ownIndexes lists the statements that give a table the indexes of a marker that
// its model does not have yet: all, or those of some kinds only.
func (c *checkup) ownIndexes(m *model, have *dbTable, only ...indexKind) []string {
	// GORM writes to a schema while it lists indexes: this one is nobody else's.
	own, err := schema.Parse(newOf(m.schema.ModelType), &sync.Map{}, c.db.NamingStrategy)
	if err != nil {
		return nil
	}
	own.Table = m.schema.Table
	for _, field := range []**schema.Field{&m.marker.field, &m.at} {
		if *field != nil {
			if same := own.LookUpField((*field).DBName); same != nil {
				*field = same
			}
		}
	}
	m.schema = own
	if m.addOwnIndexes(c.db.NamingStrategy, c.d) != nil {
		return nil
	}
	if len(only) > 0 {
		m.indexes = slices.DeleteFunc(m.indexes, func(i index) bool { return !slices.Contains(only, i.kind) })
	}
	var list []string
	for _, change := range m.changes(have, c.d) {
		list = append(list, c.statements(change)...)
	}
	return list
}
