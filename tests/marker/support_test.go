package marker_test

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

var moments atomic.Int64

// moment is a time that no other test uses, in milliseconds, which each column keeps that is not of whole seconds.
func moment() time.Time {
	return time.Date(1983, 4, 5, 6, 7, 8, 123_000_000, time.UTC).AddDate(0, 0, int(moments.Add(1)))
}

// at is a handle whose clock stands still.
func at(t *testing.T, open testdb.Opener, now time.Time) *gorm.DB {
	t.Helper()
	config := testdb.Config()
	config.NowFunc = func() time.Time { return now }
	return open(t, config)
}

// plugged is a handle with the plugin.
func plugged(t *testing.T, db *gorm.DB, models ...any) *gorm.DB {
	t.Helper()
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models})))
	return db
}

// rows are those of the table balls, as the database has them, by their key.
func rows(t *testing.T, db *gorm.DB) map[uint]map[string]any {
	t.Helper()
	var list []map[string]any
	require.NoError(t, db.Session(&gorm.Session{NewDB: true}).Raw("SELECT * FROM balls ORDER BY id").Scan(&list).Error)
	found := map[uint]map[string]any{}
	for _, row := range list {
		var id uint
		_, err := fmt.Sscan(fmt.Sprint(row["id"]), &id)
		require.NoError(t, err)
		for name, value := range row {
			// A driver may give times of one column as times or as texts, by what the first row has.
			if text, ok := value.(string); ok {
				if when, err := time.Parse(time.RFC3339Nano, text); err == nil {
					value = when
				}
			}
			if when, ok := value.(time.Time); ok {
				row[name] = when.UTC()
			}
			if name == "id" || name == "box_id" || name == "title" {
				delete(row, name)
			}
		}
		found[id] = row
	}
	return found
}

// live are the keys of a model's live rows.
func live(t *testing.T, db *gorm.DB, model any) []uint {
	t.Helper()
	ids := []uint{}
	require.NoError(t, db.Model(model).Order("id").Pluck("id", &ids).Error)
	return ids
}

// trashed are the keys of its trashed ones.
func trashed(t *testing.T, db *gorm.DB, model any) []uint {
	t.Helper()
	return live(t, db.Scopes(softdelete.OnlyTrashed).Session(&gorm.Session{}), model)
}

// isTrashed reads a value.
func isTrashed(t *testing.T, db *gorm.DB, value any) bool {
	t.Helper()
	is, err := softdelete.IsTrashed(db, value)
	require.NoError(t, err)
	return is
}

// held are the fields of a value, as the database would have them.
func held(t *testing.T, db *gorm.DB, value any) map[string]any {
	t.Helper()
	stmt := &gorm.Statement{DB: db}
	require.NoError(t, stmt.Parse(value))
	fields := map[string]any{}
	for name, field := range stmt.Schema.FieldsByDBName {
		is, _ := field.ValueOf(context.Background(), reflect.ValueOf(value))
		for rv := reflect.ValueOf(is); rv.Kind() == reflect.Pointer; rv = reflect.ValueOf(is) {
			if rv.IsNil() {
				is = nil
				break
			}
			is = rv.Elem().Interface()
		}
		if valuer, ok := is.(driver.Valuer); ok {
			var err error
			is, err = valuer.Value()
			require.NoError(t, err)
		}
		if when, ok := is.(time.Time); ok {
			is = when.UTC()
		}
		fields[name] = is
	}
	return fields
}

// likeItsRow says that a value holds what a reload gives.
func likeItsRow(t *testing.T, db *gorm.DB, value any) {
	t.Helper()
	stored := reflect.New(reflect.TypeOf(value).Elem()).Interface()
	id := reflect.ValueOf(value).Elem().FieldByName("ID").Interface()
	require.NoError(t, db.Session(&gorm.Session{NewDB: true}).Unscoped().First(stored, id).Error)
	require.Equal(t, held(t, db, stored), held(t, db, value))
}
