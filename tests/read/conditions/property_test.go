package conditions_test

import (
	"fmt"
	"testing"

	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// Random conditions are whole ones, joined and put into parentheses, with a few
// fragments thrown in: what is nothing but noise no database runs.
var (
	wholes = []string{
		"name = 'a'", "1 = 1", "id > 0", "tags.name = 'a'", "deleted_at IS NOT NULL", "name LIKE 'a%'", "id IN (1, 2, 3)", "NOT name = 'b'", "id BETWEEN 0 AND 9",
		"id BETWEEN 1", "CASE WHEN 1 = 1 THEN 1 ELSE 0 END = 1", "name = 'it''s'", `name LIKE '\' OR name = 'a'`, `'\' = '\'`, "'a' = '('", "'b' = ')'", "name = '-- '", "name = '/*'",
		`name = E'\'' OR 1 = 1`, "name = $$'$$", "`name` = 'a'", `"name" = 'a'`, "[name] = 'a'", "EXISTS (SELECT 1 FROM notes)", "id = (SELECT 1)",
	}
	connectors = []string{" AND ", " OR ", "\nOR\n", " XOR ", "\tAND\t", " AND NOT ", " /* x */ OR ", " -- x\n OR ", " # x\n OR ", " || ", "/*!OR*/", ") OR (", ") AND ("}
	noises     = []string{
		"'", `"`, "`", `\`, `\'`, "$$", "$x$", "[", "]", "(", ")", " -- ", "--", " # ", "/*", "*/", "/*! ", "/*!00000 ", "/*M! ", "/*+ ", "\n", "\r", "{", "}", "\x00",
		" ORDER BY id", " GROUP BY id", " LIMIT 9", " UNION SELECT * FROM tags", " UNION ALL SELECT * FROM tags WHERE 1 = 1", " HAVING 1 = 1", " RETURNING id", ";", ",", "?", "@x",
	}
)

var conditions = rapid.Custom(func(t *rapid.T) string {
	sql := rapid.SampledFrom(wholes).Draw(t, "whole")
	for range rapid.IntRange(0, 3).Draw(t, "more") {
		sql += rapid.SampledFrom(connectors).Draw(t, "connector") + rapid.SampledFrom(wholes).Draw(t, "whole")
		if rapid.IntRange(0, 2).Draw(t, "parentheses") == 0 {
			sql = "(" + sql + ")"
		}
	}
	for range max(0, rapid.IntRange(-3, 2).Draw(t, "noises")) {
		at := rapid.SampledFrom([]int{0, len(sql), len(sql), rapid.IntRange(0, len(sql)).Draw(t, "at")}).Draw(t, "where")
		sql = sql[:at] + rapid.SampledFrom(noises).Draw(t, "noise") + sql[at:]
	}
	return sql
})

// TestRandomConditionsNeverReachTheFilter puts random SQL to random places. A live
// row is never purged, a trashed one never seen.
func TestRandomConditionsNeverReachTheFilter(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		w := newWorld(t, open)
		rapid.Check(t, func(r *rapid.T) {
			raw := conditions.Draw(r, "raw")
			other := conditions.Draw(r, "other")
			put := rapid.SampledFrom(places).Draw(r, "place")
			tx := put.put(w.db.Session(&gorm.Session{}), w.db, raw)
			if rapid.Bool().Draw(r, "another") {
				tx = tx.Where(other)
			}
			if rapid.Bool().Draw(r, "order") {
				tx = tx.Order("tags.id, " + other)
			}
			what := fmt.Sprintf("%s %q, %q", put.name, raw, other)
			reusable := tx.Session(&gorm.Session{})
			var tags []Tag
			err := reusable.Find(&tags).Error
			w.check(t, "Find "+what, false, false, ids(tags), 0, err)
			var trashed []Tag
			err = softdelete.OnlyTrashed(reusable).Find(&trashed).Error
			w.check(t, "Find OnlyTrashed "+what, true, true, ids(trashed), 0, err)
			if put.reads {
				return
			}
			done := reusable.Model(&Tag{}).Update("rank", 9)
			w.check(t, "Update "+what, false, false, nil, 0, done.Error)
			done = softdelete.Purge(reusable, &Tag{})
			w.check(t, "Purge "+what, true, true, nil, 0, done.Error)
			if t.Failed() {
				r.Fatalf("%s", what)
			}
		})
	})
}
