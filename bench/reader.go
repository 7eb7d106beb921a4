package main

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"gorm.io/gorm"
)

// readEvery is how often the reader reads: often enough for a 99th percentile, too seldom to take the machine from others.
const readEvery = 2 * time.Millisecond

// reader reads live orders by primary key, one after the other, and keeps how long each took.
type reader struct {
	conn *sql.Conn
	read *sql.Stmt
	from shop
	rng  *rand.Rand
}

func newReader(ctx context.Context, db *gorm.DB, from shop) (*reader, error) {
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	read, err := conn.PrepareContext(ctx, "SELECT id, customer, note FROM orders WHERE id = $1 AND deleted_at IS NULL")
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &reader{conn: conn, read: read, from: from, rng: rand.New(rand.NewPCG(1, 2))}, nil
}

func (r *reader) close() error { return errors.Join(r.read.Close(), r.conn.Close()) }

// beside reads while fn runs, and returns how long the reads took, the shortest first.
func (r *reader) beside(ctx context.Context, fn func() error) ([]time.Duration, error) {
	type result struct {
		took []time.Duration
		err  error
	}
	stop, reads := make(chan struct{}), make(chan result, 1)
	go func() {
		took, err := r.until(ctx, stop)
		reads <- result{took, err}
	}()
	err := fn()
	close(stop)
	got := <-reads
	slices.Sort(got.took)
	return got.took, errors.Join(err, got.err)
}

// until reads until stop is closed. A read that is late because those before it were slow counts from when it was due, so
// that one long wait is not one slow read among many quick ones.
func (r *reader) until(ctx context.Context, stop <-chan struct{}) ([]time.Duration, error) {
	var took []time.Duration
	for due := time.Now(); ; due = due.Add(readEvery) {
		start := due
		if ahead := time.Until(due); ahead > 0 {
			select {
			case <-stop:
				return took, nil
			case <-time.After(ahead):
			}
			start = time.Now() // the timer's own lateness is not the database's
		}
		select {
		case <-stop:
			return took, nil
		default:
		}
		var id, customer int
		var note string
		if err := r.read.QueryRowContext(ctx, r.from.liveOrder(r.rng.IntN(r.from.due))).Scan(&id, &customer, &note); err != nil {
			return took, err
		}
		took = append(took, time.Since(start))
	}
}

// percentile returns what p of 100 values are not above, in microseconds.
func percentile(sorted []time.Duration, p int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[min(len(sorted)-1, len(sorted)*p/100)]) / float64(time.Microsecond)
}
