package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
)

// result is what a work took on each side that has it, one time for each round: the mean of its turn.
type result struct {
	database string
	work     string
	sides    []string
	took     [][]time.Duration // of each side
}

// warmUps are rounds that do not count.
const warmUps = 2

// contender is a side at work.
type contender struct {
	name string
	by   side
	rows rows
}

// measure has the sides take turns at a work for so many rounds.
func measure(database string, w work, sides []candidate, rounds int) (result, error) {
	got := result{database: database, work: w.name}
	err := harness.Within(func(tb testing.TB) error {
		tb.Helper()
		contenders, err := enter(tb, database, w, sides)
		if err != nil {
			return err
		}
		got.took = make([][]time.Duration, len(contenders))
		for _, c := range contenders {
			got.sides = append(got.sides, c.name)
		}
		order := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // any order will do, the same in each run
		for round := range warmUps + rounds {
			for _, i := range order.Perm(len(contenders)) {
				took, err := contenders[i].turn(w, round)
				if err != nil {
					return fmt.Errorf("%s: %w", contenders[i].name, err)
				}
				if round >= warmUps {
					got.took[i] = append(got.took[i], took)
				}
			}
		}
		return nil
	})
	return got, err
}

// enter opens the sides that have the work, each on a place of its own, and makes their rows.
func enter(tb testing.TB, database string, w work, sides []candidate) ([]contender, error) {
	tb.Helper()
	var all []contender
	for _, s := range sides {
		in, err := openPlace(tb, database, s.marker)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		by, err := s.open(in)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		if w.can != nil && !w.can(by) {
			continue
		}
		if err := w.fill(in.rows); err != nil {
			return nil, fmt.Errorf("%s: making the rows: %w", s.name, err)
		}
		all = append(all, contender{s.name, by, in.rows})
	}
	return all, nil
}

// turn does the work once or a few times, and returns the mean time. What it begins with is made before, and what it leaves is
// counted after.
func (c contender) turn(w work, turn int) (time.Duration, error) {
	if w.prepare != nil {
		if err := w.prepare(c.rows, turn); err != nil {
			return 0, fmt.Errorf("preparing: %w", err)
		}
	}
	ctx := context.Background()
	if w.ending {
		ending, cancel := context.WithCancel(ctx)
		defer cancel()
		ctx = ending
	}
	runtime.GC()
	start := time.Now()
	for n := range w.repeats {
		if err := w.do(ctx, c.by, turn, n); err != nil {
			return 0, err
		}
	}
	took := time.Since(start) / time.Duration(w.repeats)
	if err := w.check(c.rows, turn); err != nil {
		return 0, fmt.Errorf("after it: %w", err)
	}
	return took, nil
}

// roundsOf is how many rounds a work has: a fifth where they are long, unless that are fewer than five.
func roundsOf(w work, rounds int) int {
	if w.long {
		return max(rounds/5, min(rounds, 5))
	}
	return rounds
}

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
