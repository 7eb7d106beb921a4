package softdelete

import "time"

// Readings makes the set of used readings testable by itself.
type Readings struct{ readings }

// Claim is readings.claim.
func (r *Readings) Claim(t time.Time, step time.Duration) time.Time { return r.claim(t, step) }

// Release is readings.release.
func (r *Readings) Release(t time.Time, step time.Duration) { r.release(t, step) }

// Spans counts what is kept for a precision.
func (r *Readings) Spans(step time.Duration) int { return len(r.spans[step]) }

// ConflictOf is conflictOf.
var ConflictOf = conflictOf
