package conditions_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// place is where SQL of the caller's can stand in a statement on tags.
type place struct {
	name string
	put  func(tx, db *gorm.DB, raw string) *gorm.DB

	// reads: it is for queries only.
	reads bool
}

// builtIn is an expression of a type that GORM does not know.
type builtIn string

func (b builtIn) Build(builder clause.Builder) { _, _ = builder.WriteString(string(b)) }

// valuer is a value that writes SQL.
type valuer string

func (v valuer) GormValue(context.Context, *gorm.DB) clause.Expr { return clause.Expr{SQL: string(v)} }

func with(put func(tx *gorm.DB, raw string) *gorm.DB) func(tx, db *gorm.DB, raw string) *gorm.DB {
	return func(tx, _ *gorm.DB, raw string) *gorm.DB { return put(tx, raw) }
}

var places = []place{
	{name: "Where twice", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where(raw).Where(raw) })},
	{name: "Where before another", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where(raw).Where("name = ?", "a") })},
	{name: "Where behind another", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where("name = ?", "a").Where(raw) })},
	{name: "Or", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where("name = ?", "b").Or(raw) })},
	{name: "Or first", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Or(raw).Where("name = ?", "b") })},
	{name: "Not", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Not(raw) })},
	{name: "Not of two", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Not("name = 'b'").Not(raw) })},
	{name: "a value beside", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where(raw+" AND name = ?", "a") })},
	{name: "a value before", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where("name = ? AND "+raw, "a") })},
	{name: "a name before", put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Where("name = @name AND "+raw, map[string]any{"name": "a"})
	})},
	{name: "a named argument", put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Where("@x", sql.Named("x", gorm.Expr(raw)))
	})},
	{name: "gorm.Expr", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where(gorm.Expr(raw)) })},
	{name: "an argument", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where("?", gorm.Expr(raw)) })},
	{name: "an argument in quotes", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where("name = '?'", gorm.Expr(raw)) })},
	{name: "arguments in a list", put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Where("name IN ?", []any{gorm.Expr(raw), gorm.Expr(raw)})
	})},
	{name: "typed arguments in a list", put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Where("name IN ?", []clause.Expr{gorm.Expr(raw)})
	})},
	{name: "valuers in a list", put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Where("name IN ?", []valuer{valuer(raw), valuer(raw)})
	})},
	{name: "a valuer", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where("name = ?", valuer(raw)) })},
	{name: "a type of one's own", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where(builtIn(raw)) })},
	{name: "a type of one's own before another", put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Where(builtIn(raw)).Where("name = ?", "a")
	})},
	{name: "db.Raw", put: func(tx, db *gorm.DB, raw string) *gorm.DB { return tx.Where("?", db.Raw(raw)) }},
	{name: "db.Raw in a list", put: func(tx, db *gorm.DB, raw string) *gorm.DB {
		return tx.Where("id IN (?)", db.Raw("SELECT 1 WHERE "+raw))
	}},
	{name: "a map", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where(map[string]any{"name": gorm.Expr(raw)}) })},
	{name: "a map's name", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where(map[string]any{raw: "a"}) })},
	{name: "a column's name", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where(clause.Eq{Column: raw, Value: 1}) })},
	{name: "a raw column", put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Where(clause.Eq{Column: clause.Column{Name: raw, Raw: true}, Value: 1})
	})},
	{name: "clause.Where", put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Clauses(clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: raw}, clause.Or(clause.Expr{SQL: raw})}})
	})},
	{name: "a group", put: func(tx, db *gorm.DB, raw string) *gorm.DB {
		return tx.Where(db.Where(raw).Or("name = ?", "b")).Where("name = ?", "a")
	}},
	{name: "a group in a group", put: func(tx, db *gorm.DB, raw string) *gorm.DB {
		return tx.Where(db.Where(db.Where(raw)).Where("name = ?", "a"))
	}},
	{name: "a scope", put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Scopes(func(tx *gorm.DB) *gorm.DB { return tx.Where(raw) })
	})},
	{name: "Group", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where("1 = 1").Group("id, " + raw) })},
	{name: "Group of all", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Group(strings.TrimPrefix(raw, "name = 'a' ")) })},
	{name: "Having", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Group("id").Having(raw) })},
	{name: "Having two", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Group("id").Having("id > ?", 0).Having(raw)
	})},
	{name: "Order", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where("1 = 1").Order("id, " + raw) })},
	{name: "Order with a limit", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where("1 = 1").Order(raw).Limit(9) })},
	{name: "Order with a join", put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Where("1 = 1").Joins("JOIN notes ON notes.tag_id = tags.id").Order("tags." + raw)
	})},
	{name: "Select", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Select("id, " + raw) })},
	{name: "Select of all", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Select("tags.* FROM tags WHERE " + raw) })},
	{name: "Select of another", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Select("tags.* FROM tags WHERE " + raw + " UNION ALL SELECT tags.*")
	})},
	{name: "Select with a value", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Select("id, name = ? OR "+raw, "a") })},
	{name: "Distinct", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Distinct("* FROM tags WHERE " + raw) })},
	{name: "clause.Select", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Clauses(clause.Select{Expression: gorm.Expr("* FROM tags WHERE " + raw)})
	})},
	{name: "Table", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where("1 = 1").Table("tags WHERE " + raw) })},
	{name: "Table's alias", put: with(func(tx *gorm.DB, raw string) *gorm.DB { return tx.Where("1 = 1").Table("tags AS tags " + raw) })},
	{name: "Table of another", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Table("tags UNION ALL SELECT * FROM tags WHERE " + raw)
	})},
	{name: "clause.From", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Clauses(clause.From{Tables: []clause.Table{{Name: "tags WHERE " + raw, Raw: true}}})
	})},
	{name: "a join of clause.From", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Clauses(clause.From{Joins: []clause.Join{{Expression: gorm.Expr("JOIN notes ON " + raw)}}})
	})},
	{name: "Joins", put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Where("1 = 1").Joins("JOIN owners ON owners.id = tags.owner_id AND tags." + raw)
	})},
	{name: "Joins with a WHERE", put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Where("1 = 1").Joins("JOIN owners ON 1 = 1 WHERE tags." + raw)
	})},
	{name: "Joins with a value", put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Where("1 = 1").Joins("JOIN owners ON owners.id = ? AND ?", 1, gorm.Expr("tags."+raw))
	})},
	{name: "Joins before a relation", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		return tx.Joins("JOIN owners ON owners.id = tags.owner_id AND tags." + raw).Joins("JOIN notes ON notes.tag_id = tags.id")
	})},
	{name: "a comment of a clause", reads: true, put: with(func(tx *gorm.DB, raw string) *gorm.DB {
		tx = tx.Clauses()
		tx.Statement.Clauses["SELECT"] = clause.Clause{Name: "SELECT", AfterNameExpression: gorm.Expr("/* " + raw + " */")}
		return tx
	})},
}

func TestNoPlaceReachesTheFilter(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		w := newWorld(t, open)
		for _, raw := range hostile {
			for _, place := range places {
				for _, verb := range verbs {
					if reads, tried := tried[verb.name]; !tried || place.reads && !reads {
						continue
					}
					tx := place.put(w.db.Session(&gorm.Session{}), w.db, raw)
					seen, n, err := verb.run(tx)
					if strings.Contains(place.name, "join") || strings.HasPrefix(place.name, "Joins") {
						n = 0 // a join can give a row several times
					}
					w.check(t, fmt.Sprintf("%s, %s %q", verb.name, place.name, raw), verb.trash, verb.frees, seen, n, err)
				}
			}
		}
	})
}

// tried are verbs of each kind, and whether they are queries.
var tried = map[string]bool{"Find": true, "subquery": true, "Update": false, "Delete": false, "Purge": false}

// TestNoValueOfAnUpdateReachesTheFilter writes SQL into what is set.
func TestNoValueOfAnUpdateReachesTheFilter(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		w := newWorld(t, open)
		for _, raw := range hostile {
			for name, run := range map[string]func(value any) *gorm.DB{
				"Update": func(value any) *gorm.DB { return w.db.Model(&Tag{}).Where("1 = 1").Update("name", value) },
				"Updates": func(value any) *gorm.DB {
					return w.db.Model(&Tag{}).Where("1 = 1").Updates(map[string]any{"name": value})
				},
				"clause.Set": func(value any) *gorm.DB {
					return w.db.Model(&Tag{}).Where("1 = 1").Clauses(clause.Set{{Column: clause.Column{Name: "name"}, Value: value}}).Updates(map[string]any{})
				},
				"generic Set": func(value any) *gorm.DB {
					n, err := gorm.G[Tag](w.db).Where("1 = 1").Set(clause.Assignment{Column: clause.Column{Name: "name"}, Value: value}).Update(context.Background())
					return &gorm.DB{RowsAffected: int64(n), Error: err}
				},
			} {
				for _, sql := range []string{raw, "'x' WHERE " + raw, "'x' " + strings.TrimPrefix(raw, "name = 'a' ")} {
					tx := run(gorm.Expr(sql))
					w.check(t, fmt.Sprintf("%s to %q", name, sql), false, false, nil, tx.RowsAffected, tx.Error)
				}
			}
		}
	})
}

// TestNoUpsertReachesTheFilter writes SQL into the parts of an upsert that meets a
// trashed row.
func TestNoUpsertReachesTheFilter(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		w := newWorld(t, open)
		for _, raw := range hostile {
			for name, conflict := range map[string]clause.OnConflict{
				"Where": {Where: clause.Where{Exprs: []clause.Expression{gorm.Expr(raw)}}},
				"Where of two": {Where: clause.Where{Exprs: []clause.Expression{
					gorm.Expr("1 = 1"), gorm.Expr(raw),
				}}},
				"TargetWhere":   {TargetWhere: clause.Where{Exprs: []clause.Expression{gorm.Expr(raw)}}},
				"a value":       {DoUpdates: clause.Assignments(map[string]any{"name": gorm.Expr(raw)})},
				"a whole value": {DoUpdates: clause.Assignments(map[string]any{"name": gorm.Expr("'x' WHERE " + raw)})},
				"a value's end": {DoUpdates: clause.Assignments(map[string]any{"name": gorm.Expr("'x' ELSE 'x' END " + strings.TrimPrefix(raw, "name = 'a' "))})},
			} {
				conflict.Columns = []clause.Column{{Name: "id"}}
				if conflict.DoUpdates == nil {
					conflict.DoUpdates = clause.Assignments(map[string]any{"name": "x"})
				}
				for _, rows := range [][]Tag{{{ID: 2, Name: "x"}}, {{ID: 2, Name: "x"}, {ID: 3, Name: "x"}}} {
					err := w.db.Clauses(conflict).Create(&rows).Error
					if name != "TargetWhere" { // which may say that the rows in the way are none
						require.Error(t, err, "%s %q", name, raw)
					}
					require.Empty(t, w.settle(t), "%s %q of %d", name, raw, len(rows))
				}
			}
		}
	})
}
