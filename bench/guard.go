package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
	"github.com/gorm-softdelete/softdelete/bench/internal/report"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// guardOptions is what the arguments ask for.
type guardOptions struct {
	rows   int // that are purged at once
	rounds int
}

// guardSide is a table of posts, with a guard or without.
type guardSide struct {
	db   *gorm.DB
	took [][]float64 // by case, in ns
}

// guardCase is what is measured with a guard and without: op removes rows first to first+rows-1.
type guardCase struct {
	name    string
	rows    int
	trashed bool
	op      func(db *gorm.DB, first, rows int) *gorm.DB
}

func guardCases(o guardOptions) []guardCase {
	between := func(db *gorm.DB, first, rows int) *gorm.DB {
		return db.Where("id BETWEEN ? AND ?", first, first+rows-1)
	}
	return []guardCase{
		{fmt.Sprintf("purge of %d rows", o.rows), o.rows, true, func(db *gorm.DB, first, rows int) *gorm.DB {
			return softdelete.Purge(between(db, first, rows), &Post{})
		}},
		{"purge of one", 1, true, func(db *gorm.DB, first, _ int) *gorm.DB { return softdelete.Purge(db, &Post{}, first) }},
		{"soft delete of one", 1, false, func(db *gorm.DB, first, _ int) *gorm.DB { return db.Delete(&Post{}, first) }},
		{"force delete of one", 1, false, func(db *gorm.DB, first, _ int) *gorm.DB { return softdelete.ForceDelete(db, &Post{}, first) }},
		{fmt.Sprintf("force delete of %d rows", o.rows/10), o.rows / 10, false, func(db *gorm.DB, first, rows int) *gorm.DB {
			return softdelete.ForceDelete(between(db, first, rows), &Post{})
		}},
	}
}

// measureGuard measures removals of rows from a table with a guard beside the same from one without, on each database.
func measureGuard(databases []string, o guardOptions) (report.Table, error) {
	t := report.Table{
		Title: fmt.Sprintf("With a guard and without, median of %d rounds", o.rounds),
		Head:  []string{"database", "case", "without, µs", "guard, µs", "guard : without"},
		Texts: 2,
	}
	var failures []error
	for _, database := range databases {
		err := harness.Within(func(tb testing.TB) error {
			tb.Helper()
			without, guarded := &guardSide{db: testdb.Open(tb, database)}, &guardSide{db: testdb.Open(tb, database)}
			for _, side := range []*guardSide{without, guarded} {
				if err := errors.Join(side.db.Use(softdelete.New(softdelete.Config{Models: []any{&Post{}}})), side.db.AutoMigrate(&Post{})); err != nil {
					return err
				}
				side.took = make([][]float64, len(guardCases(o)))
			}
			if err := softdelete.Guard(guarded.db); err != nil {
				return err
			}
			if err := guardRounds(database, o, without, guarded); err != nil {
				return err
			}
			for i, c := range guardCases(o) {
				ratios := make([]float64, o.rounds)
				for round := range ratios {
					ratios[round] = guarded.took[i][round] / without.took[i][round]
				}
				t.Rows = append(t.Rows, []string{
					database, c.name, fmt.Sprintf("%.0f", report.Median(without.took[i])/1000), fmt.Sprintf("%.0f", report.Median(guarded.took[i])/1000), fmt.Sprintf("%.3f", report.Median(ratios)),
				})
			}
			return nil
		})
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", database, err))
		}
	}
	return t, errors.Join(failures...)
}

// guardRounds runs each case on both sides, which change places every round. A case of one row is run on many, one by one.
func guardRounds(database string, o guardOptions, sides ...*guardSide) error {
	const ones = 200
	order := slices.Clone(sides)
	for round := range o.rounds {
		fmt.Fprintf(os.Stderr, "guard: %s, round %d of %d\n", database, round+1, o.rounds)
		for i, c := range guardCases(o) {
			runs := 1
			if c.rows == 1 {
				runs = ones
			}
			for _, side := range order {
				if err := plantPosts(side.db, runs*c.rows, c.trashed); err != nil {
					return err
				}
			}
			for _, side := range order {
				start := time.Now()
				for run := range runs {
					if err := expect(c.op(side.db, run*c.rows+1, c.rows), int64(c.rows)); err != nil {
						return fmt.Errorf("%s: %w", c.name, err)
					}
				}
				side.took[i] = append(side.took[i], float64(time.Since(start))/float64(runs))
			}
		}
		slices.Reverse(order)
	}
	return nil
}

// plantPosts fills the table with posts 1 to n, and nothing else.
func plantPosts(db *gorm.DB, n int, trashed bool) error {
	deleted := "NULL"
	if trashed {
		deleted = "CURRENT_TIMESTAMP"
	}
	if err := softdelete.ForceDelete(db.Where("1 = 1"), &Post{}).Error; err != nil {
		return err
	}
	const digits = "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)"
	number, from := "1", ""
	for i, unit := 0, 1; unit <= n; i, unit = i+1, unit*10 {
		number += fmt.Sprintf(" + %d * d%d.d", unit, i)
		from += fmt.Sprintf(", %s AS d%d", digits, i)
	}
	if err := db.Exec("INSERT INTO posts (id, author_id, title, body, views, created_at, updated_at, deleted_at) "+
		"SELECT n, 1, 'A title', 'Some text, as long as the first lines of a post are.', 1, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, "+deleted+
		" FROM (SELECT "+number+" AS n FROM "+from[2:]+") AS numbers WHERE n <= ?", n).Error; err != nil {
		return err
	}
	return db.Exec(map[string]string{"postgres": "VACUUM ANALYZE posts", "sqlite": "PRAGMA wal_checkpoint(TRUNCATE)", "mysql": "ANALYZE TABLE posts"}[db.Name()]).Error
}
