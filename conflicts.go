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

// conflicts lists the unique indexes in which rows to be restored clash with
// live ones, or with each other.
func (c *cascade) conflicts() ([]ConflictError, error) {
	var list []ConflictError
	for _, set := range c.restored() {
		for _, key := range set.Table.Model.LiveUnique {
			clash, err := c.clashes(set, key)
			if err != nil {
				return nil, err
			}
			conflict := ConflictError{Model: set.Table.Schema.Name, Constraint: c.constraint(set.Table, key)}
			if clash && !slices.Contains(list, conflict) {
				list = append(list, conflict)
			}
		}
	}
	return list, nil
}

// restored lists all rows that a restore is about.
func (c *cascade) restored() []*rows.Set {
	var list []*rows.Set
	if !c.own.IsEmpty() {
		list = append(list, c.own)
	}
	for _, found := range slices.Concat(c.raised, c.log) {
		list = append(list, found.set)
	}
	return list
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

func (c *cascade) clashes(set *rows.Set, key model.LiveKey) (bool, error) {
	t := set.Table
	live, inTheWay := expr.All{}, expr.All{expr.Equal(parentName, rows.ChildName, key.Columns, key.Columns), rows.Visible(t, model.LiveOnly)(parentName)}
	if key.Where != "" {
		live = append(live, clause.Expr{SQL: "(" + t.Model.Marker.AsLive(key.Where) + ")"})
		inTheWay = append(inTheWay, clause.Expr{SQL: "(" + key.Where + ")"})
	}
	for _, part := range set.Conditions(c.d) {
		where := append(expr.All{part(rows.ChildName)}, live...)
		found := false
		for _, parts := range [][]session.Part{
			{
				"SELECT 1 FROM ",
				clause.Table{Name: t.Name, Alias: rows.ChildName},
				" WHERE ", where, " AND EXISTS (SELECT 1 FROM ",
				clause.Table{Name: t.Name, Alias: parentName},
				" WHERE ", inTheWay, ") LIMIT 1",
			},
			{
				"SELECT 1 FROM ",
				clause.Table{Name: t.Name, Alias: rows.ChildName},
				" WHERE ", where, " AND ", expr.NotNull(rows.ChildName, key.Columns),
				" GROUP BY ", expr.Columns(rows.ChildName, key.Columns), " HAVING count(*) > 1 LIMIT 1",
			},
		} {
			var one int
			n, err := session.Query(c.db, []any{&one}, func() {}, parts...)
			if err != nil {
				return false, err
			}
			found = found || n > 0
		}
		if found {
			return true, nil
		}
	}
	return false, nil
}
