// Package reading keeps the readings of a clock that were used, so that no two operations
// of a process have the same one.
package reading

import (
	"slices"
	"sort"
	"sync"
	"time"
)

// Set is a set of times for each precision, kept as spans of consecutive
// ones. A clock that stands still fills one span; one that runs leaves a span
// per reading, of which the ones not touched for longest are forgotten.
type Set struct {
	mu    sync.Mutex
	spans map[time.Duration][]span
	turn  uint64
}

type span struct {
	first, last time.Time
	turn        uint64 // when it was last touched, by count
}

// maxSpans bounds the memory that readings take: about 56 bytes each.
const maxSpans = 4096

// Claim returns t at the finest precision of steps, or the first time after it
// that is unused at each of them, and takes that as used. Steps go from coarse to
// fine.
func (r *Set) Claim(t time.Time, steps ...time.Duration) time.Time {
	if len(steps) == 0 {
		return t
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.spans == nil {
		r.spans = map[time.Duration][]span{}
	}
	r.turn++
	for i := 0; i < len(steps); i++ {
		rounded := t.Truncate(steps[i])
		if next := r.next(rounded, steps[i]); !next.Equal(rounded) {
			t, i = next.In(t.Location()), -1
		}
	}
	for _, step := range steps {
		r.take(t.Truncate(step), step)
	}
	return t.Truncate(steps[len(steps)-1])
}

// next returns t, or the first unused time after it. The lock is held.
func (r *Set) next(t time.Time, step time.Duration) time.Time {
	spans := r.spans[step]
	i := sort.Search(len(spans), func(i int) bool { return !spans[i].last.Before(t) })
	if i < len(spans) && !spans[i].first.After(t) {
		return spans[i].last.Add(step)
	}
	return t
}

// take puts an unused time into the spans. The lock is held.
func (r *Set) take(t time.Time, step time.Duration) {
	spans := r.spans[step]
	i := sort.Search(len(spans), func(i int) bool { return !spans[i].last.Before(t) })
	if i > 0 && spans[i-1].last.Add(step).Equal(t) {
		i--
		spans[i].last, spans[i].turn = t, r.turn
	} else {
		spans = slices.Insert(spans, i, span{first: t, last: t, turn: r.turn})
	}
	if i+1 < len(spans) && t.Add(step).Equal(spans[i+1].first) {
		spans[i].last = spans[i+1].last
		spans = slices.Delete(spans, i+1, i+2)
	}
	if len(spans) > maxSpans {
		spans = forgetOldest(spans)
	}
	r.spans[step] = spans
}

// Release gives back a reading that no row was stamped with, where it is the last
// of its span; otherwise it stays used, which does no harm.
func (r *Set) Release(t time.Time, steps ...time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, step := range steps {
		last := t.Truncate(step)
		spans := r.spans[step]
		i := sort.Search(len(spans), func(i int) bool { return !spans[i].last.Before(last) })
		switch {
		case i == len(spans) || !spans[i].last.Equal(last):
		case spans[i].first.Equal(last):
			r.spans[step] = slices.Delete(spans, i, i+1)
		default:
			spans[i].last = last.Add(-step)
		}
	}
}

// forgetOldest drops the half of the spans that was not touched for longest.
func forgetOldest(spans []span) []span {
	turns := make([]uint64, len(spans))
	for i, s := range spans {
		turns[i] = s.turn
	}
	slices.Sort(turns)
	median := turns[len(turns)/2]
	return slices.DeleteFunc(spans, func(s span) bool { return s.turn < median })
}
