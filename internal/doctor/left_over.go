package doctor

import (
	"slices"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/migrator"
	"github.com/gorm-softdelete/softdelete/internal/model"
)

// leftOver finds what interrupted changes, and remedies that were run twice, have left: an
// index that is another one's but for the end of its name.
func (ti *tableIndexes) leftOver() {
	if ti.Dialect.AlterIndexes && !ti.Dialect.IndexByIndex {
		return // a change is one statement there
	}
	for _, ix := range ti.have.Indexes {
		if ti.gone[ix.Name] || ix.Constraint || ix.Primary || !slices.ContainsFunc(ti.have.Indexes, func(other catalogue.Index) bool {
			return migrator.IsLeftOf(ix.Name, other.Name) && (!ix.Valid || isSame(&ix, &other))
		}) {
			continue
		}
		f := ti.add(Warning, IndexLeftOver, ti.t, ti.nameOf(&ix)+" is left of a change that was interrupted or made twice: it costs each write, and serves nobody",
			ti.dropOf(ix.Name))
		f.aboutIndex(ti.t, &ix)
	}
}

// dropOf is the statement by which an index goes.
func (ti *tableIndexes) dropOf(name string) string {
	if ti.Dialect.AlterIndexes {
		return "ALTER TABLE " + ti.quote(ti.t.Name) + " DROP INDEX " + ti.quoted([]string{name})
	}
	return ti.writer().Text("DROP INDEX ", (&migrator.Change{Table: ti.have}).Named(name))
}

// isSame tells if two indexes are of the same rows and columns.
func isSame(a, b *catalogue.Index) bool {
	return a.Plain && b.Plain && a.Unique == b.Unique && model.PlainCondition(a.Where) == model.PlainCondition(b.Where) && slices.Equal(a.Columns, b.Columns) && !slices.Contains(a.Columns, "")
}
