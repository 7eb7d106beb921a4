package trashcmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// bar draws how far an empty has come, in the last line of the terminal that stderr is.
type bar struct {
	*session
	last  time.Time
	drawn bool
}

const redraw = 100 * time.Millisecond

// draw is softdelete.EmptyOptions.Progress.
func (b *bar) draw(p softdelete.Progress) {
	if b.drawn && time.Since(b.last) < redraw && p.Done < p.Total {
		return
	}
	b.last, b.drawn = time.Now(), true
	b.err.print("\r\x1b[K" + progressLine(p, b.errWide-1))
}

// clear takes the bar off.
func (b *bar) clear() {
	if b.drawn {
		b.err.print("\r\x1b[K")
	}
}

// progressLine is a bar with the rate and the time that is left.
func progressLine(p softdelete.Progress, width int) string {
	total := max(p.Total, p.Done)
	share := 1.0
	if total > 0 {
		share = float64(p.Done) / float64(total)
	}
	text := fmt.Sprintf(" %3.0f %%  %s of %s", 100*share, count(p.Done), count(total))
	if p.Rate >= 1 {
		left := time.Duration(float64(total-p.Done) / p.Rate * float64(time.Second))
		text += fmt.Sprintf("  %s/s  %s left", count(int64(p.Rate)), rough(left))
	}
	table := display.Cut(display.Line(p.Table), 20) + " "
	length := min(width-display.Width(table)-display.Width(text), 40)
	if length < 5 {
		return display.Cut(table+text, width)
	}
	full := int(share * float64(length))
	return table + strings.Repeat("█", full) + strings.Repeat("░", length-full) + text
}
