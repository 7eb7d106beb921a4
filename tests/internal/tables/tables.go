package tables

import (
	"maps"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

// LiveIDs are the ids of the live rows.
func LiveIDs(t *testing.T, db *gorm.DB, table string) []int {
	t.Helper()
	return Column[int](t, db, "SELECT id FROM "+table+" WHERE deleted_at IS NULL ORDER BY id")
}

// IDsOf are the ids of all rows.
func IDsOf(t *testing.T, db *gorm.DB, table string) []int {
	t.Helper()
	return Column[int](t, db, "SELECT id FROM "+table+" ORDER BY id")
}

// TableOf is the table of a model.
func TableOf(t *testing.T, db *gorm.DB, model any) string {
	t.Helper()
	stmt := &gorm.Statement{DB: db}
	require.NoError(t, stmt.Parse(model))
	return stmt.Schema.Table
}

// Ptr is a pointer to a value.
func Ptr[T any](v T) *T { return &v }

// NewLike is a pointer to a new value of the type that another points to.
func NewLike(model any) any { return reflect.New(reflect.TypeOf(model).Elem()).Interface() }

// Stored reads whole rows as they are in a table, past GORM's models.
func Stored(t *testing.T, db *gorm.DB, table, order string) []map[string]any {
	t.Helper()
	rows := []map[string]any{}
	require.NoError(t, db.Session(&gorm.Session{NewDB: true}).Raw("SELECT * FROM "+table+" ORDER BY "+order).Scan(&rows).Error)
	for _, row := range rows {
		delete(row, "softdelete_live") // which SELECT * lists where no column is hidden
		for column, value := range row {
			switch v := value.(type) {
			case time.Time:
				row[column] = v.UTC()
			case uint64: // of an unsigned column
				row[column] = int64(v) //nolint:gosec // small
			case string: // as a driver may give times of a column in which the first row has none
				if when, err := time.Parse(time.RFC3339Nano, v); err == nil {
					row[column] = when.UTC()
				}
			}
		}
	}
	return rows
}

// Without returns copies of rows that lack some columns.
func Without(rows []map[string]any, columns ...string) []map[string]any {
	rest := make([]map[string]any, len(rows))
	for i, row := range rows {
		rest[i] = maps.Clone(row)
		for _, column := range columns {
			delete(rest[i], column)
		}
	}
	return rest
}

// Column reads one column of all rows, in the order of another.
func Column[T any](t *testing.T, db *gorm.DB, query string, args ...any) []T {
	t.Helper()
	values := []T{}
	require.NoError(t, db.Session(&gorm.Session{NewDB: true}).Raw(query, args...).Scan(&values).Error)
	return values
}

// Dump reads a table with all of its columns, in an order, whatever their types.
func Dump(t *testing.T, db *gorm.DB, table, order string) (columns []string, list [][]any) {
	t.Helper()
	rows, err := db.Session(&gorm.Session{NewDB: true}).Raw("SELECT * FROM " + table + " ORDER BY " + order).Rows()
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	columns, err = rows.Columns()
	require.NoError(t, err)
	places := make([]any, len(columns))
	for rows.Next() {
		row := make([]any, len(columns))
		for i := range row {
			places[i] = &row[i]
		}
		require.NoError(t, rows.Scan(places...))
		for i, value := range row {
			switch value := value.(type) {
			case time.Time:
				row[i] = value.UTC()
			case []byte:
				row[i] = string(value)
			case uint64: // MariaDB's unsigned columns
				row[i] = int64(value) //nolint:gosec // small
			}
		}
		list = append(list, row)
	}
	require.NoError(t, rows.Err())
	return columns, list
}
