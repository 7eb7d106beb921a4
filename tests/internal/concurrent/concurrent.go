// Package concurrent runs things side by side, and stops them where they meet.
package concurrent

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

// Session is a transaction of its own, and the process of the server that runs it.
func Session(t *testing.T, db *gorm.DB) (tx *gorm.DB, pid int) {
	t.Helper()
	tx = db.Begin()
	require.NoError(t, tx.Error)
	require.NoError(t, tx.Raw("SELECT pg_backend_pid()").Scan(&pid).Error)
	return tx, pid
}

// Meanwhile runs fn, and returns once that waits for a lock in the process of the server. What it returns in the end comes
// by the channel.
func Meanwhile(t *testing.T, db *gorm.DB, pid int, fn func() error) <-chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- fn() }()
	require.Eventually(t, func() bool {
		var waiting bool
		err := db.Raw("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE pid = ? AND NOT granted)", pid).Scan(&waiting).Error
		return err == nil && waiting
	}, time.Minute, time.Millisecond)
	return done
}

const Racers = 6

// Race runs fn at once in several goroutines, each with a random source of its own.
func Race(t *testing.T, fn func(i int, random *rand.Rand)) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var group sync.WaitGroup
	for i := range Racers {
		group.Go(func() { fn(i, rand.New(rand.NewPCG(seed, uint64(i)))) }) //nolint:gosec // a test's choices
	}
	group.Wait()
}

// NothingBetween is what runs between two steps where nothing does.
func NothingBetween() {}
