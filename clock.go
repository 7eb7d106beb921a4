package softdelete

import (
	"slices"
	"sort"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Clock says where the time of an operation comes from.
type Clock int

const (
	// AppClock is the clock of the application: gorm.Config.NowFunc, or that of
	// the session. It is the default.
	AppClock Clock = iota

	// DatabaseClock is the clock of the database, read with one more statement
	// per operation. It makes the times of several application servers agree.
	DatabaseClock
)

func (c Clock) now(db *gorm.DB) (time.Time, error) {
	now := db.NowFunc()
	if c != DatabaseClock || db.DryRun {
		return now, nil
	}
	// That of the primary, which has stamped the rows; whether the statement has been
	// taken anywhere by now depends on the order of plugins.
	if s := db.Statement.Schema; s != nil {
		db = session.OnPrimary(db, s)
	}
	read, err := dialectOf(db).Now(db)
	// In the application's zone: a column without one keeps the digits only.
	return read.In(now.Location()), err
}

// used holds the readings of this process, so that no two operations have the
// same one: with markers that are times, it is by their time that the rows of
// one operation are known.
var used readings

// readings is a set of times for each precision, kept as spans of consecutive
// ones. A clock that stands still fills one span; one that runs leaves a span
// per reading, of which the ones not touched for longest are forgotten.
type readings struct {
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

// claim returns t at the finest precision of steps, or the first time after it
// that is unused at each of them, and takes that as used. Steps go from coarse to
// fine.
func (r *readings) claim(t time.Time, steps ...time.Duration) time.Time {
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
func (r *readings) next(t time.Time, step time.Duration) time.Time {
	spans := r.spans[step]
	i := sort.Search(len(spans), func(i int) bool { return !spans[i].last.Before(t) })
	if i < len(spans) && !spans[i].first.After(t) {
		return spans[i].last.Add(step)
	}
	return t
}

// take puts an unused time into the spans. The lock is held.
func (r *readings) take(t time.Time, step time.Duration) {
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

// release gives back a reading that no row was stamped with, where it is the last
// of its span; otherwise it stays used, which does no harm.
func (r *readings) release(t time.Time, steps ...time.Duration) {
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
