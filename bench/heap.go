package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"testing"
	"time"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
	"github.com/gorm-softdelete/softdelete/bench/internal/report"
)

// heapTrees are about 10 thousand rows, 100 thousand, and a million.
var heapTrees = []tree{
	{roots: 9, children: 100, grandchildren: 10},
	{roots: 91, children: 100, grandchildren: 10},
	{roots: 909, children: 100, grandchildren: 10},
}

// measureHeap finds by how much the live heap grows at most while the plugin trashes few rows and many, undoes that, and
// removes them, on PostgreSQL.
func measureHeap() (report.Table, error) {
	t := report.Table{
		Title: "Peak growth of the live heap in the plugin's cascades on PostgreSQL",
		Head:  []string{"rows"},
		Texts: 0,
	}
	for _, step := range steps {
		t.Head = append(t.Head, step.name+" KiB")
	}
	err := harness.Within(func(tb testing.TB) error {
		tb.Helper()
		s := openSide(tb, "postgres", "plugin", byPlugin)
		if err := s.db.Use(softdelete.New()); err != nil {
			return err
		}
		// The first run fills what the handles keep for good: it does not count.
		if _, err := heapGrowth(s, heapTrees[0]); err != nil {
			return err
		}
		for _, tree := range heapTrees {
			fmt.Fprintf(os.Stderr, "heap: %d rows\n", tree.rows())
			cells, err := heapGrowth(s, tree)
			if err != nil {
				return err
			}
			t.Rows = append(t.Rows, append([]string{fmt.Sprint(tree.rows())}, cells...))
		}
		return nil
	})
	return t, err
}

// heapGrowth does the steps on a tree and returns the growth of each in KiB.
func heapGrowth(s *side, of tree) ([]string, error) {
	s.rows = grove{target: of, bystander: heapTrees[0]}
	if err := s.plant(); err != nil {
		return nil, err
	}
	cells := make([]string, len(steps))
	for i := range steps {
		err := s.take(i, func(run func() error) error {
			before := liveHeap()
			peak, err := peakHeap(run)
			cells[i] = fmt.Sprintf("%+.0f", (float64(peak)-float64(before))/1024)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return cells, nil
}

// peakHeap runs fn and returns the largest live heap that was seen meanwhile, and right after.
func peakHeap(fn func() error) (uint64, error) {
	done, peaks := make(chan struct{}), make(chan uint64)
	go func() {
		var peak uint64
		for {
			start := time.Now()
			peak = max(peak, liveHeap())
			pause := 4 * time.Since(start) // so that a cascade runs undisturbed most of the time
			select {
			case <-done:
				peaks <- max(peak, liveHeap())
				return
			case <-time.After(pause):
			}
		}
	}()
	err := fn()
	close(done)
	return <-peaks, err
}

// liveHeap collects the garbage and returns how many bytes are in use. What is pooled outlives one collection.
func liveHeap() uint64 {
	runtime.GC()
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// heapWatch samples the heap while something runs, without collecting garbage.
type heapWatch struct {
	before  uint64
	done    chan struct{}
	samples chan []uint64
}

// watchHeap starts to watch.
func watchHeap() *heapWatch {
	w := &heapWatch{before: heapInUse(), done: make(chan struct{}), samples: make(chan []uint64)}
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		var samples []uint64
		for {
			select {
			case <-w.done:
				w.samples <- append(samples, heapInUse())
				return
			case <-tick.C:
				samples = append(samples, heapInUse())
			}
		}
	}()
	return w
}

// stop ends it and returns the peak growth in the first tenth of the time, and in all of it, in MiB. A growth with the rows
// would show as a difference.
func (w *heapWatch) stop() (firstTenth, all float64) {
	close(w.done)
	samples := <-w.samples
	growth := func(of []uint64) float64 { return (float64(slices.Max(of)) - float64(w.before)) / (1 << 20) }
	return growth(samples[:(len(samples)+9)/10]), growth(samples)
}

func heapInUse() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapInuse
}
