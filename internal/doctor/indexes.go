package doctor

import (
	"fmt"
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
	var sampled []*model.Table
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
		ti.leftOver()
		if have.Has(append([]string{t.Model.Marker.Field.DBName}, t.Key()...)) {
			sampled = append(sampled, t)
		}
	}
	// A sample of the rows of all tables, at once.
	shares, err := c.shares(sampled)
	if err != nil {
		return err
	}
	for _, t := range sampled {
		c.misfit(t, c.known[t.Name], shares[t])
	}
	for _, b := range bloated {
		b.report(shares[b.ti.t])
	}
	return nil
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

	// anew are the changes for which the table is made anew, which the remedy of one
	// finding does for all.
	anew    []*migrator.Change
	rebuilt *Finding
	kept    map[string]string // the indexes that it has then, as they were made
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
	where = literals.ReplaceAllLiteralString(where, "''")
	return where != "" && regexp.MustCompile(`(?i)\b`+regexp.QuoteMeta(ti.m.Marker.Field.DBName)+`\b`).MatchString(where)
}

// literals are the texts of a condition: what they say is not about a column.
var literals = regexp.MustCompile(`'(?:[^']|'')*'`)

// changeFor is what it takes for the table to have an index of the model; nil if
// it has it.
func (ti *tableIndexes) changeFor(i *model.Index) *migrator.Change {
	return migrator.ChangeTo(ti.m, ti.m.Define(i, ti.Dialect), i, ti.have, ti.Dialect)
}

// trash finds out if trashed rows can be found, by time or at all, without reading
// the live ones.
func (ti *tableIndexes) trash() {
	marker, led := ti.m.Marker.Field.DBName, led(ti.m)
	var plain []catalogue.Index
	finds := false
	for _, ix := range ti.have.Indexes {
		switch {
		case !ix.Valid || len(ix.Columns) == 0 || ix.Primary:
		case ti.Dialect.PartialIndex && !ix.Unique && ix.Where == "" && len(ix.Columns) == 1 && ix.Columns[0] == marker:
			plain = append(plain, ix)
		case ix.Columns[0] == led || ix.Columns[0] == marker && len(ix.Columns) > 1 && ix.Columns[1] == led:
			finds = finds || !ti.isOfLive(ix.Where) && !ti.sortsAll()
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

// sortsAll tells if trashed rows are read in order by an index with the primary key in it,
// and all of them by any other: one of some rows can be small enough for that.
func (ti *tableIndexes) sortsAll() bool { return !ti.Dialect.KeyInIndexes && !ti.Dialect.PartialIndex }

// led is the column by which trashed rows are found: the time, or the marker without one.
func led(m *model.Model) string {
	if m.At != nil {
		return m.At.DBName
	}
	return m.Marker.Field.DBName
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
		f := ti.add(Info, MarkerIndexUseless, ti.t, message, ti.statements(change)...)
		f.aboutIndex(ti.t, &plain[0])
	case needed:
		what := "no index finds trashed rows by time"
		if ti.m.At == nil {
			what = "no index finds trashed rows"
		}
		if ti.sortsAll() {
			what += " in the order of the primary key"
		}
		f := ti.add(Warning, MarkerIndexMissing, ti.t, what+": listing the trash, purges by age and retention read the whole table"+nameTaken(change), ti.statements(change)...)
		f.aboutColumns(ti.t, []string{led(ti.m)})
	}
}

// inOtherOrder is the index that has the columns of one that is wanted, for the same
// rows, and in another order; empty if none has.
func inOtherOrder(change *migrator.Change) string {
	for _, old := range change.Drop {
		if old.Unique && model.SameSet(old.Columns, change.Want.Columns) && (old.Where != "") == (change.Want.Where != nil) {
			return old.Name
		}
	}
	return ""
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
			if other := inOtherOrder(change); other != "" {
				f := ti.add(Warning, LiveIndexMissing, ti.t, "the index "+other+" has its columns in another order than the model's tag says ("+columns+"): softdelete.AutoMigrate makes it anew",
					ti.statements(change)...)
				f.Index = other
				f.aboutColumns(ti.t, wanted.Columns())
				continue
			}
			f := ti.add(Error, UniqueMissing, ti.t, "nothing keeps live rows from agreeing in "+columns+", as the model's tag wants it: softdelete.AutoMigrate makes the index. "+
				"The remedy fails while some do"+nameTaken(change), ti.statements(change)...)
			f.aboutColumns(ti.t, wanted.Columns())
		case model.IndexOfLive:
			f := ti.add(Warning, LiveIndexMissing, ti.t, "the index of live rows on "+columns+", which the model's tag asks for, is not there: softdelete.AutoMigrate makes it"+nameTaken(change), ti.statements(change)...)
			f.aboutColumns(ti.t, wanted.Columns())
		case model.IndexOfDeletion:
			leads := func(ix catalogue.Index) bool { return ix.Valid && len(ix.Columns) > 0 && ix.Columns[0] == columns }
			if !slices.ContainsFunc(ti.have.Indexes, leads) {
				f := ti.add(Warning, DeletionIndexMissing, ti.t, "no index finds the rows of one operation by "+columns+": Undo, and cascades with many rows, read the whole table"+nameTaken(change), ti.statements(change)...)
				f.aboutColumns(ti.t, wanted.Columns())
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
