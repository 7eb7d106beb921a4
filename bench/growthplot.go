package main

import (
	"fmt"
	"math"
)

// growthColumns is how many panels stand beside each other.
const growthColumns = 3

// drawGrowth draws what each task takes by how much is in the trash, a panel for each and a line for each database.
func drawGrowth(results []growthResult) []byte {
	c := chart{
		title:  "Milliseconds by how many rows are in the trash",
		xTitle: "rows in the trash",
		yTitle: "milliseconds",
		scale:  scale{from: 0.03, first: 0.1, listed: true, tick: func(v float64) string { return fmt.Sprintf("%g", v) }, value: significant},
	}
	databases := databasesOfGrowth(results)
	for _, database := range databases {
		c.lines = append(c.lines, properName[database])
	}
	for _, r := range results {
		if len(r.trashes) > len(c.steps) {
			c.steps = nil
			for _, n := range r.trashes {
				c.steps = append(c.steps, shortNumber(n))
			}
		}
	}
	c.columns = make([]string, growthColumns)
	var row chartRow
	for _, task := range growthTasks {
		values := make(panel, len(databases))
		for line, database := range databases {
			values[line] = growthLine(results, database, task.name, len(c.steps))
		}
		row.panels, row.columns = append(row.panels, values), append(row.columns, task.name)
		if len(row.panels) == growthColumns {
			c.rows, row = append(c.rows, row), chartRow{}
		}
	}
	return c.draw()
}

// growthLine is the times of a task on a database, as many as there are steps.
func growthLine(results []growthResult, database, task string, steps int) []float64 {
	values := make([]float64, steps)
	for i := range values {
		values[i] = math.NaN()
		for _, r := range results {
			if r.database == database && r.task == task && i < len(r.trashes) {
				values[i] = r.median(i)
			}
		}
	}
	return values
}

func databasesOfGrowth(results []growthResult) []string {
	var names []string
	for _, r := range results {
		if len(names) == 0 || names[len(names)-1] != r.database {
			names = append(names, r.database)
		}
	}
	return names
}
