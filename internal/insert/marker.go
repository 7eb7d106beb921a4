package insert

import (
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// PutZero has an insert put the value of the tag zeroValue into the marker of live
// rows, for which GORM has NULL where the column has no default: as the text that the
// filter compares with, which no zone and no format comes between. What it returns
// takes that back.
func PutZero(m *model.Model, db *gorm.DB) (restore func()) {
	zero, ok := m.Marker.Live.(string)
	if !ok {
		return func() {}
	}
	return session.Intercept(db, "VALUES", func(e clause.Expression) {
		values, _ := e.(clause.Values)
		i := slices.IndexFunc(values.Columns, func(c clause.Column) bool { return expr.IsColumn(c, m.Marker.Field.DBName) })
		if i < 0 {
			return
		}
		for _, row := range values.Values {
			if i < len(row) && m.Marker.HoldsLive(row[i]) {
				row[i] = zero
			}
		}
	})
}
