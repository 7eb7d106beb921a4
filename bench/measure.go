package main

import (
	"runtime"
	"slices"
	"time"

	"gorm.io/gorm"
)

const (
	// turn is how long one side runs, about, before it is the other's turn.
	turn = 8 * time.Millisecond

	// trial is how long a case runs, at least, before its number of runs per turn is set.
	trial = 10 * time.Millisecond
)

// sample is what one run of a case took, as the mean of a turn.
type sample struct{ ns, allocs, bytes float64 }

// result compares the two sides of a case by the medians of its rounds.
type result struct {
	plain, plugin sample

	ratio       float64 // of the times
	extraAllocs float64
	extraBytes  float64
}

// compare measures a case on both sides, which change places every round.
func compare(c benchCase, on sides, rounds int) (result, error) {
	n, err := runsPerTurn(c, on)
	if err != nil {
		return result{}, err
	}
	var plains, plugins []sample
	for i := range rounds {
		order := []*gorm.DB{on.plain, on.plugin}
		if i%2 == 1 {
			slices.Reverse(order)
		}
		for _, db := range order {
			s, err := take(c, db, on.aside, n)
			if err != nil {
				return result{}, err
			}
			if db == on.plain {
				plains = append(plains, s)
			} else {
				plugins = append(plugins, s)
			}
		}
		if err := sweep(on.aside); err != nil {
			return result{}, err
		}
	}
	return summarize(plains, plugins), nil
}

// runsPerTurn finds out how often a case has to run to fill a turn. It warms both sides up.
func runsPerTurn(c benchCase, on sides) (int, error) {
	for n := 1; ; n *= 2 {
		if _, err := take(c, on.plugin, on.aside, n); err != nil {
			return 0, err
		}
		s, err := take(c, on.plain, on.aside, n)
		if err != nil {
			return 0, err
		}
		if took := s.ns * float64(n); took >= float64(trial) {
			return max(1, int(float64(turn)/s.ns)), sweep(on.aside)
		}
	}
}

// take runs a case n times on db. What it needs is made aside.
func take(c benchCase, db, aside *gorm.DB, n int) (sample, error) {
	if c.prepare != nil {
		if err := c.prepare(aside, n); err != nil {
			return sample{}, err
		}
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for i := range n {
		if err := c.op(db, i); err != nil {
			return sample{}, err
		}
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return sample{
		ns:     float64(took) / float64(n),
		allocs: float64(after.Mallocs-before.Mallocs) / float64(n),
		bytes:  float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
	}, nil
}

func summarize(plains, plugins []sample) result {
	ns := func(s sample) float64 { return s.ns }
	allocs := func(s sample) float64 { return s.allocs }
	bytes := func(s sample) float64 { return s.bytes }
	middle := func(of []sample) sample {
		return sample{median(each(of, ns)), median(each(of, allocs)), median(each(of, bytes))}
	}
	ratios := make([]float64, len(plains))
	for i := range plains {
		ratios[i] = plugins[i].ns / plains[i].ns
	}
	r := result{plain: middle(plains), plugin: middle(plugins), ratio: median(ratios)}
	r.extraAllocs, r.extraBytes = r.plugin.allocs-r.plain.allocs, r.plugin.bytes-r.plain.bytes
	return r
}

func each(samples []sample, get func(sample) float64) []float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = get(s)
	}
	return values
}

func median(values []float64) float64 {
	slices.Sort(values)
	half := len(values) / 2
	if len(values)%2 == 1 {
		return values[half]
	}
	return (values[half-1] + values[half]) / 2
}
