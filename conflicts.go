package softdelete

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// liveKey is a unique index that trashed rows do not stand in the way of: one
// with a condition, or with the marker among its columns.
type liveKey struct {
	name    string
	listed  []string // all columns of the index
	columns []string // those but for the marker
	where   string   // its condition, empty for none
}

func (k liveKey) hasMarker() bool { return len(k.listed) > len(k.columns) }

// liveKeys lists them: those of the plugin's own tags, and those of GORM's.
func (m *model) liveKeys(s *schema.Schema, d *dialect.Dialect) []liveKey {
	var list []liveKey
	for i := range m.indexes {
		if m.indexes[i].kind == uniqueAmongLive {
			columns := m.indexes[i].columns()
			list = append(list, liveKey{name: m.indexes[i].name, listed: columns, columns: columns})
		}
	}
	for _, index := range s.ParseIndexes() {
		key := liveKey{name: index.Name}
		// Without partial indexes GORM makes one of all rows, but somebody may have
		// made one that is of live rows by other means.
		if d.PartialIndex || m.sameCondition(index.Where, m.markerCondition(liveOnly)) {
			key.where = index.Where
		}
		for _, option := range index.Fields {
			if option.Field == nil || option.Expression != "" {
				key.columns = nil
				break
			}
			key.listed = append(key.listed, option.DBName)
			if option.Field != m.marker.field {
				key.columns = append(key.columns, option.DBName)
			}
		}
		// NULL is in nobody's way: with a nullable marker among them, the columns
		// of live rows are free.
		if index.Class == "UNIQUE" && len(key.columns) > 0 && (key.hasMarker() && m.marker.live != nil || !key.hasMarker() && key.where != "") {
			list = append(list, key)
		}
	}
	return list
}

// conflicts lists the unique indexes in which rows to be restored clash with
// live ones, or with each other.
func (c *cascade) conflicts() ([]ConflictError, error) {
	var list []ConflictError
	for _, set := range c.restored() {
		for _, key := range set.table.model.liveUnique {
			clash, err := c.clashes(set, key)
			if err != nil {
				return nil, err
			}
			conflict := ConflictError{Model: set.table.schema.Name, Constraint: c.constraint(set.table, key)}
			if clash && !slices.Contains(list, conflict) {
				list = append(list, conflict)
			}
		}
	}
	return list, nil
}

// restored lists all rows that a restore is about.
func (c *cascade) restored() []*rowSet {
	var list []*rowSet
	if !c.own.isEmpty() {
		list = append(list, c.own)
	}
	for _, found := range slices.Concat(c.raised, c.log) {
		list = append(list, found.set)
	}
	return list
}

func (c *cascade) constraint(t *table, key liveKey) string {
	if !c.d.ConflictByColumns {
		return key.name
	}
	names := make([]string, len(key.listed))
	for i, column := range key.listed {
		names[i] = t.name + "." + column
	}
	return strings.Join(names, ", ")
}

func (c *cascade) clashes(set *rowSet, key liveKey) (bool, error) {
	t := set.table
	live, inTheWay := expr.All{}, expr.All{expr.Equal(parentName, childName, key.columns, key.columns), visible(t, liveOnly)(parentName)}
	if key.where != "" {
		live = append(live, clause.Expr{SQL: "(" + t.model.marker.asLive(key.where) + ")"})
		inTheWay = append(inTheWay, clause.Expr{SQL: "(" + key.where + ")"})
	}
	for _, part := range set.conditions(c.d) {
		where := append(expr.All{part(childName)}, live...)
		found := false
		for _, parts := range [][]session.Part{
			{
				"SELECT 1 FROM ",
				clause.Table{Name: t.name, Alias: childName},
				" WHERE ", where, " AND EXISTS (SELECT 1 FROM ",
				clause.Table{Name: t.name, Alias: parentName},
				" WHERE ", inTheWay, ") LIMIT 1",
			},
			{
				"SELECT 1 FROM ",
				clause.Table{Name: t.name, Alias: childName},
				" WHERE ", where, " AND ", expr.NotNull(childName, key.columns),
				" GROUP BY ", expr.Columns(childName, key.columns), " HAVING count(*) > 1 LIMIT 1",
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

// asLive writes the condition of an index as it is for a row whose marker is
// cleared.
func (mk *marker) asLive(where string) string {
	live := "NULL"
	if value := mk.cleared(); value != nil {
		live = strings.ToUpper(fmt.Sprint(value))
		if _, isText := value.(string); isText {
			return where
		}
	}
	column := regexp.MustCompile("(?i)(?:[\"`]?\\w+[\"`]?\\.)?[\"`]?\\b" + regexp.QuoteMeta(mk.field.DBName) + "\\b[\"`]?")
	return column.ReplaceAllLiteralString(where, live)
}
