package doctor

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

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
		if !ix.Unique || ix.Primary || !ix.Valid || ti.gone[ix.Name] || ti.mentionsMarker(ix.Where) || slices.Contains(ix.Columns, model.LiveColumn) || ti.holdsKey(ix) ||
			len(ti.without(ix.Columns)) == 0 || ti.saysLive(ix) {
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
	if len(ti.anew) > 0 {
		ti.rebuilt.Remedy = strings.Join(ti.rebuild(ti.have, ti.anew, ti.kept), ";\n") + ";"
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
	var drops []string
	for _, ix := range ti.have.Indexes {
		if slices.Contains(ix.Columns, model.LiveColumn) {
			drops = append(drops, "DROP INDEX "+ti.quoted([]string{ix.Name}))
			continue
		}
		after.Indexes = append(after.Indexes, ix)
	}
	remedy := ti.writer().Alter(ti.t.Name, append(drops, "DROP COLUMN "+ti.quoted([]string{model.LiveColumn}))...)
	for _, change := range migrator.Changes(ti.m, after, ti.Dialect) {
		if slices.Contains(change.Want.Columns, model.LiveColumn) {
			remedy = append(remedy, ti.statements(change)...)
		}
	}
	ti.add(Error, UniqueMissesLive, ti.t, "the generated column "+model.LiveColumn+" is of another marker than the model's ("+column.Expression+
		"): the indexes with it keep live rows no more apart, or trashed ones from them. The remedy fails while live rows agree", remedy...)
}

// saysLive tells if an index has an expression in it, or a column that the database
// makes, which is about the marker: what stands for a trashed row there is not known.
func (ti *tableIndexes) saysLive(ix *catalogue.Index) bool {
	for _, name := range ix.Columns {
		if column := ti.have.Columns[name]; column.Generated && ti.mentionsMarker(column.Expression) {
			return true
		}
	}
	text := ti.texts.Indexes[ti.t.Name][ix.Name]
	return slices.Contains(ix.Columns, "") && decides.MatchString(text) && ti.mentionsMarker(text)
}

// decides are the ways in which an expression gives one value to live rows and others to
// trashed ones.
var decides = regexp.MustCompile(`(?i)\b(?:case|coalesce|ifnull|nullif|iif|if)\b`)

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
		isNull := field == ti.m.Marker.Field && ti.m.Marker.Live == nil && ti.have.Columns[field.DBName].Nullable || field != ti.m.Marker.Field && ti.have.Columns[field.DBName].Nullable
		marked, open = true, open || isNull
	}
	return marked, open && !strings.Contains(ti.texts.Indexes[ti.t.Name][ix.Name], " NULLS NOT DISTINCT")
}

func (ti *tableIndexes) uniqueHoldsTrash(ix *catalogue.Index, problem string) {
	if key := ti.referredBy(ti.t.Name, ix.Columns); key != nil && !ti.Dialect.ForeignKeyIndex {
		f := ti.add(Warning, UniqueHoldsTrash, ti.t, problem+
			". A foreign key of "+key.Child+" refers to it, so that it has to stay: let that refer to the primary key first")
		f.aboutIndex(ti.t, ix)
		return
	}
	ti.uniqueFinding(UniqueHoldsTrash, ix, problem+". ")
}

func (ti *tableIndexes) uniqueMissesLive(ix *catalogue.Index) {
	ti.uniqueFinding(UniqueMissesLive, ix, ti.nameOf(ix)+
		" has a column in it that is NULL in live rows, and so protects nothing among these: NULL is equal to nothing, and any number of live rows can agree. "+
		"The remedy fails while some do. ")
}

// uniqueFinding is that of an index in whose place one of live rows has to come. Where
// GORM's own tags would make the old one again, the plugin's tag has to come before the
// database changes.
func (ti *tableIndexes) uniqueFinding(kind Kind, ix *catalogue.Index, problem string) {
	tag, told := ti.tagFor("unique", ix), ti.isTold(ix)
	if told {
		tag = ""
	}
	say, first := "If a tag of GORM's in the model makes it, change that along", false
	switch {
	case told:
		say = "softdelete.AutoMigrate does the same"
	case ti.comesAgain(ix) && tag != "":
		first = true
		say = "First write the plugin's tag into the model in the place of GORM's, which would make it again: " +
			"Doctor then has the SQL, and softdelete.AutoMigrate does it"
	case ti.comesAgain(ix):
		first = true
		say = "First take what GORM's tags say of it out of the model, which would make it again; no tag of the plugin's is like it. Doctor then has the SQL"
	case tag != "":
		say = "Write the tag along, in the place of GORM's unique or uniqueIndex if it is there: Revive, Preview and new databases go by it"
	}
	f := ti.add(Error, kind, ti.t, problem+say)
	f.aboutIndex(ti.t, ix)
	f.Tag = tag
	if !first {
		ti.replace(f, ix)
	}
}

// ofAllRows makes an ordinary index on the columns of another.
func (ti *tableIndexes) ofAllRows(ix *catalogue.Index) string {
	want := model.Definition{Name: migrator.ForKey(ix.Name), Columns: ix.Columns}
	return ti.writer().Create(&migrator.Change{Model: ti.m, Table: ti.have, Want: want}, want.Name)
}

// comesAgain tells if GORM's tags in the model ask for a unique index or constraint on
// the columns of an index which the one of live rows, by its name, is not.
func (ti *tableIndexes) comesAgain(ix *catalogue.Index) bool {
	columns := ti.without(ix.Columns)
	for _, field := range ti.t.Schema.Fields {
		isIts := len(columns) == 1 && columns[0] == field.DBName || ix.Name == ti.DB.NamingStrategy.UniqueName(ti.t.Name, field.DBName)
		if field.Unique && isIts {
			return true
		}
	}
	isPlain, name := ti.isPlain(ix), ti.wantedFor(ix, model.UniqueAmongLive).Name
	return slices.ContainsFunc(ti.m.Declared, func(own *schema.Index) bool {
		if own.Class != "UNIQUE" || own.Where != "" && ti.Dialect.PartialIndex {
			return false
		}
		names := make([]string, len(own.Fields))
		for i, option := range own.Fields {
			if names[i] = option.DBName; option.Expression != "" {
				names[i] = ""
			}
		}
		// One that is more than its columns may be any of those that are.
		same := model.SameSet(ti.without(names), columns) || !isPlain && len(names) == len(columns)
		return same && own.Name != name
	})
}

// replace gives a finding the remedy that puts an index of live rows in the place of
// another. All that needs the table made anew is done at once, by the first of them.
func (ti *tableIndexes) replace(f *Finding, ix *catalogue.Index) {
	before := len(ti.anew)
	needed := ti.Dialect.PartialIndex && ti.isPlain(ix) && ti.isForeignKey(ix)
	remedy := ti.liveOnly(ix, model.UniqueAmongLive)
	if needed && len(remedy) > 0 {
		// Rows hang on others by it, and all of them are looked up: that goes on without the trashed ones being taken.
		f.Message += ". An index of all rows comes beside it, as rows hang on others by it"
		remedy = append(remedy, ti.ofAllRows(ix))
	}
	if len(ti.anew) == before {
		ti.remedied(f, remedy)
		return
	}
	if before == 0 {
		ti.rebuilt, ti.kept = f, maps.Clone(ti.texts.Indexes[ti.t.Name])
	}
	switch {
	case ti.rebuild(ti.have, ti.anew, ti.kept) == nil:
		ti.anew = ti.anew[:before]
		f.Message += ". The constraint is not found in the definition of the table, or has a collation of its own: make the table anew without it by hand"
	case before > 0:
		f.Message += ". The remedy of the first one mends it too"
	}
}

// isTold tells if the model's tags say that the columns of an index are unique among
// live rows: those of the plugin, or GORM's with the condition.
func (ti *tableIndexes) isTold(ix *catalogue.Index) bool {
	columns := ti.without(ix.Columns)
	return slices.ContainsFunc(ti.m.LiveUnique, func(key model.LiveKey) bool {
		return model.SameSet(key.Columns, columns) && ti.m.IsOfLiveRows(key)
	})
}
