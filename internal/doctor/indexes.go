package doctor

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// indexes compares the indexes of tables with what soft deletes need.
func (c *checkup) indexes() error {
	var bloated []bloat
	for _, t := range c.Tables {
		have := c.known[t.Name]
		if t.Model == nil || have == nil || c.texts.Views[t.Name] {
			continue
		}
		ti := &tableIndexes{checkup: c, t: t, m: t.Model, have: have, gone: map[string]bool{}}
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

	t    *model.Table
	m    *model.Model
	have *catalogue.Table

	// gone are the indexes that a remedy drops, and those that it makes.
	gone map[string]bool

	// made are the columns that remedies keep unique among live rows.
	made [][]string

	// anew are the changes for which the table is made anew.
	anew []*migrator.Change
}

// unique finds unique indexes that are about other rows than live ones. Constraints
// come first: where a table is made anew without one, its indexes are as they were.
func (ti *tableIndexes) unique() {
	slices.SortStableFunc(ti.have.Indexes, func(a, b catalogue.Index) int {
		switch {
		case a.Constraint == b.Constraint:
			return 0
		case a.Constraint:
			return -1
		}
		return 1
	})
	ti.staleLiveColumn()
	var missing []*catalogue.Index
	for i := range ti.have.Indexes {
		ix := &ti.have.Indexes[i]
		if !ix.Unique || ix.Primary || !ix.Valid || ti.gone[ix.Name] || ti.mentionsMarker(ix.Where) || slices.Contains(ix.Columns, model.LiveColumn) || ti.holdsKey(ix) {
			continue
		}
		switch marked, open := ti.markerIn(ix); {
		case !marked:
			ti.uniqueHoldsTrash(ix, ti.nameOf(ix)+" keeps the values of trashed rows taken: a live row cannot have them")
		case open:
			missing = append(missing, ix)
		case ti.m.Marker.Kind == model.FlagMarker:
			ti.uniqueHoldsTrash(ix, ti.nameOf(ix)+" has the flag "+ti.m.Marker.Field.DBName+" in it, and so lets one trashed row have a value: deleting a second one fails")
		}
	}
	// In the order of their remedies, of which the first adds what the others need.
	for _, ix := range missing {
		if !ti.gone[ix.Name] {
			ti.uniqueMissesLive(ix)
		}
	}
}

// staleLiveColumn finds a generated column that is of a marker which the model had
// once: the indexes with it in them are of other rows than live ones.
func (ti *tableIndexes) staleLiveColumn() {
	column, ok := ti.have.Columns[model.LiveColumn]
	if !ok || ti.Dialect.PartialIndex || ti.m.IsLiveColumn(column) {
		return
	}
	after := &catalogue.Table{Name: ti.have.Name, Columns: maps.Clone(ti.have.Columns)}
	delete(after.Columns, model.LiveColumn)
	marker := ti.m.Marker.Field.DBName
	after.Columns[marker] = catalogue.Column{Name: marker} // or another remedy adds it
	drop := "ALTER TABLE " + ti.quote(ti.t.Name)
	for _, ix := range ti.have.Indexes {
		if slices.Contains(ix.Columns, model.LiveColumn) {
			drop += " DROP INDEX " + ti.quoted([]string{ix.Name}) + ","
			continue
		}
		after.Indexes = append(after.Indexes, ix)
	}
	remedy := []string{drop + " DROP COLUMN " + ti.quoted([]string{model.LiveColumn})}
	for _, change := range migrator.Changes(ti.m, after, ti.Dialect) {
		if slices.Contains(change.Want.Columns, model.LiveColumn) {
			remedy = append(remedy, ti.statements(change)...)
		}
	}
	ti.add(Error, UniqueMissesLive, ti.t, "the generated column "+model.LiveColumn+" is of another marker than the model's ("+column.Expression+
		"): the indexes with it keep live rows no more apart, or trashed ones from them. The remedy fails while live rows agree", remedy...)
}

// holdsKey tells if a primary key is in an index, so that no two rows can agree in
// it in any case.
func (ti *tableIndexes) holdsKey(ix *catalogue.Index) bool {
	key := ti.t.Key()
	return len(key) > 0 && !slices.ContainsFunc(key, func(name string) bool { return !slices.Contains(ix.Columns, name) })
}

// markerIn tells if the marker, or the time beside it, is in an index; and if that
// is open to live rows that agree, as NULL is equal to nothing.
func (ti *tableIndexes) markerIn(ix *catalogue.Index) (marked, open bool) {
	for _, field := range ti.m.StampFields() {
		if !slices.Contains(ix.Columns, field.DBName) {
			continue
		}
		isNull := field == ti.m.Marker.Field && ti.m.Marker.Live == nil || field != ti.m.Marker.Field && ti.have.Columns[field.DBName].Nullable
		marked, open = true, open || isNull
	}
	return marked, open && !strings.Contains(ti.texts.Indexes[ti.t.Name][ix.Name], " NULLS NOT DISTINCT")
}

func (ti *tableIndexes) uniqueHoldsTrash(ix *catalogue.Index, problem string) {
	if key := ti.referredBy(ti.t.Name, ix.Columns); key != nil && !ti.Dialect.ForeignKeyIndex {
		ti.add(Warning, UniqueHoldsTrash, ti.t, problem+
			". A foreign key of "+key.Child+" refers to it, so that it has to stay: let that refer to the primary key first")
		return
	}
	ti.add(Error, UniqueHoldsTrash, ti.t, problem+". "+ti.advice("unique", ix), ti.liveOnly(ix, model.UniqueAmongLive)...)
}

func (ti *tableIndexes) uniqueMissesLive(ix *catalogue.Index) {
	ti.add(Error, UniqueMissesLive, ti.t, ti.nameOf(ix)+
		" has a column in it that is NULL in live rows, and so protects nothing among these: NULL is equal to nothing, and any number of live rows can agree. "+
		"The remedy fails while some do. "+ti.advice("unique", ix), ti.liveOnly(ix, model.UniqueAmongLive)...)
}

// advice says which tag keeps GORM from making the old index again.
func (ti *tableIndexes) advice(word string, ix *catalogue.Index) string {
	if !ti.isPlain(ix) {
		return "If a tag of GORM's in the model makes it, change that along"
	}
	old := map[string]string{"unique": "unique or uniqueIndex", "index": "index"}[word]
	if len(ti.without(ix.Columns)) > 1 {
		word += ":" + ix.Name
	}
	return fmt.Sprintf("If the model has GORM's tag %s for it, put softdelete:%q in its place", old, word)
}

// without lists the columns of an index but for the marker and the time beside it.
func (ti *tableIndexes) without(columns []string) []string {
	return slices.DeleteFunc(slices.Clone(columns), func(name string) bool {
		return slices.ContainsFunc(ti.m.StampFields(), func(field *schema.Field) bool { return field.DBName == name })
	})
}

func (ti *tableIndexes) nameOf(ix *catalogue.Index) string {
	what := "index"
	switch {
	case ix.Constraint:
		what = "unique constraint"
	case ix.Unique:
		what = "unique index"
	}
	columns := strings.Join(slices.DeleteFunc(slices.Clone(ix.Columns), func(name string) bool { return name == "" }), ", ")
	if columns == "" {
		columns = "an expression"
	}
	return "the " + what + " " + ix.Name + " on " + columns
}

// mentionsMarker tells if the condition of an index is about the marker.
func (ti *tableIndexes) mentionsMarker(where string) bool {
	return where != "" && regexp.MustCompile(`(?i)\b`+regexp.QuoteMeta(ti.m.Marker.Field.DBName)+`\b`).MatchString(where)
}

// changeFor is what it takes for the table to have an index of the model; nil if
// it has it.
func (ti *tableIndexes) changeFor(i *model.Index) *migrator.Change {
	return migrator.ChangeTo(ti.m, ti.m.Define(i, ti.Dialect), i, ti.have, ti.Dialect)
}

// trash finds out if trashed rows can be found, by time or at all, without reading
// the live ones.
func (ti *tableIndexes) trash() {
	marker := ti.m.Marker.Field.DBName
	led := marker
	if ti.m.At != nil {
		led = ti.m.At.DBName
	}
	var plain []catalogue.Index
	finds := false
	for _, ix := range ti.have.Indexes {
		switch {
		case !ix.Valid || len(ix.Columns) == 0 || ix.Primary:
		case ti.Dialect.PartialIndex && !ix.Unique && ix.Where == "" && len(ix.Columns) == 1 && ix.Columns[0] == marker:
			plain = append(plain, ix)
		case ix.Columns[0] == led || ix.Columns[0] == marker && len(ix.Columns) > 1 && ix.Columns[1] == led:
			finds = finds || !ti.isOfLive(ix.Where)
		case ti.m.At == nil:
			finds = finds || ti.mentionsMarker(ix.Where) && !ti.isOfLive(ix.Where)
		}
	}
	for i := range ti.m.Indexes {
		if ti.m.Indexes[i].Kind == model.IndexOfTrash {
			ti.trashIndex(&ti.m.Indexes[i], plain, finds)
		}
	}
}

// isOfLive tells if a condition is that of live rows.
func (ti *tableIndexes) isOfLive(where string) bool {
	return where != "" && ti.m.SameCondition(where, ti.m.MarkerCondition(model.LiveOnly))
}

func (ti *tableIndexes) trashIndex(i *model.Index, plain []catalogue.Index, finds bool) {
	change := ti.changeFor(i)
	needed := change != nil && change.Create && !finds
	switch {
	case len(plain) > 0:
		if change == nil || !needed {
			change = &migrator.Change{Model: ti.m, Table: ti.have, Want: ti.m.Define(i, ti.Dialect)}
		}
		change.Drop = plain
		names := make([]string, len(plain))
		for n, ix := range plain {
			names[n] = ix.Name
			ti.gone[ix.Name] = true
		}
		message := fmt.Sprintf("the index %s on the marker alone is full of live rows, which nobody looks for in it: an index of trashed rows is small, and enough",
			strings.Join(names, ", "))
		ti.add(Info, MarkerIndexUseless, ti.t, message, ti.statements(change)...)
	case needed:
		what := "no index finds trashed rows by time"
		if ti.m.At == nil {
			what = "no index finds trashed rows"
		}
		ti.add(Warning, MarkerIndexMissing, ti.t, what+": listing the trash, purges by age and retention read the whole table"+nameTaken(change), ti.statements(change)...)
	}
}

// nameTaken says why a finding has no remedy.
func nameTaken(change *migrator.Change) string {
	if !change.Foreign {
		return ""
	}
	return ". Another index has the name " + change.Want.Name + ": rename one of them first"
}

// wanted finds the other indexes of the model that the table lacks.
func (ti *tableIndexes) wanted() {
	for i := range ti.m.Indexes {
		wanted := &ti.m.Indexes[i]
		change := ti.changeFor(wanted)
		if change == nil || !change.Create || ti.gone[wanted.Name] {
			continue
		}
		columns := strings.Join(wanted.Columns(), ", ")
		switch wanted.Kind {
		case model.UniqueAmongLive:
			ti.add(Error, UniqueMissing, ti.t, "nothing keeps live rows from agreeing in "+columns+", as the model's tag wants it: softdelete.AutoMigrate makes the index. "+
				"The remedy fails while some do"+nameTaken(change), ti.statements(change)...)
		case model.IndexOfLive:
			ti.add(Warning, LiveIndexMissing, ti.t, "the index of live rows on "+columns+", which the model's tag asks for, is not there: softdelete.AutoMigrate makes it"+nameTaken(change), ti.statements(change)...)
		case model.IndexOfDeletion:
			leads := func(ix catalogue.Index) bool { return ix.Valid && len(ix.Columns) > 0 && ix.Columns[0] == columns }
			if !slices.ContainsFunc(ti.have.Indexes, leads) {
				ti.add(Warning, DeletionIndexMissing, ti.t, "no index finds the rows of one operation by "+columns+": Undo, and cascades with many rows, read the whole table"+nameTaken(change), ti.statements(change)...)
			}
		case model.IndexOfTrash:
		}
	}
}

// ownIndexes lists the statements that give a table the indexes of a marker that
// its model does not have yet: all, or those of some kinds only.
func (c *checkup) ownIndexes(m *model.Model, have *catalogue.Table, only ...model.IndexKind) []string {
	// GORM writes to a schema while it lists indexes: this one is nobody else's.
	own, err := schema.Parse(model.NewOf(m.Schema.ModelType), &sync.Map{}, c.DB.NamingStrategy)
	if err != nil {
		return nil
	}
	own.Table = m.Schema.Table
	for _, field := range []**schema.Field{&m.Marker.Field, &m.At} {
		if *field != nil {
			if same := own.LookUpField((*field).DBName); same != nil {
				*field = same
			}
		}
	}
	m.Schema = own
	if m.AddOwnIndexes(c.DB.NamingStrategy, c.Dialect) != nil {
		return nil
	}
	if len(only) > 0 {
		m.Indexes = slices.DeleteFunc(m.Indexes, func(i model.Index) bool { return !slices.Contains(only, i.Kind) })
	}
	var list []string
	for _, change := range migrator.Changes(m, have, c.Dialect) {
		list = append(list, c.statements(change)...)
	}
	return list
}
