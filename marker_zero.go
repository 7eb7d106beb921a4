package softdelete

import (
	"reflect"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// putZero has an insert put the value of the tag zeroValue into the marker of live
// rows, for which GORM has NULL where the column has no default: as the text that the
// filter compares with, which no zone and no format comes between. What it returns
// takes that back.
func putZero(m *model, db *gorm.DB) (restore func()) {
	zero, ok := m.marker.live.(string)
	if !ok {
		return func() {}
	}
	return intercept(db, "VALUES", func(expr clause.Expression) {
		values, _ := expr.(clause.Values)
		i := slices.IndexFunc(values.Columns, func(c clause.Column) bool { return isColumn(c, m.marker.field.DBName) })
		if i < 0 {
			return
		}
		for _, row := range values.Values {
			if i < len(row) && m.marker.holdsLive(row[i]) {
				row[i] = zero
			}
		}
	})
}

// holdsLive tells if a value that goes into the marker is that of a live row.
func (mk *marker) holdsLive(value any) bool {
	rv := reflect.ValueOf(value)
	if !rv.IsValid() {
		return true
	}
	switch v := held(rv).(type) {
	case nil:
		return true
	case time.Time:
		return mk.isZeroTime(v)
	}
	return false
}
