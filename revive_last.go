package softdelete

import (
	"database/sql/driver"
	"reflect"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/model"
)

// trashedLast is the row of several that was trashed last, by what the column can
// keep. It is false where that cannot be told: rows of one time, or of none.
func trashedLast(m *model.Model, db *gorm.DB, rows []reflect.Value) (last reflect.Value, known bool) {
	if len(rows) == 1 {
		return rows[0], true
	}
	if m.At == nil {
		return reflect.Value{}, false
	}
	var latest time.Time
	for _, row := range rows {
		at, ok := trashedAt(m, db, row)
		switch {
		case !ok:
			return reflect.Value{}, false
		case at.After(latest) || !last.IsValid():
			last, latest, known = row, at, true
		case at.Equal(latest):
			known = false
		}
	}
	return last, known
}

// trashedAt is when a row was trashed, false if it does not say.
func trashedAt(m *model.Model, db *gorm.DB, row reflect.Value) (time.Time, bool) {
	value, err := driver.DefaultParameterConverter.ConvertValue(fieldValue(db.Statement.Context, m.At, row))
	if err != nil {
		return time.Time{}, false
	}
	switch at := value.(type) {
	case time.Time:
		return at, true
	case int64:
		return model.TimeOfUnix(at, m.When().Unit), at != 0
	}
	return time.Time{}, false
}
