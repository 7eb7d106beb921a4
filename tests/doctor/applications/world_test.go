package applications_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// world is a database with an application in it.
type world struct {
	*application

	open     testdb.Opener
	db       *gorm.DB
	database string
	isTagged bool
	plugin   bool
}

// settle makes a database with an application's tables and rows. Its handle has the
// plugin, unless the application is to be as it was before.
func settle(t *testing.T, app *application, database string, plugin, tagged bool) *world {
	t.Helper()
	open := testdb.OpenerFor(t, database)
	before := open(t)
	require.NoError(t, before.AutoMigrate(app.byGORM...))
	for _, sql := range append(statements(database, app.schema), statements(database, app.rows)...) {
		require.NoError(t, before.Exec(sql).Error, sql)
	}
	w := &world{application: app, open: open, db: before, database: database, plugin: plugin, isTagged: tagged}
	w.start(t)
	return w
}

// start gives the application a new handle, as a new process has one: statements that were prepared before a table
// changed are not taken again.
func (w *world) start(t *testing.T) {
	t.Helper()
	w.db = w.open(t)
	if w.plugin {
		require.NoError(t, w.db.Use(softdelete.New(softdelete.Config{Models: w.registered()})))
	}
}

// all are the models, as they are or with their tags.
func (w *world) all() []any {
	list := make([]any, len(w.models))
	for i, model := range w.models {
		list[i] = w.as(model)
	}
	if w.isTagged {
		list = append(list, w.joins...)
	}
	return list
}

// registered are the models that Use takes: it refuses those with a look-alike of a marker.
func (w *world) registered() []any {
	return slices.DeleteFunc(w.all(), func(model any) bool { return !w.isTagged && slices.Contains(w.lookAlikes, model) })
}

// as is a value of the application's as the model that is in use. It shares the value's
// memory where the two differ by their tags only.
func (w *world) as(value any) any {
	if !w.isTagged {
		return value
	}
	is := reflect.TypeOf(value)
	for i, model := range w.models {
		if reflect.TypeOf(model) != is || i >= len(w.tagged) || w.tagged[i] == nil {
			continue
		}
		to := reflect.TypeOf(w.tagged[i])
		if is.ConvertibleTo(to) {
			return reflect.ValueOf(value).Convert(to).Interface()
		}
		copied := reflect.New(to.Elem())
		for _, field := range reflect.VisibleFields(is.Elem()) {
			dest := copied.Elem().FieldByName(field.Name)
			from := reflect.ValueOf(value).Elem().FieldByIndex(field.Index)
			if dest.IsValid() && from.CanConvert(dest.Type()) {
				dest.Set(from.Convert(dest.Type()))
			}
		}
		return copied.Interface()
	}
	return value
}

var errEnough = errors.New("enough")

// trying runs something that leaves nothing behind.
func (w *world) trying(t *testing.T, run func(w *world)) {
	t.Helper()
	require.ErrorIs(t, w.db.Transaction(func(tx *gorm.DB) error {
		in := *w
		in.db = tx
		run(&in)
		return errEnough
	}), errEnough)
}

// step runs one statement, after the failure of which the transaction goes on.
func (w *world) step(run func(tx *gorm.DB) *gorm.DB) error {
	return w.db.Transaction(func(tx *gorm.DB) error { return run(tx).Error })
}

func (w *world) create(value any, clauses ...clause.Expression) error {
	return w.step(func(tx *gorm.DB) *gorm.DB { return tx.Clauses(clauses...).Create(w.as(value)) })
}

func note(n int) string { return fmt.Sprintf("note %d", n) }

// dump is all that the tables hold.
func (w *world) dump(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, model := range w.models {
		stmt := &gorm.Statement{DB: w.db}
		require.NoError(t, stmt.Parse(model))
		var rows []map[string]any
		tx := w.db.Session(&gorm.Session{NewDB: true}).Table(stmt.Schema.Table)
		for _, field := range stmt.Schema.PrimaryFields {
			tx = tx.Order(clause.OrderByColumn{Column: clause.Column{Name: field.DBName}})
		}
		require.NoError(t, tx.Find(&rows).Error)
		for _, row := range tables.Without(rows, "softdelete_live") {
			maps.DeleteFunc(row, func(_ string, value any) bool { return value == nil })
			for name, value := range row {
				switch value := value.(type) {
				case bool:
					row[name] = map[bool]int{true: 1}[value]
				case time.Time:
					row[name] = value.UTC()
				case []byte:
					row[name] = string(value)
				}
			}
			all[stmt.Schema.Table] += fmt.Sprintln(row)
		}
	}
	return all
}

// catalogue is what the database says of the indexes and, where it keeps that, of the
// statement that made each table.
func (w *world) catalogue(t *testing.T) map[string]string {
	t.Helper()
	type entry struct{ Name, Text string }
	var list []entry
	db := w.db.Session(&gorm.Session{NewDB: true})
	switch w.database {
	case "sqlite":
		require.NoError(t, db.Raw("SELECT type || ' ' || tbl_name || ' ' || name AS name, coalesce(sql, '') AS text FROM sqlite_master WHERE name <> 'sqlite_sequence'").Scan(&list).Error)
	case "postgres":
		require.NoError(t, db.Raw("SELECT 'index ' || tablename || ' ' || indexname AS name, indexdef AS text FROM pg_indexes WHERE schemaname = current_schema() UNION ALL "+
			"SELECT 'trigger ' || event_object_table || ' ' || trigger_name, action_statement FROM information_schema.triggers WHERE trigger_schema = current_schema()").Scan(&list).Error)
	default:
		require.NoError(t, db.Raw("SELECT concat('index ', TABLE_NAME, ' ', INDEX_NAME) AS name, concat(max(NON_UNIQUE), ' ', "+
			"group_concat(concat(COLUMN_NAME, ' ', ifnull(SUB_PART, ''), ifnull(COLLATION, '')) ORDER BY SEQ_IN_INDEX)) AS text FROM information_schema.STATISTICS "+
			"WHERE TABLE_SCHEMA = DATABASE() GROUP BY TABLE_NAME, INDEX_NAME").Scan(&list).Error)
	}
	all := map[string]string{}
	for _, e := range list {
		// A table that is renamed comes back with other quotes.
		all[e.Name] = strings.NewReplacer("`", "", `"`, "").Replace(e.Text)
	}
	return all
}
