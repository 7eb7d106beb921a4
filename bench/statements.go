package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
	"github.com/gorm-softdelete/softdelete/bench/internal/report"
)

// countedTrees are those of which the statements are counted.
var countedTrees = []tree{
	{roots: 1, children: 1},
	{roots: 1, children: 100},
	{roots: 1, children: 10000},
	{roots: 1, children: 100, grandchildren: 10},
	{roots: 1, children: 1000, grandchildren: 10},
}

// countStatements counts what the plugin sends to a database for each step, without BEGIN and COMMIT.
func countStatements(databases []string) (report.Table, error) {
	t := report.Table{Title: "Statements of the plugin's cascades from one root, by its children (× grandchildren of each), without BEGIN and COMMIT", Head: []string{"database", "operation"}, Texts: 2}
	for _, tree := range countedTrees {
		head := fmt.Sprint(tree.children)
		if tree.grandchildren > 0 {
			head += fmt.Sprintf(" × %d", tree.grandchildren)
		}
		t.Head = append(t.Head, head)
	}
	for _, database := range databases {
		fmt.Fprintf(os.Stderr, "%s: counting statements\n", database)
		err := harness.Within(func(tb testing.TB) error {
			tb.Helper()
			rows, err := countOn(openSide(tb, database, "plugin", byPlugin))
			for i, cells := range rows {
				t.Rows = append(t.Rows, append([]string{database, steps[i].name}, cells...))
			}
			return err
		})
		if err != nil {
			return t, fmt.Errorf("%s: %w", database, err)
		}
	}
	return t, nil
}

// countOn returns the counts on one database: a row for each step, a cell for each tree.
func countOn(s *side) ([][]string, error) {
	if err := s.db.Use(softdelete.New()); err != nil {
		return nil, err
	}
	count, err := countOf(s.db)
	if err != nil {
		return nil, err
	}
	rows := make([][]string, len(steps))
	for _, tree := range countedTrees {
		s.rows = grove{target: tree, bystander: countedTrees[0]}
		if err := s.plant(); err != nil {
			return nil, err
		}
		for i := range steps {
			count.Store(0)
			if err := s.take(i, func(run func() error) error { return run() }); err != nil {
				return nil, err
			}
			rows[i] = append(rows[i], fmt.Sprint(count.Load()))
		}
	}
	return rows, nil
}
