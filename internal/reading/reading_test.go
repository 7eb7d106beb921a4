package reading

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 2, 3, 12, 0, 0, 123456789, time.UTC)

func TestReadingsMoveOnByTheSmallestStep(t *testing.T) {
	t.Parallel()
	for _, step := range []time.Duration{time.Nanosecond, time.Microsecond, time.Millisecond, time.Second} {
		t.Run(step.String(), func(t *testing.T) {
			t.Parallel()
			var r Set
			first := noon.Truncate(step)
			require.Equal(t, first, r.Claim(noon, step), "a fresh reading is used as it is")
			require.Equal(t, first.Add(step), r.Claim(noon, step), "the second is moved on")
			require.Equal(t, first.Add(2*step), r.Claim(noon, step))
			require.Equal(t, first.Add(-time.Hour), r.Claim(noon.Add(-time.Hour), step), "a fresh one of the past too")
			require.Equal(t, first.Add(3*step), r.Claim(noon.Add(step), step), "moved past all that are used")
		})
	}
}

func TestReadingsJoinSpans(t *testing.T) {
	t.Parallel()
	var r Set
	at := func(n int) time.Time { return noon.Truncate(time.Second).Add(time.Duration(n) * time.Second) }
	for _, n := range []int{0, 2, 1} {
		require.Equal(t, at(n), r.Claim(at(n), time.Second))
	}
	require.Equal(t, 1, len(r.spans[time.Second]))
	require.Equal(t, at(3), r.Claim(at(0), time.Second))

	r.Release(at(3), time.Second)
	require.Equal(t, at(3), r.Claim(at(3), time.Second), "a released reading is fresh again")
	r.Release(at(1), time.Second)
	require.Equal(t, at(4), r.Claim(at(1), time.Second), "one in the middle stays used")
}

func TestReadingsSetNeverRepeats(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	source := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test
	var r Set
	seen := map[time.Time]bool{}
	for range 1500 {
		got := r.Claim(noon.Add(time.Duration(source.IntN(1000))*time.Millisecond), time.Millisecond)
		require.False(t, seen[got], "%s was used before", got)
		seen[got] = true
	}
}

func TestReadingsAreBounded(t *testing.T) {
	t.Parallel()
	var r Set
	frozen := r.Claim(noon, time.Microsecond)
	for i := range 20000 {
		r.Claim(noon.Add(time.Duration(2*i+10)*time.Millisecond), time.Microsecond)
		next := r.Claim(noon, time.Microsecond)
		require.True(t, next.After(frozen), "a clock that stands still is never forgotten")
		frozen = next
	}
	require.LessOrEqual(t, len(r.spans[time.Microsecond]), 4096)
}

func TestReadingsOfManyGoroutines(t *testing.T) {
	t.Parallel()
	var r Set
	var mu sync.Mutex
	var wait sync.WaitGroup
	seen := map[time.Time]bool{}
	for range 16 {
		wait.Go(func() {
			for range 200 {
				got := r.Claim(noon, time.Microsecond)
				mu.Lock()
				seen[got] = true
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	require.Len(t, seen, 16*200)
}
