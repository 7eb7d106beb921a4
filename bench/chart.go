package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/gorm-softdelete/softdelete/bench/internal/report"
)

// chart is a grid of panels that have their axes in common: steps from left to right, and numbers on a logarithmic scale from the
// bottom up.
type chart struct {
	title  string
	xTitle string
	yTitle string
	scale  scale
	lines  []string // at most as many as the style has classes for: line0, line1 and so on
	columns,
	steps []string
	rows []chartRow
}

// chartRow is the panels of a row, one for each column.
type chartRow struct {
	title   string
	columns []string // in the place of the chart's, where each panel is about something of its own
	panels  []panel
}

// scale is what the panels count.
type scale struct {
	from    float64 // what it begins at, above a strip for the values of the second line. Lower values stand there too.
	first   float64 // the lowest tick
	heavy   float64 // the tick that is drawn as a line of its own
	written float64 // from where on values of the first line are written: below, the line is as good as the others
	listed  bool    // all values are written in the strip, a row for each line
	tick    func(float64) string
	value   func(float64) string
}

// multiples is the scale of ratios.
var multiples = scale{
	from: 0.7, first: 1, heavy: 1, written: 1.5,
	tick:  func(v float64) string { return fmt.Sprintf("%g×", v) },
	value: report.Multiple,
}

// panel is the values of each line at each step. A NaN is left out.
type panel [][]float64

const (
	panelWidth, panelHeight = 200.0, 150.0
	gapX, gapY              = 16.0, 62.0
	marginLeft, marginTop   = 64.0, 96.0
	marginRight             = 20.0
	marginBottom            = 56.0
	stripRow, stripEdge     = 13.0, 5.0
)

// chartStyle adds the lines.
const chartStyle = report.Style + `
.line0 { stroke: #c2410c } .dot0 { fill: #c2410c } .value0 { fill: #c2410c }
.line1 { stroke: #0b6bcb } .dot1 { fill: #0b6bcb } .value1 { fill: #0b6bcb }
.line2 { stroke: #1a7f37; stroke-dasharray: 5 4 } .dot2 { fill: #1a7f37 } .value2 { fill: #1a7f37 }
@media (prefers-color-scheme: dark) {
.line0 { stroke: #ff9b6b } .dot0, .value0 { fill: #ff9b6b }
.line1 { stroke: #58a6ff } .dot1, .value1 { fill: #58a6ff }
.line2 { stroke: #4ac26b } .dot2, .value2 { fill: #4ac26b }
}`

// draw draws the chart.
func (c chart) draw() []byte {
	width := marginLeft + float64(len(c.columns))*(panelWidth+gapX) - gapX + marginRight
	height := marginTop + float64(len(c.rows))*(panelHeight+gapY) - gapY + marginBottom
	s := report.NewSVG(width, height, chartStyle, c.title)
	s.Rect("ground", 0, 0, width, height)
	s.Write("head", report.At(marginLeft, 24), c.title)
	c.legend(s)
	highest := c.highest()
	for i, row := range c.rows {
		top := marginTop + float64(i)*(panelHeight+gapY)
		s.Write("strong", report.At(marginLeft, top-24), row.title)
		for j, values := range row.panels {
			f := frame{left: marginLeft + float64(j)*(panelWidth+gapX), top: top, steps: len(c.steps), lowest: c.scale.from, highest: highest, strip: c.strip()}
			s.Write("", report.At(f.left, top-7), slices.Concat(row.columns, c.columns)[j])
			c.axes(s, f, j == 0)
			c.plot(s, f, values)
		}
		s.WriteUp("middle", report.At(16, top+panelHeight/2), c.yTitle)
	}
	s.Write("middle", report.At((marginLeft+width-marginRight)/2, height-14), c.xTitle)
	return s.Bytes()
}

// legend names the lines.
func (c chart) legend(s *report.SVG) {
	x := marginLeft
	for i, name := range c.lines {
		const y = 48
		s.Path(fmt.Sprintf("line line%d", i), report.At(x, y-4), report.At(x+28, y-4))
		s.Circle(fmt.Sprintf("dot%d", i), report.At(x+14, y-4), 3.5)
		s.Write("", report.At(x+34, y), name)
		x += 58 + 6.2*float64(len(name))
	}
}

// strip is how high the values stand that are written at the bottom of a panel.
func (c chart) strip() float64 {
	if c.scale.listed {
		return stripRow*float64(len(c.lines)) + stripEdge
	}
	return stripRow + stripEdge
}

// highest is what the scale ends at, a number of one of the ticks.
func (c chart) highest() float64 {
	most := c.scale.first
	for _, row := range c.rows {
		for _, values := range row.panels {
			for _, line := range values {
				for _, v := range line {
					if !math.IsNaN(v) {
						most = max(most, v)
					}
				}
			}
		}
	}
	ticks := logTicks(c.scale.first, 1.5*most) // with room for a value written above
	return ticks[len(ticks)-1]
}

// logTicks are the numbers 1, 2, 5, 10 and so on, or as many times that, until one that is not below most.
func logTicks(first, most float64) []float64 {
	ticks := []float64{first}
	for i := 1; ticks[len(ticks)-1] < most; i++ {
		ticks = append(ticks, first*[]float64{1, 2, 5}[i%3]*math.Pow10(i/3))
	}
	return ticks
}

// frame is where a panel stands and what its axes count.
type frame struct {
	left, top       float64
	steps           int
	lowest, highest float64
	strip           float64 // how high the values stand that are written at the bottom
}

// at is the place of a value at a step.
func (f frame) at(step int, value float64) report.Point {
	share := (math.Log(max(value, f.lowest)) - math.Log(f.lowest)) / (math.Log(f.highest) - math.Log(f.lowest))
	return report.At(f.left+(float64(step)+0.5)*panelWidth/float64(f.steps), f.top+(panelHeight-f.strip)*(1-share))
}

// axes draws the frame, with the numbers of the scale if it is the first of its row. A long one has those of each decade only.
func (c chart) axes(s *report.SVG, f frame, first bool) {
	long := f.highest/c.scale.first > 100
	for _, tick := range logTicks(c.scale.first, f.highest) {
		decade := math.Abs(math.Remainder(math.Log10(tick), 1)) < 1e-9
		class, y := "grid", f.at(0, tick).Y
		if tick == c.scale.heavy {
			class = "one"
		}
		if !long || decade || c.scale.heavy > 0 {
			s.Path(class, report.At(f.left, y), report.At(f.left+panelWidth, y))
		}
		if first && (!long || decade) {
			s.Write("end", report.At(f.left-6, y+4), c.scale.tick(tick))
		}
	}
	for i, step := range c.steps {
		s.Write("middle", report.At(f.at(i, f.lowest).X, f.top+panelHeight+15), step)
	}
	s.Rect("frame", f.left, f.top, panelWidth, panelHeight)
}

// plot draws the lines of a panel, the first above the others. Its values are written above it, those of the second at
// the bottom, or all of them there.
func (c chart) plot(s *report.SVG, f frame, values panel) {
	for i := len(values) - 1; i >= 0; i-- {
		var points []report.Point
		for step, v := range values[i] {
			if math.IsNaN(v) {
				continue
			}
			p := f.at(step, v)
			points = append(points, p)
			s.Circle(fmt.Sprintf("dot%d", i), p, 3.5)
			switch {
			case c.scale.listed:
				row := f.top + panelHeight - stripEdge - stripRow*float64(len(values)-1-i)
				s.Write(fmt.Sprintf("value value%d", i), report.At(p.X, row), c.scale.value(v))
			case i == 0 && v >= c.scale.written:
				s.Write("value value0", report.At(p.X, p.Y-7), c.scale.value(v))
			case i == 1:
				s.Write("value value1", report.At(p.X, f.top+panelHeight-stripEdge), c.scale.value(v))
			}
		}
		if len(points) > 0 {
			s.Path(fmt.Sprintf("line line%d", i), points...)
		}
	}
}
