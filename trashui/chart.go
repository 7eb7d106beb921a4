package trashui

import (
	"fmt"
	"time"
)

// The chart's own units: the picture is drawn as wide as there is room.
const (
	chartHeight = 100
	barWidth    = 10
	barGap      = 2
)

// chart is a picture of what was deleted by day: a bar each.
type chart struct {
	Bars        []bar
	Width       int
	Height      int
	Top         string // what the highest bar stands for
	First, Last string
	Total       int64
	More        bool
	Desc        string
}

type bar struct {
	day
	X, Y, Width, Height int
	Said                string // when, and how many
	Name                string // of the day
}

// chartOf draws the days.
func chartOf(days []day) chart {
	c := chart{Width: len(days)*(barWidth+barGap) - barGap, Height: chartHeight}
	var most *day
	for i := range days {
		d := &days[i]
		c.Total += d.Rows
		c.More = c.More || d.More
		if most == nil || d.Rows > most.Rows {
			most = d
		}
	}
	if most == nil || c.Total == 0 {
		return c
	}
	c.Top = number(most.Rows) + plus(most.More)
	c.First, c.Last = nameDay(days[0]), nameDay(days[len(days)-1])
	c.Desc = fmt.Sprintf("%s, from %s to %s. Most on %s: %s.", countRows(c.Total)+plus(c.More), c.First, c.Last, nameDay(*most), c.Top)
	for i, d := range days {
		b := bar{day: d, X: i * (barWidth + barGap), Width: barWidth, Name: nameDay(d)}
		if d.Rows > 0 {
			b.Height = max(int(d.Rows*chartHeight/most.Rows), 2)
		}
		b.Y = chartHeight - b.Height
		b.Said = b.Name + ": " + countRows(d.Rows) + plus(d.More)
		c.Bars = append(c.Bars, b)
	}
	return c
}

func plus(more bool) string {
	if more {
		return " or more"
	}
	return ""
}

// nameDay is a day as people say it.
func nameDay(d day) string {
	at, err := time.Parse(time.DateOnly, d.Date)
	if err != nil {
		return d.Date
	}
	return at.Format("2 January")
}
