package zoo_test

import (
	"fmt"
	"slices"
	"strings"

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
	having *zooLink // of rows that have live ones below them
	limit  int

	scope    string // of the rows that the statement sees
	trasher  string // for the scope TrashedBy
	selected []zooPick
	all      bool // clause.Associations are selected
	mode     zooRestoreMode
	plan     *softdelete.Plan // that it is held to

	actor, reason string
	report        bool
	transaction   string
}

// zooPick is a relation that a delete selects, with those below it.
type zooPick struct {
	link  *zooLink
	below []zooPick
}

func zooPaths(picks []zooPick, prefix string) []string {
	var paths []string
	for _, pick := range picks {
		paths = append(paths, prefix+pick.link.field)
		paths = append(paths, zooPaths(pick.below, prefix+pick.link.field+".")...)
	}
	return paths
}

func (c *zooCall) selects() []string {
	if c.all {
		return []string{clause.Associations}
	}
	return zooPaths(c.selected, "")
}

func (c *zooCall) String() string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "%s of %s by %s", c.kind, c.table.name, c.form)
	for _, row := range c.rows {
		_, _ = fmt.Fprintf(&b, ", %s", row.key())
	}
	switch c.form {
	case "condition":
		_, _ = fmt.Fprintf(&b, ", %s in %v", c.column, c.values)
	case "having":
		_, _ = fmt.Fprintf(&b, ", live %s", c.having.child.name)
	}
	if c.limit > 0 {
		_, _ = fmt.Fprintf(&b, ", the first %d", c.limit)
	}
	if c.scope != "" {
		_, _ = fmt.Fprintf(&b, ", %s %s", c.scope, c.trasher)
	}
	if c.selected != nil {
		_, _ = fmt.Fprintf(&b, ", selected %v", c.selects())
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
	c := &zooCall{kind: kind, table: pick(t, "table", tables)}
	c.actor = rapid.SampledFrom([]string{"", "ana", "bo"}).Draw(t, "actor")
	c.reason = rapid.SampledFrom([]string{"", "spam"}).Draw(t, "reason")
	c.report = rapid.Bool().Draw(t, "report")
	c.transaction = rapid.SampledFrom([]string{"default", "skipped", "own"}).Draw(t, "transaction")
	c.whole = rapid.Bool().Draw(t, "whole")
	some := rows.of(c.table)
	c.form = rapid.SampledFrom(c.forms(rows.world, some)).Draw(t, "form")
	switch c.form {
	case "value", "key":
		c.rows = []*zooRow{pick(t, "row", some)}
	case "slice", "keys":
		for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(some)-1), 1, min(4, len(some)), rapid.ID).Draw(t, "rows") {
			c.rows = append(c.rows, some[i])
		}
	case "condition":
		c.drawCondition(t, some)
	case "having":
		c.having = pick(t, "having", rows.world.simple(c.table))
	}
	if c.form != "value" && c.form != "slice" && c.table.isNumbered() && rapid.IntRange(0, 3).Draw(t, "limited") == 0 {
		c.limit = rapid.IntRange(1, 3).Draw(t, "limit")
	}
	c.drawScope(t)
	return c
}

func (c *zooCall) forms(w *zooWorld, some []*zooRow) []string {
	forms := []string{"condition", "all"}
	if len(some) > 0 {
		forms = []string{"value", "slice", "condition", "all"}
	}
	if len(some) > 0 && c.table.isNumbered() {
		forms = append(forms, "key", "keys")
	}
	if len(w.simple(c.table)) > 0 {
		forms = append(forms, "having")
	}
	return forms
}

// isNumbered tells if a table's key is one integer.
func (t *zooTable) isNumbered() bool { return len(t.key) == 1 && len(t.texts) == 0 }

// simple are the links of one column from a table to others that have models.
func (w *zooWorld) simple(table *zooTable) []*zooLink {
	return slices.DeleteFunc(slices.Clone(w.links), func(l *zooLink) bool {
		return l.parent != table || len(l.foreign) > 1 || l.typed[0] != "" || !l.child.isSoft()
	})
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
	for i, row := range some[:min(len(some), 50)] {
		value := row.values[c.column]
		if value != nil && !slices.Contains(c.values, value) && (i == 0 || rapid.Bool().Draw(t, "too")) {
			c.values = append(c.values, value)
		}
	}
}

// drawScope draws a scope that says which rows the statement sees.
func (c *zooCall) drawScope(t *rapid.T) {
	if rapid.IntRange(0, 5).Draw(t, "scoped") > 0 {
		return
	}
	scopes := []string{"WithTrashed", "OnlyTrashed", "WithoutTrashed"}
	if c.table.mark.by != "" {
		scopes = append(scopes, "TrashedBy")
	}
	if c.scope = rapid.SampledFrom(scopes).Draw(t, "scope"); c.scope == "TrashedBy" {
		c.trasher = rapid.SampledFrom([]string{"", "ana", "bo"}).Draw(t, "trasher")
	}
}

// drawSelected draws relations that are selected for a delete.
func (c *zooCall) drawSelected(t *rapid.T, w *zooWorld) {
	if rapid.IntRange(0, 2).Draw(t, "select") > 0 {
		return
	}
	own := w.own(c.table)
	if len(own) > 0 && rapid.IntRange(0, 3).Draw(t, "select all") == 0 {
		c.all = true
		for _, l := range own {
			c.selected = append(c.selected, zooPick{link: l})
		}
		return
	}
	c.selected = drawPicks(t, w, c.table, 2)
}

func drawPicks(t *rapid.T, w *zooWorld, table *zooTable, depth int) []zooPick {
	var picks []zooPick
	for _, l := range w.own(table) {
		if rapid.Bool().Draw(t, l.field) {
			pick := zooPick{link: l}
			if depth > 1 {
				pick.below = drawPicks(t, w, l.child, depth-1)
			}
			picks = append(picks, pick)
		}
	}
	return picks
}

// own are the relations that a table's model declares, other than those to what it belongs to.
func (w *zooWorld) own(table *zooTable) []*zooLink {
	return slices.DeleteFunc(slices.Clone(w.links), func(l *zooLink) bool { return l.parent != table || l.field == "" })
}

// pick draws one of a list, by its place: in the log of a failure that says more than what is in it.
func pick[T any](t *rapid.T, label string, list []T) T {
	return list[rapid.IntRange(0, len(list)-1).Draw(t, label)]
}
