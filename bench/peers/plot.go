package main

import (
	"fmt"
	"math"

	"github.com/gorm-softdelete/softdelete/bench/internal/report"
)

// The drawing is a row for each work and a column for each database. Each side has a lane of its own, in which a dot stands at its
// ratio to SQL by hand, on a logarithmic scale; a line leads there from 1.
const (
	labelWidth  = 196.0
	panelWidth  = 296.0
	panelGap    = 22.0
	marginTop   = 92.0
	marginRight = 14.0
	axisHeight  = 48.0
	lane        = 12.5
	rowPadding  = 9.0
	valueRoom   = 34.0 // what the largest value takes that is written beside its dot
)

const plotStyle = report.Style + `
.lane { fill: none; stroke-width: 1.6; opacity: .55 } .value { text-anchor: start } .below { text-anchor: end } .s0 { font-weight: 600 }
.band { fill: #f6f8fa }
.l0 { stroke: #0b6bcb } .s0 { fill: #0b6bcb } .l1 { stroke: #c2410c } .s1 { fill: #c2410c } .l2 { stroke: #8250df } .s2 { fill: #8250df }
.l3 { stroke: #1a7f37 } .s3 { fill: #1a7f37 } .l4 { stroke: #9a6700 } .s4 { fill: #9a6700 }
@media (prefers-color-scheme: dark) {
.band { fill: #161b22 }
.l0 { stroke: #58a6ff } .s0 { fill: #58a6ff } .l1 { stroke: #ff9b6b } .s1 { fill: #ff9b6b } .l2 { stroke: #c297ff } .s2 { fill: #c297ff }
.l3 { stroke: #4ac26b } .s3 { fill: #4ac26b } .l4 { stroke: #d9a72c } .s4 { fill: #d9a72c }
}`

// drawing is what is to be drawn, with the bounds of its scale.
type drawing struct {
	results       []result
	databases     []string
	works         []string
	sides         []string // without that by hand, which is the 1 of the scale
	lowest, most  float64
	width, height float64
}

// draw draws the ratios to SQL by hand.
func draw(results []result) []byte {
	d := survey(results)
	s := report.NewSVG(d.width, d.height, plotStyle, "Times as multiples of SQL by hand, by work and library")
	s.Rect("ground", 0, 0, d.width, d.height)
	s.Write("head", report.At(14, 25), "Time as a multiple of SQL by hand: less is better")
	d.legend(s)
	for i, name := range d.works {
		top := d.top(i)
		if i%2 == 0 {
			s.Rect("band", 8, top, d.width-16, d.rowHeight())
		}
		s.Write("", report.At(14, top+d.rowHeight()/2+4), name)
	}
	for i, database := range d.databases {
		d.axis(s, i)
		s.Write("strong", report.At(d.left(i), marginTop-12), properName[database])
	}
	for _, r := range results {
		d.plot(s, r)
	}
	s.Write("middle", report.At((labelWidth+d.width-marginRight)/2, d.height-9), "time ÷ SQL by hand")
	return s.Bytes()
}

// survey finds out what there is to draw.
func survey(results []result) drawing {
	d := drawing{results: results, lowest: 1, most: 2}
	add := func(list []string, name string) []string {
		for _, is := range list {
			if is == name {
				return list
			}
		}
		return append(list, name)
	}
	for _, c := range candidates {
		if c.name != byHand {
			d.sides = append(d.sides, c.name)
		}
	}
	for _, r := range results {
		d.databases, d.works = add(d.databases, r.database), add(d.works, r.work)
		for _, name := range d.sides {
			if ratio, found := r.ratio(name, byHand); found {
				d.lowest, d.most = min(d.lowest, ratio), max(d.most, ratio)
			}
		}
	}
	d.lowest = math.Pow(2, math.Floor(math.Log2(min(0.99, d.lowest))))
	d.width = labelWidth + float64(len(d.databases))*(panelWidth+panelGap) - panelGap + marginRight
	d.height = d.top(len(d.works)) + axisHeight
	return d
}

func (d drawing) rowHeight() float64  { return 2*rowPadding + lane*float64(len(d.sides)-1) + 6 }
func (d drawing) top(row int) float64 { return marginTop + float64(row)*d.rowHeight() }
func (d drawing) left(database int) float64 {
	return labelWidth + float64(database)*(panelWidth+panelGap)
}
func (d drawing) laneAt(side int) float64 { return rowPadding + 3 + lane*float64(side) }
func (d drawing) place(ratio float64) float64 {
	share := math.Log(ratio/d.lowest) / math.Log(d.most/d.lowest)
	return share * (panelWidth - valueRoom)
}

// legend names the sides, in the order of their lanes.
func (d drawing) legend(s *report.SVG) {
	x := 14.0
	for i, name := range d.sides {
		const y = 50
		s.Circle(fmt.Sprintf("s%d", i), report.At(x+4, y-4), 4)
		s.Write(fmt.Sprintf("s%d", i), report.At(x+13, y), name)
		x += 32 + 6.6*float64(len(name))
	}
}

// axis draws the scale of a column: a line for each doubling.
func (d drawing) axis(s *report.SVG, database int) {
	bottom := d.top(len(d.works))
	for tick := d.lowest; tick <= d.most; tick *= 2 {
		class, x := "grid", d.left(database)+d.place(tick)
		if tick == 1 {
			class = "one"
		}
		s.Path(class, report.At(x, marginTop), report.At(x, bottom))
		s.Write("middle", report.At(x, bottom+15), fmt.Sprintf("%g×", tick))
	}
}

// plot draws the dots of a work.
func (d drawing) plot(s *report.SVG, r result) {
	left, top := 0.0, 0.0
	for i, name := range d.databases {
		if name == r.database {
			left = d.left(i)
		}
	}
	for i, name := range d.works {
		if name == r.work {
			top = d.top(i)
		}
	}
	for i, name := range d.sides {
		ratio, found := r.ratio(name, byHand)
		if !found {
			continue
		}
		at := report.At(left+d.place(ratio), top+d.laneAt(i))
		s.Path(fmt.Sprintf("lane l%d", i), report.At(left+d.place(1), at.Y), at)
		s.Circle(fmt.Sprintf("s%d", i), at, 3.6)
		if ratio < 1 {
			s.Write(fmt.Sprintf("value below s%d", i), report.At(at.X-7, at.Y+4), report.Multiple(ratio))
		} else {
			s.Write(fmt.Sprintf("value s%d", i), report.At(at.X+7, at.Y+4), report.Multiple(ratio))
		}
	}
}
