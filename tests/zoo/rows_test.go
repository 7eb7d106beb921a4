package zoo_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// zooRow is a row as the oracle knows it.
type zooRow struct {
	table  *zooTable
	values map[string]any // as drawn: keys, what refers to other rows, name

	by   *zooDeletion // that trashed it, nil while it is live
	gone bool

	live, now zooColumns // as the database has the row: while live, and at this time
}

// zooColumns is a row as it is in a database.
type zooColumns map[string]any

// zooDeletion is a delete, known by its place in the sequence of operations.
type zooDeletion struct {
	id     uuid.UUID
	actor  string
	rows   []*zooRow
	legacy bool // it was made before there was a plugin
}

// zooRows are all rows of a world.
type zooRows struct {
	world *zooWorld
	step  time.Duration // of a column of times
	all   []*zooRow

	// By what they refer to, and by what is referred to; made when they are needed.
	children map[*zooLink]map[string][]*zooRow
	referred map[*zooLink]map[string][]*zooRow
}

func (r *zooRow) key() string { return zooKey(r.table, r.values) }

func zooKey(t *zooTable, values map[string]any) string {
	parts := make([]string, len(t.key))
	for i, column := range t.key {
		parts[i] = fmt.Sprint(values[column])
	}
	return t.name + " " + strings.Join(parts, "/")
}

func (r *zooRow) String() string {
	var b strings.Builder
	b.WriteString(r.key())
	for _, column := range slices.Sorted(maps.Keys(r.values)) {
		if !slices.Contains(r.table.key, column) {
			_, _ = fmt.Fprintf(&b, " %s=%v", column, r.values[column])
		}
	}
	switch {
	case r.gone:
		b.WriteString(", gone")
	case r.by != nil:
		_, _ = fmt.Fprintf(&b, ", trashed by %s", r.by.id)
	}
	return b.String()
}

func (r *zooRow) isLive() bool { return !r.gone && r.by == nil }

func (r *zooRow) isTrashed() bool { return !r.gone && r.by != nil }

// refersTo is the text of what a row hangs on by a link, empty if it hangs on nothing.
func (r *zooRow) refersTo(l *zooLink) string {
	if l.typed[0] != "" && r.values[l.typed[0]] != l.typed[1] {
		return ""
	}
	return zooReference(r.values, l.foreign)
}

func zooReference(values map[string]any, columns []string) string {
	var b strings.Builder
	for _, column := range columns {
		if values[column] == nil {
			return ""
		}
		_, _ = fmt.Fprintf(&b, "%v\x00", values[column])
	}
	return b.String()
}

// below lists the rows that hang on a row by a link.
func (rows *zooRows) below(parent *zooRow, l *zooLink) []*zooRow {
	if parent.table != l.parent || parent.gone {
		return nil
	}
	if rows.children[l] == nil {
		rows.children = zooIndex(rows.children, l, rows.of(l.child), func(row *zooRow) string { return row.refersTo(l) })
	}
	return zooPresent(rows.children[l][zooReference(parent.values, l.referred)])
}

// parents lists the rows that a row hangs on by a link.
func (rows *zooRows) parents(row *zooRow, l *zooLink) []*zooRow {
	if row.table != l.child || row.gone {
		return nil
	}
	if rows.referred[l] == nil {
		rows.referred = zooIndex(rows.referred, l, rows.of(l.parent), func(row *zooRow) string { return zooReference(row.values, l.referred) })
	}
	return zooPresent(rows.referred[l][row.refersTo(l)])
}

func zooIndex(index map[*zooLink]map[string][]*zooRow, l *zooLink, rows []*zooRow, of func(*zooRow) string) map[*zooLink]map[string][]*zooRow {
	if index == nil {
		index = map[*zooLink]map[string][]*zooRow{}
	}
	index[l] = map[string][]*zooRow{}
	for _, row := range rows {
		if text := of(row); text != "" {
			index[l][text] = append(index[l][text], row)
		}
	}
	return index
}

func zooPresent(rows []*zooRow) []*zooRow {
	return slices.DeleteFunc(slices.Clone(rows), func(row *zooRow) bool { return row.gone })
}

// forget drops what was made of the rows' values, as those have changed.
func (rows *zooRows) forget() { rows.children, rows.referred = nil, nil }

// zooTexts are keys of text, each harder to quote than the one before.
var zooTexts = []string{"en", "d'e", `f"r`, "i?t", "@es", `n\l`}

// drawZooRows draws the rows of a world: a few to each table, each hanging by each of its relations on any row, its own
// included, or on none.
func drawZooRows(t *rapid.T, w *zooWorld) *zooRows {
	rows := &zooRows{world: w}
	for _, table := range w.tables {
		for n := range rapid.IntRange(0, zooMost(w)).Draw(t, table.name) {
			rows.all = append(rows.all, &zooRow{table: table, values: drawZooKey(t, table, n)})
		}
	}
	for _, row := range slices.Clone(rows.all) {
		for _, l := range row.table.links {
			rows.drawParent(t, row, l)
		}
		if !rows.isWhole(row) {
			rows.all = slices.DeleteFunc(rows.all, func(other *zooRow) bool { return other == row })
		}
	}
	return rows
}

// zooMost is how many rows a table has at most: about 25 in all.
func zooMost(w *zooWorld) int { return max(4, 25/len(w.tables)) }

func drawZooKey(t *rapid.T, table *zooTable, n int) map[string]any {
	values := map[string]any{}
	if table.unique != "" {
		values[table.unique] = fmt.Sprint("k", n)
	}
	if table.named {
		values["name"] = rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name")
	}
	for _, column := range table.key {
		switch {
		case slices.Contains(table.shared, column):
			values[column] = rapid.Int64Range(1, 2).Draw(t, column)
		case slices.ContainsFunc(table.links, func(l *zooLink) bool { return slices.Contains(l.foreign, column) }):
		case slices.Contains(table.texts, column):
			values[column] = zooTexts[n%len(zooTexts)]
		default:
			values[column] = int64(n + 1)
		}
	}
	return values
}

// drawParent makes a row hang on another by a link, or on none. What other links have set before is kept.
func (rows *zooRows) drawParent(t *rapid.T, row *zooRow, l *zooLink) {
	if given, ok := row.values[l.typed[0]]; ok && given != l.typed[1] {
		return
	}
	var fit []*zooRow
	for _, parent := range rows.all {
		if parent.table == l.parent && rows.fits(row, l, parent) {
			fit = append(fit, parent)
		}
	}
	first := -1
	if slices.ContainsFunc(l.foreign, func(column string) bool { return slices.Contains(row.table.key, column) }) {
		first = 0
	}
	// Most rows hang on something: of trees that are all roots nothing is learnt.
	if first < 0 && len(fit) > 0 && rapid.IntRange(0, 3).Draw(t, "hangs") > 0 {
		first = 0
	}
	if len(fit) > 0 && first < 0 && len(l.foreign) > 1 && rapid.Bool().Draw(t, "in part") {
		// A key with a NULL in it refers to nothing.
		row.values[l.foreign[0]] = fit[0].values[l.referred[0]]
	}
	if len(fit) == 0 || first < 0 {
		return
	}
	parent := pick(t, row.key()+" on", fit)
	for i, column := range l.foreign {
		row.values[column] = parent.values[l.referred[i]]
	}
	if l.typed[0] != "" {
		row.values[l.typed[0]] = l.typed[1]
	}
}

func (rows *zooRows) fits(row *zooRow, l *zooLink, parent *zooRow) bool {
	for i, column := range l.foreign {
		value := parent.values[l.referred[i]]
		if given, ok := row.values[column]; value == nil || ok && given != value {
			return false
		}
	}
	return true
}

// isWhole tells if a row has a key, which no row before it has.
func (rows *zooRows) isWhole(row *zooRow) bool {
	for _, column := range row.table.key {
		if row.values[column] == nil {
			return false
		}
	}
	for _, other := range rows.all {
		if other == row {
			return true
		}
		if other.key() == row.key() {
			return false
		}
	}
	return false
}

func (rows *zooRows) of(table *zooTable) []*zooRow {
	var some []*zooRow
	for _, row := range rows.all {
		if row.table == table {
			some = append(some, row)
		}
	}
	return some
}

func (rows *zooRows) String() string {
	var b strings.Builder
	for _, row := range rows.all {
		_, _ = fmt.Fprintln(&b, "  "+row.String())
	}
	return b.String()
}
