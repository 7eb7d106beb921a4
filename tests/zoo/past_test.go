package zoo_test

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/gorm-softdelete/softdelete"
)

// trashSome makes random deletes, and restores between them, so that there is something in the trash.
func (r *zooRun) trashSome(most int) []*zooDeletion {
	var all []*zooDeletion
	for range rapid.IntRange(0, most).Draw(r.t, "before") {
		switch rapid.IntRange(0, 9).Draw(r.t, "what") {
		case 0:
			r.age()
		case 1:
			r.arrive()
		}
		c := drawZooCall(r.t, r.rows, softdelete.OpSoftDelete)
		if len(all) > 0 && rapid.IntRange(0, 3).Draw(r.t, "restore") == 0 {
			c.kind = softdelete.OpRestore
			c.mode.rootOnly = rapid.Bool().Draw(r.t, "root only")
			c.mode.withParents = !c.mode.rootOnly && rapid.Bool().Draw(r.t, "with parents")
		} else {
			c.drawSelected(r.t, r.rows.world)
		}
		if _, d := r.do(c); d != nil && len(d.rows) > 0 {
			all = append(all, d)
		}
	}
	return all
}

// age trashes random rows as a program did before it had the plugin: all at the same time, with the marker alone.
func (r *zooRun) age() {
	t := r.t
	r.past++
	at := time.Now().UTC().Truncate(time.Second).Add(123*time.Millisecond - time.Duration(r.past)*time.Hour)
	d := &zooDeletion{legacy: true}
	for _, row := range r.rows.all {
		if row.isLive() && row.table.isSoft() && rapid.IntRange(0, 3).Draw(t, "aged") == 0 {
			row.by = d
			d.rows = append(d.rows, row)
			r.stamp(row, at)
		}
	}
	t.Logf("aged: %v", d.rows)
	stored := r.z.dump(t, r.rows.world)
	for _, row := range d.rows {
		row.now = stored[row.key()]
		require.NotEqual(t, row.live, row.now)
	}
	r.compare(stored)
}

// stamp writes the marker of a row, and the time beside it.
func (r *zooRun) stamp(row *zooRow, at time.Time) {
	mark := row.table.mark
	values := map[string]any{}
	if clock := row.table.clock(); clock != "" {
		values[clock] = at
		if mark.unit > 0 {
			values[clock] = at.UnixNano() / int64(mark.unit)
		}
	}
	if mark.flag {
		values[mark.column] = true
		if row.table.name == "zoo_bulbs" {
			values[mark.column] = 1
		}
	}
	key := map[string]any{}
	for _, column := range row.table.key {
		key[column] = row.values[column]
	}
	require.NoError(r.t, r.z.base.Session(&gorm.Session{NewDB: true}).Table(row.table.name).Where(key).Updates(values).Error)
}

// arrive makes a new row that takes a value which was free while others were in the trash.
func (r *zooRun) arrive() {
	t := r.t
	for _, table := range r.rows.world.tables {
		if table.unique == "" {
			continue
		}
		all := r.rows.of(table)
		taken := map[any]bool{}
		for _, row := range all {
			taken[row.values[table.unique]] = taken[row.values[table.unique]] || row.isLive()
		}
		free := slices.DeleteFunc(all, func(row *zooRow) bool { return taken[row.values[table.unique]] })
		if len(free) == 0 {
			continue
		}
		row := &zooRow{table: table, values: maps.Clone(pick(t, "takes the place of", free).values)}
		row.values["id"] = int64(100 + len(r.rows.all))
		t.Logf("arrives: %s", row)
		require.NoError(t, r.z.fill(r.db.WithContext(context.Background()), table, []*zooRow{row}))
		r.rows.all = append(r.rows.all, row)
		r.rows.forget()
		row.live = r.z.dump(t, r.rows.world)[row.key()]
		row.now = row.live
	}
}

// preview compares what a preview says with what the oracle says.
func (r *zooRun) preview(c *zooCall) (plan softdelete.Plan, made bool) {
	t := r.t
	want := c.predict(r.rows)
	tx, value, conds := c.build(r.z, r.db.WithContext(context.Background()))
	var err error
	plan, err = softdelete.Preview(tx, c.kind, value, conds...)
	t.Logf("preview of %s: %+v, %v", c, plan, err)
	r.checkUnchanged()
	if want.anyError {
		return plan, err == nil
	}
	if err != nil {
		r.checkError(want, err)
		return plan, false
	}
	require.Equal(t, c.kind, plan.Operation)
	require.ElementsMatch(t, want.restricted, plan.Restricted)
	r.checkConflicts(want, plan)
	require.ElementsMatch(t, want.parents, plan.TrashedParents)
	if !want.fails() {
		require.Equal(t, want.byTable(), plan.Rows)
	}
	return plan, true
}

// checkConflicts compares the unique indexes that a preview says are in the way.
func (r *zooRun) checkConflicts(want *zooOutcome, plan softdelete.Plan) {
	var models []string
	for _, conflict := range plan.Conflicts {
		models = append(models, conflict.Model)
	}
	var expected []string
	for _, table := range want.conflicts {
		expected = append(expected, table.typeName())
	}
	require.ElementsMatch(r.t, expected, models)
}
