package migrator

import (
	"fmt"
	"strings"

	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// MostDuplicates is how many rows a DuplicateError names.
const MostDuplicates = 20

// Duplicates are live rows that agree in columns that are to be unique among live rows.
type Duplicates struct {
	Model      string
	Constraint string
	Columns    []string
	Keys       [][]any
}

// checkDuplicates looks for live rows that agree in the columns of a new index.
func (mg *Migration) checkDuplicates(c *Change) error {
	m := c.Model
	if len(m.Schema.PrimaryFields) == 0 {
		return nil // the database will say so, without naming the rows
	}
	var columns []string
	for _, name := range c.Want.Columns {
		if name != model.LiveColumn {
			columns = append(columns, name)
		}
	}
	table, key := c.Table.Name, model.PrimaryNames(m.Schema)
	live := func(name string) clause.Expression {
		if c.allLive {
			return clause.Expr{SQL: "1 = 1"}
		}
		return &model.Filter{Model: m, Table: name, Show: model.LiveOnly}
	}
	found := Duplicates{Model: m.Name(), Constraint: c.Want.Name, Columns: columns}
	dest, take := session.KeyScan(len(key))
	var err error
	_, queryErr := session.Query(mg.look(), dest, func() {
		var typed []any
		if typed, err = model.TypedKey(m.Schema, take()); err == nil {
			found.Keys = append(found.Keys, typed)
		}
	},
		"SELECT ", expr.Columns(table, key), " FROM ", clause.Table{Name: table}, " WHERE ", live(table), " AND ",
		expr.Func(func(b clause.Builder) { expr.WriteColumns(b, expr.Columns(table, columns), len(columns) > 1) }),
		" IN (SELECT ", expr.Columns(rows.ChildName, columns), " FROM ", clause.Table{Name: table, Alias: rows.ChildName},
		" WHERE ", live(rows.ChildName), " AND ", expr.NotNull(rows.ChildName, columns),
		" GROUP BY ", expr.Columns(rows.ChildName, columns), " HAVING count(*) > 1) ORDER BY ", expr.Columns(table, append(columns, key...)),
		fmt.Sprintf(" LIMIT %d", MostDuplicates),
	)
	switch {
	case queryErr != nil:
		return fmt.Errorf("softdelete: model %s: looking for live rows that agree in %s: %w", m.Name(), strings.Join(columns, ", "), queryErr)
	case err != nil:
		return err
	case len(found.Keys) > 0:
		return mg.Clash(found)
	}
	return nil
}
