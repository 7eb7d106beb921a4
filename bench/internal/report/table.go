// Package report writes what was measured: medians, tables and drawings.
package report

import (
	"fmt"
	"io"
	"strings"
)

// Table is what is printed.
type Table struct {
	Title string
	Head  []string
	Texts int // how many of the first columns are text, the others are numbers
	Rows  [][]string
}

// Write writes the table in Markdown, nothing if it has no rows.
func (t Table) Write(w io.Writer) error {
	if len(t.Rows) == 0 {
		return nil
	}
	var text strings.Builder
	line := func(cells []string) { fmt.Fprintf(&text, "| %s |\n", strings.Join(cells, " | ")) }
	fmt.Fprintf(&text, "%s:\n\n", t.Title)
	line(t.Head)
	text.WriteString("|" + strings.Repeat("---|", t.Texts) + strings.Repeat("--:|", len(t.Head)-t.Texts) + "\n")
	for _, cells := range t.Rows {
		line(cells)
	}
	text.WriteString("\n")
	_, err := io.WriteString(w, text.String())
	return err
}
