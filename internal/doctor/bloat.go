package doctor

import (
	"slices"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// bloat is an ordinary index that has trashed rows in it.
type bloat struct {
	ti *tableIndexes
	ix *catalogue.Index
}

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
		if !ti.canBeLiveOnly(ix) || ti.isNeeded(ix) {
			continue
		}
		for n := range ti.m.Indexes {
			// The model's tag asks for it already, and it is there in its place.
			if i := &ti.m.Indexes[n]; i.Kind == model.IndexOfLive && (i.Name == ix.Name || slices.Equal(i.Columns(), ix.Columns)) {
				ti.gone[i.Name] = true
			}
		}
		ti.gone[ix.Name] = true
		list = append(list, bloat{ti, ix})
	}
	return list
}

// reportBloat says of each how much of its table is trash, of which all tables'
// samples tell at once.
func (c *checkup) reportBloat(list []bloat) error {
	var tables []*model.Table
	for _, b := range list {
		if b.ti.have.Has(append([]string{b.ti.m.Marker.Field.DBName}, b.ti.t.Key()...)) && !slices.Contains(tables, b.ti.t) {
			tables = append(tables, b.ti.t)
		}
	}
	shares, err := c.shares(tables)
	if err != nil {
		return err
	}
	for _, b := range list {
		severity, of := Info, shares[b.ti.t]
		if of.isHalf() {
			severity = Warning
		}
		message := b.ti.nameOf(b.ix) + " has trashed rows in it beside the live ones that are looked for: " + of.String() + "."
		if b.ti.isForeignKey(b.ix) {
			message += " A purge of parents, and a foreign key when one is removed, look trashed rows up without an index once it is gone: keep it where that is often."
		}
		c.add(severity, IndexHoldsTrash, b.ti.t, message+" "+b.ti.advice("index", b.ix), b.ti.liveOnly(b.ix, model.IndexOfLive)...)
	}
	return nil
}

// isForeignKey tells if rows of the table hang on others by the first columns of
// an index.
func (ti *tableIndexes) isForeignKey(ix *catalogue.Index) bool {
	return slices.ContainsFunc(ti.t.Parents, func(l *model.Link) bool {
		return len(l.Foreign) <= len(ix.Columns) && model.SameSet(ix.Columns[:len(l.Foreign)], l.Foreign)
	})
}
