package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/gorm-softdelete/softdelete/bench/internal/report"
)

// of returns the times of a side, nil if it was not measured.
func (r result) of(name string) []time.Duration {
	if i := slices.Index(r.sides, name); i >= 0 {
		return r.took[i]
	}
	return nil
}

// ratio is the median of the ratios of the rounds, and whether there is one.
func (r result) ratio(name, to string) (float64, bool) {
	of, beside := r.of(name), r.of(to)
	if len(of) == 0 || len(beside) == 0 {
		return 0, false
	}
	return report.Ratio(of, beside), true
}

// cell writes a ratio, nothing where there is none.
func (r result) cell(name, to string) string {
	if ratio, found := r.ratio(name, to); found {
		return fmt.Sprintf("%.2f", ratio)
	}
	return ""
}

// quartiles are those of times, in microseconds.
func quartiles(times []time.Duration) string {
	sorted := slices.Sorted(slices.Values(times))
	at := func(share float64) string {
		place := share * float64(len(sorted)-1)
		below := int(place)
		above := min(below+1, len(sorted)-1)
		return micro(sorted[below] + time.Duration((place-float64(below))*float64(sorted[above]-sorted[below])))
	}
	return at(0.25) + "–" + at(0.75)
}

// micro writes a time in microseconds.
func micro(t time.Duration) string {
	us := float64(t) / float64(time.Microsecond)
	if us < 100 {
		return fmt.Sprintf("%.1f", us)
	}
	return thousands(int(us + 0.5))
}

func median(times []time.Duration) time.Duration {
	values := make([]float64, len(times))
	for i, t := range times {
		values[i] = float64(t)
	}
	return time.Duration(report.Median(values))
}

// details has a line for each side of each work.
func details(database string, results []result) report.Table {
	t := report.Table{
		Title: "On " + properName[database],
		Head:  []string{"work", "side", "µs, median", "quartiles", "to by hand", "to softdelete", "rounds"},
		Texts: 2,
	}
	for _, r := range results {
		for i, name := range r.sides {
			t.Rows = append(t.Rows, []string{
				r.work, name, micro(median(r.took[i])), quartiles(r.took[i]), r.cell(name, byHand), r.cell(name, ours), fmt.Sprint(len(r.took[i])),
			})
		}
	}
	return t
}

// overview has a line for each work and a column for each side: its ratio to SQL by hand, whose time stands beside.
func overview(database string, results []result) report.Table {
	t := report.Table{
		Title: "As multiples of SQL by hand, on " + properName[database],
		Head:  []string{"work", "by hand, µs"},
		Texts: 1,
	}
	for _, s := range candidates {
		if s.name != byHand {
			t.Head = append(t.Head, s.name)
		}
	}
	for _, r := range results {
		hand := r.of(byHand)
		if len(hand) == 0 {
			continue
		}
		cells := []string{r.work, micro(median(hand))}
		for _, s := range candidates {
			if s.name != byHand {
				cells = append(cells, r.cell(s.name, byHand))
			}
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}
