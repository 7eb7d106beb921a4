package trashcmd

import (
	"slices"
	"strings"

	"github.com/gorm-softdelete/softdelete/internal/display"
)

// column is one of a table.
type column struct {
	title string
	right bool  // numbers stand at the right
	style style // of its cells

	// What happens where the table is wider than the terminal, to the columns of the highest
	// order first: optional ones go, unless it is enough to cut them to their least width, and
	// others to what they are still well read in. Then those with a least width are cut to
	// no less.
	least    int
	well     int
	order    int
	optional bool

	// It is never cut, as it is there to be copied. Where lines would be too long for one of its
	// cells, all are as if that was no wider than this, and its own line alone is longer.
	whole int
}

// grid is a table of lines.
type grid struct {
	columns []column
	rows    [][]string
}

func (g *grid) add(cells ...string) {
	for i, cell := range cells {
		cells[i] = display.Line(cell)
	}
	g.rows = append(g.rows, cells)
}

const gap = "  "

// print writes the table in a width, 0 for any. Columns in which nothing stands are left out.
func (g *grid) print(p *printer, width int) { g.write(p, width, true) }

// body is print without the titles.
func (g *grid) body(p *printer, width int) { g.write(p, width, false) }

func (g *grid) write(p *printer, width int, titles bool) {
	shown, widths := g.fit(width)
	line := func(cells func(i int) string, of func(c column) style) {
		var b strings.Builder
		for n, i := range shown {
			text := cells(i)
			if g.columns[i].whole == 0 {
				text = display.Cut(text, widths[i])
			}
			space := strings.Repeat(" ", max(widths[i]-display.Width(text), 0))
			painted := p.in(of(g.columns[i]), text)
			if g.columns[i].right {
				painted = space + painted
			} else if n < len(shown)-1 {
				painted += space
			}
			if n > 0 {
				_, _ = b.WriteString(gap)
			}
			_, _ = b.WriteString(painted)
		}
		p.print(strings.TrimRight(b.String(), " ") + "\n")
	}
	if titles {
		line(func(i int) string { return g.columns[i].title }, func(column) style { return bold })
	}
	for _, row := range g.rows {
		line(func(i int) string { return row[i] }, func(c column) style { return c.style })
	}
}

// fit chooses the columns that are shown, and how wide each is.
func (g *grid) fit(width int) (shown, widths []int) {
	shown, widths, fits := g.fitAs(width, false)
	if !fits {
		shown, widths, _ = g.fitAs(width, true)
	}
	return shown, widths
}

// fitAs is fit, with cells that are not cut as wide as they are or, if short, as all but the
// longest.
func (g *grid) fitAs(width int, short bool) (shown, widths []int, fits bool) {
	widths = make([]int, len(g.columns))
	for i, c := range g.columns {
		for _, row := range g.rows {
			widths[i] = max(widths[i], display.Width(row[i]))
		}
		if c.whole > 0 && short {
			widths[i] = min(widths[i], c.whole)
		}
		if widths[i] > 0 || len(g.rows) == 0 {
			shown = append(shown, i)
			widths[i] = max(widths[i], display.Width(c.title))
		}
	}
	over := func() int {
		sum := len(gap) * (len(shown) - 1)
		for _, i := range shown {
			sum += widths[i]
		}
		return sum - width
	}
	if width == 0 {
		return shown, widths, true
	}
	byOrder := slices.Clone(shown)
	slices.SortStableFunc(byOrder, func(a, b int) int { return g.columns[b].order - g.columns[a].order })
	cut := func(i int) { widths[i] = max(widths[i]-over(), min(widths[i], g.columns[i].least)) }
	for _, i := range byOrder {
		lacking := over()
		for _, j := range shown {
			if well := g.columns[j].well; well > 0 {
				lacking -= max(widths[j]-well, 0)
			}
		}
		switch c := g.columns[i]; {
		case lacking <= 0 || !c.optional:
		case c.least > 0 && widths[i]-lacking >= c.least:
			widths[i] -= lacking
		default:
			shown = slices.DeleteFunc(shown, func(j int) bool { return j == i })
		}
	}
	for _, i := range byOrder {
		if over() > 0 && g.columns[i].least > 0 && slices.Contains(shown, i) {
			cut(i)
		}
	}
	return shown, widths, over() <= 0
}
