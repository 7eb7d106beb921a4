package main

import (
	"fmt"
	"io"
	"strings"
)

// row is one line of the table.
type row struct {
	database, name string
	result         result
}

const header = "| database | case | GORM ns/op | plugin ns/op | ratio | GORM allocs | plugin allocs | +allocs | +bytes |\n" +
	"|---|---|--:|--:|--:|--:|--:|--:|--:|\n"

// writeTable writes rows as a Markdown table, nothing if there are none.
func writeTable(w io.Writer, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	var table strings.Builder
	table.WriteString(header)
	for _, row := range rows {
		r := row.result
		fmt.Fprintf(&table, "| %s | %s | %.0f | %.0f | %.3f | %.0f | %.0f | %+.0f | %+.0f |\n",
			row.database, row.name, r.plain.ns, r.plugin.ns, r.ratio, r.plain.allocs, r.plugin.allocs, r.extraAllocs, r.extraBytes)
	}
	_, err := io.WriteString(w, table.String())
	return err
}
