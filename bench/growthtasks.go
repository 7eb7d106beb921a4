package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/google/uuid"

	"github.com/gorm-softdelete/softdelete"
)

// growthTask is what one does with a trash. It is left out where fewer than least rows are in it.
type growthTask struct {
	name  string
	least int
	run   func(of *letters, round int) (time.Duration, error)
}

const batchOf = 1000 // rows that Empty removes at once, and that an operation has trashed

var growthTasks = []growthTask{
	{"List, page 1", 0, func(of *letters, _ int) (time.Duration, error) { return of.list("") }},
	{"List, page 1,000", (farPage + 1) * pageSize, func(of *letters, _ int) (time.Duration, error) {
		if of.far == "" {
			trash, err := softdelete.OpenTrash(of.db)
			if err != nil {
				return 0, err
			}
			before, err := trash.List(context.Background(), softdelete.ListOptions{Limit: (farPage - 1) * pageSize})
			if err != nil {
				return 0, err
			}
			of.far = before.Next
		}
		return of.list(of.far)
	}},
	{"live read by key", 0, (*letters).readLive},
	{"Undo of 1,000 rows", 0, (*letters).undo},
	{"Empty, a batch of 1,000", 0, func(of *letters, _ int) (time.Duration, error) { return of.empty() }},
	{"Stats", 0, func(of *letters, _ int) (time.Duration, error) { return of.stats() }},
}

// timed is how long fn takes.
func timed(fn func() error) (time.Duration, error) {
	runtime.GC()
	start := time.Now()
	err := fn()
	return time.Since(start), err
}

// repeats is how often what takes little is done in a turn.
const repeats = 20

func (l *letters) list(after string) (time.Duration, error) {
	trash, err := softdelete.OpenTrash(l.db)
	if err != nil {
		return 0, err
	}
	took, err := timed(func() error {
		for range repeats {
			if _, err := page(trash, after); err != nil {
				return err
			}
		}
		return nil
	})
	return took / repeats, err
}

func (l *letters) readLive(round int) (time.Duration, error) {
	keys := rand.New(rand.NewPCG(uint64(round+growthWarmUps), 1)) //nolint:gosec // any number will do
	took, err := timed(func() error {
		for range repeats {
			var letter Letter
			if err := expect(l.db.Take(&letter, l.liveID(keys.IntN(l.trashed/trashedPerLive))), 1); err != nil {
				return err
			}
		}
		return nil
	})
	return took / repeats, err
}

// undo takes an operation back, each round another one, and puts its rows into the trash again.
func (l *letters) undo(round int) (time.Duration, error) {
	operation := (round + growthWarmUps + 1) * 7919 % (l.trashed / batchOf)
	took, err := timed(func() error {
		got, err := softdelete.Undo(l.db, operationID(operation))
		if err == nil && got.Rows["letters"] != batchOf {
			err = fmt.Errorf("%d rows came back, not %d", got.Rows["letters"], batchOf)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return took, l.trashAgain(operation)
}

// empty removes the oldest rows, and makes them anew.
func (l *letters) empty() (time.Duration, error) {
	took, err := timed(func() error {
		got, err := softdelete.Of[Letter](l.db).Empty(context.Background(), softdelete.EmptyOptions{OlderThan: age, BatchSize: batchOf, MaxRows: batchOf})
		if err == nil && got.Rows["letters"] != batchOf {
			err = fmt.Errorf("%d rows were removed, not %d", got.Rows["letters"], batchOf)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return took, l.writeAgain(0)
}

func (l *letters) stats() (time.Duration, error) {
	trash, err := softdelete.OpenTrash(l.db)
	if err != nil {
		return 0, err
	}
	return timed(func() error {
		got, err := trash.Stats(context.Background())
		if err == nil && (len(got) != 1 || got[0].Trashed != int64(l.trashed)) {
			err = fmt.Errorf("not %d rows in one table: %v", l.trashed, got)
		}
		return err
	})
}

// operationID is the deletion_id of operation number n.
func operationID(n int) uuid.UUID {
	return uuid.MustParse(fmt.Sprintf("%s%012d", operationPrefix, n))
}

const operationPrefix = "00000000-0000-7000-8000-"
