package trash_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// These keep who, why and by which operation in columns of other types than Tracked.
type (
	trashNumbered struct {
		ID   int64 `gorm:"primaryKey;autoIncrement:false"`
		Gone gorm.DeletedAt
		Who  *uint16    `softdelete:"by"`
		Why  string     `softdelete:"reason"`
		Op   *uuid.UUID `softdelete:"deletionID" gorm:"type:text"`
	}
	trashTexts struct {
		Code models.ACode `gorm:"primaryKey"`
		Gone gorm.DeletedAt
		Who  string `softdelete:"by"`
		Op   string `softdelete:"deletionID"`
	}
	trashBytes struct {
		ID   uint `gorm:"primaryKey;autoIncrement:false"`
		Gone softdelete.Flag
		At   time.Time `softdelete:"at"`
		Op   []byte    `softdelete:"deletionID"`
	}
)

// trashKind is a model of one kind of marker, and what its rows keep.
type trashKind struct {
	table  string
	column string // in which the time is, empty if there is none
	make   func(id uint) any
	key    func(id uint) []any
	step   time.Duration // of its times; zero if it keeps none

	by, reason, id bool
}

// onlyTime is what a time column keeps, which each database says.
const onlyTime = time.Duration(-1)

func trashKinds() map[string]trashKind {
	kinds := map[string]trashKind{}
	steps := map[string]time.Duration{"soft_delete second": time.Second, "soft_delete milli": time.Millisecond, "*soft_delete nano": 1, "soft_delete flag": 0}
	for name, create := range models.SomeMarked() {
		step, ok := steps[name]
		if !ok {
			step = onlyTime
		}
		tracked := name == "softdelete.Tracked"
		kinds[name] = trashKind{
			make: func(id uint) any { return create(id, fmt.Sprint(id)) }, key: func(id uint) []any { return []any{id} },
			step: step, by: tracked, reason: tracked, id: tracked,
		}
	}
	kinds["composite key"] = trashKind{
		make: func(id uint) any { return &models.APair{Left: int(id), Right: fmt.Sprint("r", id)} }, step: onlyTime,
		key: func(id uint) []any { return []any{int(id), fmt.Sprint("r", id)} },
	}
	kinds["numbered"] = trashKind{
		make: func(id uint) any { return &trashNumbered{ID: int64(id)} }, key: func(id uint) []any { return []any{int64(id)} },
		step: onlyTime, by: true, reason: true, id: true,
	}
	kinds["texts"] = trashKind{
		make: func(id uint) any { return &trashTexts{Code: models.ACode(fmt.Sprint("c", id))} }, key: func(id uint) []any { return []any{models.ACode(fmt.Sprint("c", id))} },
		step: onlyTime, by: true, id: true,
	}
	kinds["bytes"] = trashKind{
		make: func(id uint) any { return &trashBytes{ID: id} }, key: func(id uint) []any { return []any{id} }, step: onlyTime, id: true,
	}
	return kinds
}

// stored is a time as the model's rows keep it.
func (k trashKind) stored(db *gorm.DB, at time.Time) time.Time {
	switch {
	case k.step == 0:
		return time.Time{}
	case k.step != onlyTime:
		return at.Truncate(k.step).UTC()
	default:
		return at.Truncate(database.FlavourOf(db).Step).UTC()
	}
}

func (k trashKind) name() string { return reflect.TypeOf(k.make(1)).Elem().Name() }

// trashWorld is a database with a table for each kind of marker, whose clock is the test's.
type trashWorld struct {
	db     *gorm.DB
	kinds  map[string]trashKind
	models []any
	now    time.Time
}

func openTrashWorld(t *testing.T, open testdb.Opener) *trashWorld {
	t.Helper()
	w := &trashWorld{kinds: trashKinds(), now: models.Past()}
	config := testdb.Config()
	config.NowFunc = func() time.Time { return w.now }
	w.db = open(t, config)
	for _, kind := range w.kinds {
		w.models = append(w.models, kind.make(0))
	}
	require.NoError(t, w.db.Use(softdelete.New(softdelete.Config{Models: w.models})))
	require.NoError(t, w.db.AutoMigrate(w.models...))
	for name, kind := range w.kinds {
		kind.table, kind.column = tables.TableOf(t, w.db, kind.make(0)), "deleted_at"
		for column, of := range map[string][]string{"gone_at": {"APointer"}, "": {"AFlag"}, "gone": {"trashNumbered", "trashTexts"}, "at": {"AFlagged", "trashBytes"}} {
			if slices.Contains(of, kind.name()) {
				kind.column = column
			}
		}
		w.kinds[name] = kind
	}
	return w
}

// create makes rows of each kind.
func (w *trashWorld) create(t *testing.T, ids ...uint) {
	t.Helper()
	for name, kind := range w.kinds {
		for _, id := range ids {
			require.NoError(t, w.db.Create(kind.make(id)).Error, name)
		}
	}
}

// trash trashes a row of each kind at one time, and returns the operations' ids. No reading of the clock is used twice, so that
// the time is written over the one of the delete.
func (w *trashWorld) trash(t *testing.T, db *gorm.DB, at time.Time, id uint) map[string]uuid.UUID {
	t.Helper()
	ids := map[string]uuid.UUID{}
	w.now = models.Past()
	for name, kind := range w.kinds {
		var d softdelete.Deletion
		tx := db.Scopes(softdelete.Into(&d)).Delete(kind.make(id))
		require.NoError(t, tx.Error, name)
		require.EqualValues(t, 1, tx.RowsAffected, name)
		ids[name] = d.ID
		w.setTime(t, kind, kind.make(id), at)
	}
	return ids
}

// setTime writes when a row was trashed, as the library would.
func (w *trashWorld) setTime(t *testing.T, kind trashKind, row any, at time.Time) {
	t.Helper()
	if kind.column == "" {
		return
	}
	var value any = kind.stored(w.db, at)
	switch kind.step {
	case time.Second:
		value = at.Unix()
	case time.Millisecond:
		value = at.UnixMilli()
	case 1:
		value = at.UnixNano()
	}
	stmt := &gorm.Statement{DB: w.db}
	require.NoError(t, stmt.Parse(row))
	sql := "UPDATE " + kind.table + " SET " + kind.column + " = ? WHERE 1 = 1"
	args := []any{value}
	for _, field := range stmt.Schema.PrimaryFields {
		key, _ := field.ValueOf(t.Context(), reflect.ValueOf(row))
		sql, args = sql+database.Quoted(w.db, ` AND "`+field.DBName+`" = ?`), append(args, key)
	}
	exec := w.db.Exec(sql, args...)
	require.NoError(t, exec.Error, kind.name())
	require.EqualValues(t, 1, exec.RowsAffected, kind.name())
}

// itemName names a row.
func itemName(item softdelete.Item) string {
	parts := make([]string, len(item.Key))
	for i, part := range item.Key {
		parts[i] = fmt.Sprint(part)
	}
	return item.Table + " " + strings.Join(parts, "/")
}

func itemNames(items []softdelete.Item) []string {
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = itemName(item)
	}
	return names
}

// kindOf is the kind of an item's model.
func (w *trashWorld) kindOf(item softdelete.Item) trashKind {
	for _, kind := range w.kinds {
		if kind.table == item.Table {
			return kind
		}
	}
	panic("no such table: " + item.Table)
}

// keyOf is the condition that a row is an item's.
func keyOf(t *testing.T, db *gorm.DB, item softdelete.Item) map[string]any {
	t.Helper()
	stmt := &gorm.Statement{DB: db}
	for _, kind := range trashKinds() {
		if kind.name() == item.Model {
			require.NoError(t, stmt.Parse(kind.make(0)))
		}
	}
	condition := map[string]any{}
	for i, field := range stmt.Schema.PrimaryFields {
		condition[field.DBName] = item.Key[i]
	}
	return condition
}

// ended is a context that has ended.
func ended(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
