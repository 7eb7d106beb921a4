package main

import (
	"fmt"
	"io"
	"strings"
)

// table is what is printed.
type table struct {
	title string
	head  []string
	texts int // how many of the first columns are text, the others are numbers
	rows  [][]string
}

// write writes the table in Markdown, nothing if it has no rows.
func (t table) write(w io.Writer) error {
	if len(t.rows) == 0 {
		return nil
	}
	var text strings.Builder
	line := func(cells []string) { fmt.Fprintf(&text, "| %s |\n", strings.Join(cells, " | ")) }
	fmt.Fprintf(&text, "%s:\n\n", t.title)
	line(t.head)
	text.WriteString("|" + strings.Repeat("---|", t.texts) + strings.Repeat("--:|", len(t.head)-t.texts) + "\n")
	for _, cells := range t.rows {
		line(cells)
	}
	text.WriteString("\n")
	_, err := io.WriteString(w, text.String())
	return err
}
