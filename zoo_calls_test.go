package softdelete_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"pgregory.net/rapid"

	"github.com/gorm-softdelete/softdelete"
)

// zooCall is an operation as a program calls it.
type zooCall struct {
	kind  softdelete.Operation
	table *zooTable

	// How the rows are addressed: by one value, a slice of them, keys after an empty value, or a condition.
	form   string
	rows   []*zooRow
	whole  bool // the values have more than their key
	column string
	values []any

	selected []string // relations
	links    []*zooLink
	mode     zooRestoreMode

	actor, reason string
	report        bool
	transaction   string
}

func (c *zooCall) String() string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "%s of %s by %s", c.kind, c.table.name, c.form)
	for _, row := range c.rows {
		_, _ = fmt.Fprintf(&b, ", %s", row.key())
	}
	if c.column != "" {
		_, _ = fmt.Fprintf(&b, ", %s in %v", c.column, c.values)
	}
	if c.selected != nil {
		_, _ = fmt.Fprintf(&b, ", selected %v", c.selected)
	}
	if c.mode != (zooRestoreMode{}) {
		_, _ = fmt.Fprintf(&b, ", %+v", c.mode)
	}
	return b.String() + ", transaction " + c.transaction
}

// drawZooCall draws an operation on a table, one of the world's if none is given.
func drawZooCall(t *rapid.T, rows *zooRows, kind softdelete.Operation, tables ...*zooTable) *zooCall {
	if len(tables) == 0 {
		tables = rows.world.roots()
	}
	table := pick(t, "table", tables)
	some := rows.of(table)
	c := &zooCall{
		kind: kind, table: table,
		actor:       rapid.SampledFrom([]string{"", "ana", "bo"}).Draw(t, "actor"),
		reason:      rapid.SampledFrom([]string{"", "spam"}).Draw(t, "reason"),
		report:      rapid.Bool().Draw(t, "report"),
		transaction: rapid.SampledFrom([]string{"default", "skipped", "own"}).Draw(t, "transaction"),
		whole:       rapid.Bool().Draw(t, "whole"),
	}
	forms := []string{"condition", "all"}
	if len(some) > 0 {
		forms = []string{"value", "slice", "condition", "all"}
		if len(table.key) == 1 && len(table.texts) == 0 {
			forms = []string{"value", "slice", "key", "keys", "condition", "all"}
		}
	}
	c.form = rapid.SampledFrom(forms).Draw(t, "form")
	switch c.form {
	case "value", "key":
		c.rows = []*zooRow{pick(t, "row", some)}
	case "slice", "keys":
		for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(some)-1), 1, min(4, len(some)), rapid.ID).Draw(t, "rows") {
			c.rows = append(c.rows, some[i])
		}
	case "condition":
		c.drawCondition(t, some)
	}
	return c
}

// drawCondition draws a column and values of it.
func (c *zooCall) drawCondition(t *rapid.T, some []*zooRow) {
	columns := slices.Clone(c.table.key)
	if c.table.named {
		columns = append(columns, "name")
	}
	for _, l := range c.table.links {
		columns = append(columns, l.foreign...)
	}
	c.column = rapid.SampledFrom(columns).Draw(t, "column")
	for _, row := range some {
		if value := row.values[c.column]; value != nil && !slices.Contains(c.values, value) && rapid.Bool().Draw(t, "too") {
			c.values = append(c.values, value)
		}
	}
}

// drawSelected draws relations that are selected for a delete.
func (c *zooCall) drawSelected(t *rapid.T, w *zooWorld) {
	var own []*zooLink
	for _, l := range w.links {
		if l.parent == c.table && l.field != "" {
			own = append(own, l)
		}
	}
	if len(own) == 0 || rapid.IntRange(0, 3).Draw(t, "select") > 0 {
		return
	}
	if !slices.ContainsFunc(own, func(l *zooLink) bool { return !l.child.isSoft() }) && rapid.Bool().Draw(t, "select all") {
		c.selected, c.links = []string{clause.Associations}, own
		return
	}
	for _, l := range own {
		// What is plain would be deleted for good.
		if l.child.isSoft() && rapid.Bool().Draw(t, l.field) {
			c.selected, c.links = append(c.selected, l.field), append(c.links, l)
		}
	}
}

// addressed are the rows that the call names.
func (c *zooCall) addressed(rows *zooRows) []*zooRow {
	if c.rows != nil {
		return c.rows
	}
	return slices.DeleteFunc(rows.of(c.table), func(row *zooRow) bool {
		return c.form == "condition" && !slices.Contains(c.values, row.values[c.column])
	})
}

// predict is what the oracle says of the call.
func (c *zooCall) predict(rows *zooRows) *zooOutcome {
	switch c.kind {
	case softdelete.OpSoftDelete:
		return rows.deleted(c.addressed(rows), c.links)
	case softdelete.OpRestore:
		return rows.restored(c.addressed(rows), c.mode)
	default:
		return rows.removed(c.addressed(rows), c.kind == softdelete.OpForceDelete)
	}
}

// build returns what the call is made with.
func (c *zooCall) build(z *zooDatabase, db *gorm.DB) (tx *gorm.DB, value any, conds []any) {
	if c.mode.withParents {
		db = db.Scopes(softdelete.WithParents)
	}
	if c.mode.rootOnly {
		db = db.Scopes(softdelete.RootOnly)
	}
	for i, name := range c.selected {
		if i == 0 {
			db = db.Select(name)
		} else {
			db = db.Select(append([]string{}, c.selected...))
			break
		}
	}
	empty := reflect.New(reflect.TypeOf(c.table.model).Elem()).Interface()
	switch c.form {
	case "value":
		return db, z.value(c.table, c.rows[0], c.whole), nil
	case "slice":
		return db, z.slice(c.table, c.rows, c.whole), nil
	case "key":
		return db, empty, []any{c.rows[0].values[c.table.key[0]]}
	case "keys":
		keys := make([]int64, len(c.rows))
		for i, row := range c.rows {
			keys[i] = row.values[c.table.key[0]].(int64)
		}
		return db, empty, []any{keys}
	case "condition":
		return db.Where(clause.IN{Column: clause.Column{Table: clause.CurrentTable, Name: c.column}, Values: c.values}), empty, nil
	default:
		return db.Where("1 = 1"), empty, nil
	}
}

// pick draws one of a list, by its place: in the log of a failure that says more than what is in it.
func pick[T any](t *rapid.T, label string, list []T) T {
	return list[rapid.IntRange(0, len(list)-1).Draw(t, label)]
}
