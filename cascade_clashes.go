package softdelete

import (
	"slices"
	"strings"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Clash is a row that cannot be restored as another has its value in a unique index. It
// names rows by their keys, and says no value.
type Clash struct {
	Model      string // name of the Go type
	Table      string
	Constraint string   // as in ConflictError
	Columns    []string // of the index, those but for the marker
	Key        []any    // of the row in the trash
	With       []any    // of the other row; nil if that is live and outside of Trash.Within
	Live       bool     // the other row is live; else it would come back, too
}

// mostClashes is how many rows are named of one conflict.
const mostClashes = 10

// conflicts lists the unique indexes in which rows to be restored clash with live ones, or
// with each other, and some of these rows.
func (c *cascade) conflicts() (list []ConflictError, clashes []Clash, err error) {
	for _, set := range c.restored() {
		for _, key := range set.Table.Model.LiveUnique {
			found, err := c.clashes(set, key)
			if err != nil {
				return nil, nil, err
			}
			conflict := ConflictError{Model: set.Table.Schema.Name, Constraint: c.constraint(set.Table, key)}
			if len(found) > 0 && !slices.Contains(list, conflict) {
				list = append(list, conflict)
				clashes = append(clashes, found...)
			}
		}
	}
	return list, clashes, nil
}

func (c *cascade) constraint(t *model.Table, key model.LiveKey) string {
	if !c.d.ConflictByColumns {
		return key.Name
	}
	names := make([]string, len(key.Listed))
	for i, column := range key.Listed {
		names[i] = t.Name + "." + column
	}
	return strings.Join(names, ", ")
}

// clashes are rows of a set that clash in a unique index.
func (c *cascade) clashes(set *rows.Set, key model.LiveKey) ([]Clash, error) {
	t := set.Table
	live, inTheWay := expr.All{}, expr.All{expr.Equal(parentName, rows.ChildName, key.Columns, key.Columns), rows.Visible(t, model.LiveOnly)(parentName)}
	if key.Where != "" {
		live = append(live, clause.Expr{SQL: "(" + t.Model.Marker.AsLive(key.Where) + ")"})
		inTheWay = append(inTheWay, clause.Expr{SQL: "(" + key.Where + ")"})
	}
	for _, part := range set.Conditions(c.d) {
		where := append(expr.All{part(rows.ChildName)}, live...)
		found, err := c.clashesWithLive(t, key, where, inTheWay)
		if err != nil {
			return nil, err
		}
		more, err := c.clashesAmong(t, key, where)
		if err != nil {
			return nil, err
		}
		if found = append(found, more...); len(found) > 0 {
			return found[:min(len(found), mostClashes)], nil
		}
	}
	return nil, nil
}

// clashesWithLive are rows that meet a condition and have a live one in their way.
func (c *cascade) clashesWithLive(t *model.Table, key model.LiveKey, where, inTheWay clause.Expression) ([]Clash, error) {
	child, other := clause.Table{Name: t.Name, Alias: rows.ChildName}, clause.Table{Name: t.Name, Alias: parentName}
	parts := []session.Part{"SELECT ", expr.Columns(rows.ChildName, t.Key())}
	for i := range t.Key() {
		// Not by a join: of the condition of an index it is not said which row's its columns are.
		parts = append(parts, ", (SELECT ", expr.Columns(parentName, t.Key()[i:i+1]), " FROM ", other, " WHERE ", inTheWay,
			" ORDER BY ", expr.Columns(parentName, t.Key()), " LIMIT 1)")
	}
	return c.clashing(t, key, true, append(parts, " FROM ", child, " WHERE ", where, " AND EXISTS (SELECT 1 FROM ", other, " WHERE ", inTheWay, ") ")...)
}

// clashesAmong are rows that meet a condition and agree with each other. Which they are is
// asked only if there are some: no index helps to find one by the other.
func (c *cascade) clashesAmong(t *model.Table, key model.LiveKey, where clause.Expression) ([]Clash, error) {
	child := clause.Table{Name: t.Name, Alias: rows.ChildName}
	known := expr.NotNull(rows.ChildName, key.Columns)
	var one int
	n, err := session.Query(c.db, []any{&one}, func() {}, "SELECT 1 FROM ", child, " WHERE ", where, " AND ", known,
		" GROUP BY ", expr.Columns(rows.ChildName, key.Columns), " HAVING count(*) > 1 LIMIT 1")
	if err != nil || n == 0 {
		return nil, err
	}
	names := slices.Clone(t.Key())
	for _, column := range key.Columns {
		if !slices.Contains(names, column) {
			names = append(names, column)
		}
	}
	return c.clashing(t, key, false,
		"WITH "+backName+" AS (SELECT ", expr.Columns(rows.ChildName, names), " FROM ", child, " WHERE ", where, " AND ", known, ") SELECT ",
		expr.Columns(rows.ChildName, t.Key()), ", ", expr.Columns(parentName, t.Key()),
		" FROM ", clause.Table{Name: backName, Alias: rows.ChildName}, " JOIN ", clause.Table{Name: backName, Alias: parentName},
		" ON ", expr.Equal(parentName, rows.ChildName, key.Columns, key.Columns), " AND ", expr.Less(rows.ChildName, parentName, t.Key()), " ")
}

// backName is what the rows that would come back are called.
const backName = "softdelete_back"

// clashing runs a query of the keys of rows that clash.
func (c *cascade) clashing(t *model.Table, key model.LiveKey, live bool, parts ...session.Part) (list []Clash, err error) {
	width := len(t.Key())
	dest, take := session.KeyScan(2 * width)
	var failed error
	typed := func(key []any) []any {
		key, err := model.TypedKey(t.Schema, key)
		if err != nil {
			failed = err
		}
		return key
	}
	most := mostClashes
	_, err = session.Query(c.db, dest, func() {
		keys := take()
		list = append(list, Clash{
			Model: t.Schema.Name, Table: t.Name, Constraint: c.constraint(t, key), Columns: slices.Clone(key.Columns),
			Key: typed(keys[:width]), With: typed(keys[width:]), Live: live,
		})
	}, append(parts, clause.Limit{Limit: &most})...)
	if err == nil {
		err = failed
	}
	return list, err
}

// fenceClashes takes the keys of live rows off that are outside of the fence.
func (c *cascade) fenceClashes(list []Clash) error {
	if len(c.fence) == 0 {
		return nil
	}
	for _, t := range c.tablesInOrder() {
		var others [][]any
		for i := range list {
			if list[i].Table == t.Name && list[i].Live {
				others = append(others, list[i].With)
			}
		}
		if len(others) == 0 {
			continue
		}
		inside, err := c.fenceOn(t)
		if err != nil {
			return err
		}
		shown := keys{}
		parts := []session.Part{"SELECT ", expr.Columns(t.Name, t.Key()), " FROM ", clause.Table{Name: t.Name}, " WHERE ", expr.In(t.Name, t.Key(), others)}
		if inside != nil {
			parts = append(parts, " AND ", inside)
		}
		found, _, err := c.collect(t, unbounded, parts...)
		if err != nil {
			return err
		}
		for _, key := range found {
			if key, err = model.TypedKey(t.Schema, key); err != nil {
				return err
			}
			shown[model.KeyText(key...)] = true
		}
		for i := range list {
			if list[i].Table == t.Name && list[i].Live && !shown[model.KeyText(list[i].With...)] {
				list[i].With = nil
			}
		}
	}
	return nil
}
