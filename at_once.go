package softdelete

import (
	"slices"
	"strconv"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// atOnce is a batch that one statement finds and removes, on a database where a
// query can write. It leaves rows on which others hang.
type atOnce struct {
	limit int
	size  int64 // how many rows the batch had
	left  int64 // how many of them are still there
}

const (
	dueName  = "softdelete_due"
	goneName = "softdelete_gone"
)

// canAtOnce tells if batches can be removed so: nobody has to be told the keys.
func (e *emptying) canAtOnce() bool {
	return !e.stepwise && e.d.WritingQuery && !e.options.Hooks && !e.options.DryRun && len(e.plugin.config.Observers) == 0
}

// removeAtOnce removes the rows of a batch on which nothing hangs.
//
//	WITH softdelete_due AS (SELECT id, deleted_at AS … FROM posts WHERE … ORDER BY … LIMIT 1000 FOR UPDATE SKIP LOCKED),
//	softdelete_gone AS (DELETE FROM posts WHERE id IN (SELECT id FROM softdelete_due)
//	AND NOT EXISTS (SELECT 1 FROM comments AS softdelete_child WHERE softdelete_child.post_id = posts.id) RETURNING 1)
//	SELECT … FROM softdelete_due ORDER BY … DESC LIMIT 1
func (c *cascade) removeAtOnce(t *target, filter clause.Expression, b *batch) error {
	root := c.plan.Root
	t.apply(filter)
	defer t.restore()
	where, _ := t.stmt.Clauses["WHERE"].Expression.(clause.Where)
	names := root.Key()
	key := expr.Columns(root.Name, names)
	last := make([]any, len(names))
	dest := make([]any, 0, len(names)+3)
	var gone int64
	var when any
	dest = append(dest, &b.once.size, &gone)
	for i := range last {
		dest = append(dest, &last[i])
	}
	list := []session.Part{"SELECT (SELECT count(*) FROM " + dueName + "), (SELECT count(*) FROM " + goneName + "), ", expr.Columns(dueName, names)}
	due := []session.Part{"WITH " + dueName + " AS MATERIALIZED (SELECT ", key}
	order := []session.Part{" ORDER BY "}
	if b.when != nil {
		dest = append(dest, &when)
		list = append(list, ", softdelete_at")
		due = append(due, ", ", &rows.At{Table: root.Name, Expr: b.when}, " AS softdelete_at")
		order = append(order, "softdelete_at DESC, ")
	}
	for i, column := range expr.Columns(dueName, names) {
		if i > 0 {
			order = append(order, ", ")
		}
		order = append(order, column, " DESC")
	}
	sorted := expr.InOrder(b.when, names, false)
	due = append(due, " FROM ", clause.Table{Name: root.Name}, " WHERE ", &rows.At{Table: root.Name, Expr: where}, " ORDER BY ", &rows.At{Table: root.Name, Expr: sorted.Expression},
		" LIMIT "+strconv.Itoa(b.once.limit)+" FOR UPDATE "+c.d.SkipLocked+"), ",
		goneName+" AS (DELETE FROM ", clause.Table{Name: root.Name}, " WHERE (", key, ") IN (SELECT ", expr.Columns(dueName, names), " FROM "+dueName+")")
	due = append(due, c.nothingHangs(root)...)
	due = append(due, " RETURNING 1) ")
	parts := slices.Concat(due, list, []session.Part{" FROM " + dueName}, order, []session.Part{" LIMIT 1"})
	b.end = b.after
	if _, err := session.Query(c.db, dest, func() { b.end = &batchEnd{when, last} }, parts...); err != nil {
		return err
	}
	b.once.left = b.once.size - gone
	c.rows[root] = gone
	c.op.changed(c.db, gone)
	return nil
}

// nothingHangs is that no row hangs on a row of a table, by the plan.
func (c *cascade) nothingHangs(t *model.Table) []session.Part {
	links := slices.Clone(c.plan.Follow[t])
	for _, l := range c.plan.Guard[t] {
		if !slices.Contains(links, l) {
			links = append(links, l)
		}
	}
	var parts []session.Part
	for _, l := range links {
		parts = append(parts, " AND NOT EXISTS (SELECT 1 FROM ", clause.Table{Name: l.Child.Name, Alias: rows.ChildName}, " WHERE ", rows.Joins(l, t.Name), ")")
	}
	return parts
}
