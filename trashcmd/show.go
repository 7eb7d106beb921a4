package trashcmd

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/google/uuid"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// shown is all that show says of a row.
type shown struct {
	item             softdelete.Item
	columns          []display.Column
	hidden, secret   []string
	deletion         *softdelete.Deletion // the operation it went with
	restoring, purge planned
}

// planned is a plan, or why there is none.
type planned struct {
	softdelete.Plan
	err error
}

// show says what is known of a row in the trash.
func show(s *session) error {
	items, err := s.items(s.words)
	if err != nil {
		return err
	}
	if len(items) != 1 {
		return usage("show is of one row")
	}
	of, err := s.lookAt(items[0])
	if err != nil {
		return err
	}
	if s.flags.json {
		return s.out.json(of.json())
	}
	s.showRow(of)
	return nil
}

// lookAt reads what is known of a row, and what would become of it.
func (s *session) lookAt(item softdelete.Item) (*shown, error) {
	of := &shown{item: item}
	row, err := item.Load(s.ctx)
	if err != nil {
		return nil, err
	}
	m, err := s.model(item.Table)
	if err != nil {
		return nil, err
	}
	of.columns, of.hidden, of.secret = display.Columns(s.ctx, m.schema, row)
	if item.DeletionID != uuid.Nil {
		d, err := s.trash.Deletion(s.ctx, item.DeletionID)
		switch {
		case err == nil:
			of.deletion = &d
		case !errors.Is(err, softdelete.ErrNotFound):
			return nil, err
		}
	}
	for _, plan := range []struct {
		op   softdelete.Operation
		into *planned
	}{{softdelete.OpRestore, &of.restoring}, {softdelete.OpPurge, &of.purge}} {
		plan.into.Plan, plan.into.err = s.trash.Preview(s.ctx, plan.op, item)
		if err := plan.into.err; err != nil && !s.isRefusal(err) {
			return nil, err
		}
	}
	return of, nil
}

func (s *session) showRow(of *shown) {
	item := of.item
	s.out.printf("%s %s\n\n", s.out.in(bold, nameOf(item)), s.out.in(dim, "("+item.Model+")"))
	facts := &grid{columns: []column{{style: dim}, {least: 20, order: 1}}}
	add := func(name, value string) {
		if value != "" {
			facts.add("  "+name, value)
		}
	}
	add("trashed", s.stampAgo(item.At))
	add("by", item.By)
	add("reason", item.Reason)
	if item.DeletionID != uuid.Nil {
		add("operation", item.DeletionID.String())
	}
	if d := of.deletion; d != nil {
		add("together with", others(d.Rows, item.Table))
	}
	if retainer, ok := s.valueOf(item.Table).(softdelete.TrashRetainer); ok && retainer.TrashRetention() > 0 && !item.At.IsZero() {
		add("kept until", s.stampAgo(item.At.Add(retainer.TrashRetention())))
	}
	facts.body(s.out, s.width)
	s.out.print("\n")
	values := &grid{columns: []column{{style: dim}, {least: 20, order: 1}}}
	for _, c := range of.columns {
		values.add("  "+c.Name, s.value(c.Value))
	}
	values.body(s.out, s.width)
	if len(of.hidden) > 0 {
		s.paragraph(dim, "  ", fmt.Sprintf("Not shown, as %s looks like a secret: %s", strings.Join(of.secret, ", "), strings.Join(of.hidden, ", ")))
	}
	s.showPlanned("restore", of.restoring)
	s.showPlanned("purge", of.purge)
	words := []string{item.Table, keyOf(item)}
	lines := []string{s.toType(commandNamed("restore"), words), s.toType(commandNamed("purge"), words)}
	if len(of.restoring.TrashedParents) > 0 {
		lines[0] = s.toType(commandNamed("restore"), words, "--with-parents")
	}
	if of.deletion != nil {
		lines = append([]string{s.toType(commandNamed("undo"), []string{of.item.DeletionID.String()})}, lines...)
	}
	s.next("What can be done, each shown before it is:", lines...)
}

// showPlanned writes what would become of a row.
func (s *session) showPlanned(verb string, plan planned) {
	s.out.print("\n")
	if plan.err != nil {
		s.out.printf("%s\n", s.out.in(bold, "No "+verb+" of it is possible:"))
		s.paragraph(red, "  ! ", plan.err.Error())
		return
	}
	s.plan(title(verb, "it", plan.Plan), plan.Plan)
}

// valueOf is the model of a table.
func (s *session) valueOf(table string) any {
	if m, err := s.model(table); err == nil {
		return m.value
	}
	return nil
}

// others are the rows of an operation without the one that is shown.
func others(rows map[string]int64, table string) string {
	rows = maps.Clone(rows)
	if rows[table]--; rows[table] <= 0 {
		delete(rows, table)
	}
	n := sum(rows)
	if n == 0 {
		return "nothing else"
	}
	if n == 1 {
		return "1 other: " + byTable(rows)
	}
	return count(n) + " others: " + byTable(rows)
}

const longest = 500 // of a value where no terminal says how wide it is

// value writes a value of a column.
func (s *session) value(v display.Value) string {
	switch {
	case v.Null:
		return s.out.in(plainly, "NULL")
	case !v.Time.IsZero():
		return s.stampAgo(v.Time)
	case v.Binary > 0:
		return "binary, " + many(int64(v.Binary), "byte")
	}
	return display.Cut(display.Line(v.Text), longest)
}

// jsonColumn is a column of a row: its value, or how many bytes there are that are no text.
type jsonColumn struct {
	Name  string  `json:"name"`
	Value *string `json:"value"`
	Bytes int     `json:"bytes,omitempty"`
}

// jsonShown is all that show says of a row.
type jsonShown struct {
	Item     jsonItem      `json:"item"`
	Columns  []jsonColumn  `json:"columns"`
	Hidden   []string      `json:"hidden"`
	Deletion *jsonDeletion `json:"deletion"`
	Restore  *jsonPlan     `json:"restore"` // null if there is no plan
	Purge    *jsonPlan     `json:"purge"`
}

func (of *shown) json() jsonShown {
	j := jsonShown{Item: itemJSON(of.item), Columns: []jsonColumn{}, Hidden: append([]string{}, of.hidden...)}
	for _, c := range of.columns {
		column := jsonColumn{Name: c.Name, Bytes: c.Value.Binary}
		if text := c.Value.Text; !c.Value.Null && c.Value.Binary == 0 {
			if !c.Value.Time.IsZero() {
				text = c.Value.Time.UTC().Format("2006-01-02T15:04:05.999999999Z07:00")
			}
			column.Value = &text
		}
		j.Columns = append(j.Columns, column)
	}
	if of.deletion != nil {
		d := deletionJSON(*of.deletion)
		j.Deletion = &d
	}
	if of.restoring.err == nil {
		plan := planJSON("restore", of.restoring.Plan)
		j.Restore = &plan
	}
	if of.purge.err == nil {
		plan := planJSON("purge", of.purge.Plan)
		j.Purge = &plan
	}
	return j
}
