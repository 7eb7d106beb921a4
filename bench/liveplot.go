package main

import (
	"fmt"
	"math"
	"strconv"
)

// drawLive draws the ratios of live reads to the same rows alone: a row of panels for each database and layout.
func drawLive(results []liveResult) []byte {
	c := chart{
		title:  "Live reads among trash, as a multiple of the time that the same live rows take alone",
		xTitle: "trash, % of all rows",
		yTitle: "time ÷ no trash",
		scale:  multiples,
		lines:  []string{"GORM's usual indexes", "indexes of live rows only", "indexes by hand, for the very read"},
	}
	for _, trash := range trashShares {
		c.steps = append(c.steps, strconv.Itoa(trash))
	}
	for _, read := range liveReads {
		c.columns = append(c.columns, read.name)
	}
	for _, database := range databasesOf(results) {
		for _, lies := range []layout{older, mixed} {
			c.rows = append(c.rows, livePanels(results, database, lies))
		}
	}
	return c.draw()
}

// databasesOf returns those that there are results of, as they come.
func databasesOf(results []liveResult) []string {
	var names []string
	for _, r := range results {
		if len(names) == 0 || names[len(names)-1] != r.database {
			names = append(names, r.database)
		}
	}
	return names
}

// livePanels is a row of the drawing. A table without trash belongs to both layouts.
func livePanels(results []liveResult, database string, lies layout) chartRow {
	row := chartRow{panels: make([]panel, len(liveReads))}
	for j, read := range liveReads {
		row.panels[j] = make(panel, 3)
		for line, side := range []int{usualSide, oursSide, byHandSide} {
			for _, trash := range trashShares {
				value := math.NaN()
				for _, r := range results {
					if r.database == database && r.read == read.name && r.of.trash == trash && (r.of.lies == lies || trash == 0) {
						value = r.ratio(side, baseline)
						row.title = fmt.Sprintf("%s, %s, trash %s", properName[database], inWords(r.of.rows), whereTrashLies[lies])
					}
				}
				row.panels[j][line] = append(row.panels[j][line], value)
			}
		}
	}
	return row
}

// inWords writes a number of rows as one speaks of it.
func inWords(rows int) string {
	switch {
	case rows%100_000 == 0 && rows >= 1_000_000:
		return fmt.Sprintf("%g million rows", float64(rows)/1e6)
	case rows%1000 == 0:
		return fmt.Sprintf("%d thousand rows", rows/1000)
	default:
		return fmt.Sprintf("%d rows", rows)
	}
}

var (
	properName     = map[string]string{"postgres": "PostgreSQL", "sqlite": "SQLite", "mariadb": "MariaDB", "tidb": "TiDB"}
	whereTrashLies = map[layout]string{older: "older than the live rows", mixed: "mixed among the live rows"}
)
