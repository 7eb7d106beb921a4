package softdelete

import (
	"context"
	"fmt"
	"math"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// GlanceOptions say how far Glance counts, and between which times.
type GlanceOptions struct {
	// Most is how far is counted of each number: 1,000 if it is zero. Less is
	// gorm.ErrInvalidValue.
	Most int64

	// Times are bounds, in order: rows are counted that were trashed at one of them or
	// after it, and before the next. Of no or one time there is nothing to count. A time
	// before the one in front of it is gorm.ErrInvalidValue.
	Times []time.Time
}

// Glance is how much of one table is in the trash, as far as was counted.
type Glance struct {
	Stat
	More        bool    // there are more than Trashed says
	MoreOverdue bool    // there are more than Overdue says
	Between     []Count // of GlanceOptions.Times, one less than those; none of a model that keeps no time
}

// Count is a number of rows, as far as was counted.
type Count struct {
	Rows int64
	More bool
}

const defaultMost = 1000

// most is how many rows are looked at: one more than are counted.
func (o *GlanceOptions) most() (int, error) {
	for i, at := range o.Times {
		if i > 0 && at.Before(o.Times[i-1]) {
			return 0, fmt.Errorf("softdelete: %w: GlanceOptions.Times are not in order: each has to be at the one before or after it", gorm.ErrInvalidValue)
		}
	}
	switch {
	case o.Most < 0:
		return 0, fmt.Errorf("softdelete: %w: GlanceOptions.Most is %d", gorm.ErrInvalidValue, o.Most)
	case o.Most == 0:
		return defaultMost + 1, nil
	default:
		return int(min(o.Most, math.MaxInt32-1)) + 1, nil
	}
}

// Glance looks at the trash as Stats does, in the order of the tables' names, without
// counting further than takes a moment: for a page that people open.
//
//	glances, err := trash.Glance(ctx, softdelete.GlanceOptions{Times: midnights})
//
//	SELECT count(*), (SELECT deleted_at FROM posts WHERE … ORDER BY deleted_at LIMIT 1), (SELECT … DESC LIMIT 1),
//		(SELECT count(*) FROM (SELECT 1 FROM posts WHERE deleted_at >= '…' AND deleted_at < '…' ORDER BY deleted_at LIMIT 1001) AS softdelete_some), …
//	FROM (SELECT 1 FROM posts WHERE posts.deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 1001) AS softdelete_some
//
// It costs one statement a table, and reads about so many rows for each number as it may
// count, by an index on the time. SQLite has none that sorts times, but their texts: there it
// reads what lies some days around. What narrows the trash narrows this. The errors
// are gorm.ErrInvalidValue for options that mean nothing, and those of Stats.
func (t *Trash) Glance(ctx context.Context, options GlanceOptions) ([]Glance, error) {
	db, models, err := t.begin(ctx, nil)
	if err != nil {
		return nil, err
	}
	most, err := options.most()
	if err != nil {
		return nil, err
	}
	list := make([]Glance, len(models))
	clock := t.clock(db)
	for i, m := range models {
		g := &glancing{model: m, d: dialectOf(db), most: most, of: &list[i]}
		g.of.Stat = t.statOf(m)
		if g.now, err = clock(&g.of.Stat, m); err != nil {
			return nil, err
		}
		if err = g.read(db, options.Times); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// glancing is a look at one table.
type glancing struct {
	model  *model.Model
	d      *dialect.Dialect
	most   int // rows to look at for a number
	now    time.Time
	of     *Glance
	trash  *gorm.DB // the trashed rows
	list   []any    // what is asked
	dest   []any    // where it goes
	finish []func()
}

func (g *glancing) read(db *gorm.DB, times []time.Time) error {
	m := g.model
	if g.trash = trashOf(db, m); g.trash.Error != nil {
		return g.trash.Error
	}
	g.ask("count(*)", func(n int64, more bool) { g.of.Trashed, g.of.More = n, more })
	if m.At != nil {
		g.extremes()
		if g.of.Retention > 0 {
			since := g.now.Add(-g.of.Retention)
			g.ask(g.count(m.AlwaysTells(), overdue(db, m, since)), func(n int64, more bool) { g.of.Overdue, g.of.MoreOverdue = n, more })
		}
		for i := 1; i < len(times); i++ {
			between := []clause.Expression{
				&timeCondition{model: m, dialect: g.d, operator: ">=", time: times[i-1]},
				&timeCondition{model: m, dialect: g.d, operator: "<", time: times[i]},
			}
			if !m.AlwaysTells() {
				between = append(between, m.Timeline(g.d).Known(true))
			}
			g.ask(g.count(m.AlwaysTells(), between...), func(n int64, more bool) { g.of.Between = append(g.of.Between, Count{n, more}) })
		}
	}
	all := g.some(g.trash)
	_, err := session.Scan(expr.Selecting(session.Derived(all, m.Schema, someName), g.list...), g.dest, func() {
		for _, finish := range g.finish {
			finish()
		}
	})
	return err
}

// ask asks for one number, up to as many as are looked at.
func (g *glancing) ask(what any, take func(n int64, more bool)) {
	var n int64
	g.list, g.dest = append(g.list, what), append(g.dest, &n)
	g.finish = append(g.finish, func() { take(min(n, int64(g.most)-1), n == int64(g.most)) })
}

const someName = "softdelete_some"

// some are the first rows of a query, as many as are looked at. Where an index has them in
// the order of their time they are read by that: else a table of which few rows are trashed
// could be read to its end.
func (g *glancing) some(tx *gorm.DB) *gorm.DB {
	tx = expr.Selecting(g.d.First(tx.Session(&gorm.Session{}), g.most), "1")
	if g.model.AlwaysTells() && g.model.Timeline(g.d).IsIndexed() {
		tx = tx.Clauses(expr.InOrder(g.model.Timeline(g.d), nil, false))
	}
	return tx
}

// count counts the rows of some times: of which the conditions alone tell that they are
// trashed, where all of them have one.
func (g *glancing) count(bound bool, conditions ...clause.Expression) clause.Expression {
	tx := g.trash.Session(&gorm.Session{})
	if bound {
		tx = within(tx, g.model, g.d, conditions...)
	} else {
		tx = also(tx, conditions...)
	}
	return clause.Expr{SQL: "(SELECT count(*) FROM (?) AS " + someName + ")", Vars: []any{g.some(tx)}}
}

// extremes asks for the oldest and the newest time.
func (g *glancing) extremes() {
	when := g.model.Timeline(g.d)
	known := g.trash.Session(&gorm.Session{})
	if !g.model.AlwaysTells() {
		known = also(known, when.Known(true)).Session(&gorm.Session{})
	}
	dest, read := when.Extremes()
	for _, newest := range []bool{false, true} {
		var tx *gorm.DB
		if when.IsIndexed() {
			tx = expr.Selecting(known, when).Clauses(expr.InOrder(when, nil, newest)).Limit(1)
		} else {
			tx = expr.Selecting(also(known, when.AroundExtreme(known, newest)), when.Extreme(newest))
		}
		g.list = append(g.list, clause.Expr{SQL: "(?)", Vars: []any{tx}})
	}
	g.dest = append(g.dest, dest...)
	g.finish = append(g.finish, func() { g.of.Oldest, g.of.Newest = read() })
}
