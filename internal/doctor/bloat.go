package doctor

import (
	"slices"
	"strings"

	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// bloat is an ordinary index that has trashed rows in it.
type bloat struct {
	ti *tableIndexes
	ix *catalogue.Index

	// told: a tag of the model asks for one of live rows in its place.
	told bool
}

// bloatedFrom is from which share of trash on an index is worth a change, in percent.
const bloatedFrom = 10

// deletionColumn is the column of Tracked for the operation's id.
const deletionColumn = "deletion_id"

// bloated lists them. An index that is about the trash, or has the marker in it
// somewhere, is left alone, and so is one that a foreign key cannot be without.
func (ti *tableIndexes) bloated() []bloat {
	var list []bloat
	for i := range ti.have.Indexes {
		ix := &ti.have.Indexes[i]
		if ix.Unique || ix.Constraint || ix.Primary || !ix.Valid || ix.Where != "" || len(ix.Columns) == 0 || ti.gone[ix.Name] {
			continue
		}
		// That of operations may be there before the model has a field for it.
		own := append([]string{model.LiveColumn, deletionColumn}, ti.m.Protected...)
		if slices.ContainsFunc(ix.Columns, func(name string) bool { return slices.Contains(own, name) }) {
			continue
		}
		if !ti.canBeLiveOnly(ix) || ti.isNeeded(ix) || ti.beginsWithKey(ix) || ti.isForeignKey(ix) && (!ti.isPlain(ix) || ti.hasLiveBeside(ix)) {
			continue
		}
		told, named := false, false
		for n := range ti.m.Indexes {
			// The model's tag asks for it already, and it is there in its place.
			if i := &ti.m.Indexes[n]; i.Kind == model.IndexOfLive && (i.Name == ix.Name || slices.Equal(i.Columns(), ix.Columns)) {
				ti.gone[i.Name], told, named = true, true, named || i.Name == ix.Name
			}
		}
		if !told && ti.hasUniqueBeside(ix) || told && !named && ti.hasLiveBeside(ix) {
			continue // another tag has it beside one of live rows
		}
		ti.gone[ix.Name] = true
		list = append(list, bloat{ti, ix, told})
	}
	return list
}

func (b bloat) report(of share) {
	severity := Info
	switch {
	case b.told:
	case of.percent() < bloatedFrom:
		return
	case of.isHalf():
		severity = Warning
	}
	ti := b.ti
	message := ti.nameOf(b.ix) + " has trashed rows in it beside the live ones that are looked for: " + of.String() + ". "
	if ti.isForeignKey(b.ix) && !b.told {
		name := migrator.Beside(b.ix.Name)
		f := ti.add(severity, IndexHoldsTrash, ti.t, message+"It has to stay, as rows hang on others by it: a purge of parents, and a foreign key when one is removed, "+
			"look trashed rows up by it. Where reads are slow, have one of live rows beside it, with the tag", ti.besideIt(b.ix, name)...)
		f.aboutIndex(ti.t, b.ix)
		f.Tag = ti.tagNamed("index", b.ix, name)
		return
	}
	if b.told {
		message += "The model's tag asks for one of live rows in its place: softdelete.AutoMigrate makes it"
	} else {
		message += "If the model has GORM's tag index for it, write the plugin's in its place"
	}
	f := ti.add(severity, IndexHoldsTrash, ti.t, message, ti.liveOnly(b.ix, model.IndexOfLive)...)
	f.aboutIndex(ti.t, b.ix)
	if !b.told {
		f.Tag = ti.tagFor("index", b.ix)
	}
}

// besideIt lists the statement that makes an index of live rows beside another.
func (ti *tableIndexes) besideIt(ix *catalogue.Index, name string) []string {
	i := &model.Index{Name: name, Kind: model.IndexOfLive}
	for _, column := range ix.Columns {
		i.Fields = append(i.Fields, &schema.Field{DBName: column})
	}
	return ti.statements(&migrator.Change{Model: ti.m, Table: ti.have, Want: ti.m.Define(i, ti.Dialect), Create: true})
}

// hasLiveBeside tells if there is an index of live rows that begins with the columns of
// another.
func (ti *tableIndexes) hasLiveBeside(ix *catalogue.Index) bool {
	begins := func(columns []string) bool {
		return len(columns) >= len(ix.Columns) && slices.Equal(columns[:len(ix.Columns)], ix.Columns)
	}
	return slices.ContainsFunc(ti.have.Indexes, func(other catalogue.Index) bool {
		switch {
		case !other.Valid || other.Name == ix.Name || len(other.Columns) == 0:
			return false
		case ti.Dialect.PartialIndex:
			return ti.isOfLive(other.Where) && begins(other.Columns)
		}
		return other.Columns[0] == ti.m.Marker.Field.DBName && begins(other.Columns[1:])
	})
}

// hasUniqueBeside tells if a unique index has the columns of an ordinary one, so that
// reads find by it what they would find by that: GORM makes both of unique;index. The
// names that tags would give them are one.
func (ti *tableIndexes) hasUniqueBeside(ix *catalogue.Index) bool {
	return slices.ContainsFunc(ti.have.Indexes, func(other catalogue.Index) bool {
		columns := slices.DeleteFunc(slices.Clone(other.Columns), func(name string) bool { return name == model.LiveColumn })
		return other.Unique && other.Valid && (other.Where == "" || ti.isOfLive(other.Where)) && slices.Equal(columns, ix.Columns)
	})
}

// beginsWithKey tells if an index begins with the primary key: what is looked up by that
// is one row, trashed or not.
func (ti *tableIndexes) beginsWithKey(ix *catalogue.Index) bool {
	key := ti.t.Key()
	return len(key) > 0 && len(ix.Columns) >= len(key) && model.SameSet(ix.Columns[:len(key)], key)
}

// isForeignKey tells if rows of the table hang on others by the first columns of
// an index, as the models say or the database alone, and by no other index.
func (ti *tableIndexes) isForeignKey(ix *catalogue.Index) bool {
	begins := func(ix *catalogue.Index, columns []string) bool {
		return len(columns) > 0 && len(columns) <= len(ix.Columns) && model.SameSet(ix.Columns[:len(columns)], columns)
	}
	isLast := func(columns []string) bool {
		return begins(ix, columns) && !slices.ContainsFunc(ti.have.Indexes, func(other catalogue.Index) bool {
			return other.Name != ix.Name && other.Valid && other.Where == "" && !ti.gone[other.Name] && begins(&other, columns)
		})
	}
	for _, l := range ti.t.Parents {
		if isLast(l.Foreign) || isLast(l.Columns()) {
			return true
		}
	}
	for _, key := range ti.foreign {
		if strings.EqualFold(key.Child, ti.t.Name) && isLast(key.Columns) {
			return true
		}
	}
	return slices.ContainsFunc(ti.texts.Keys[ti.t.Name], isLast)
}
