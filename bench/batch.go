package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
	"github.com/gorm-softdelete/softdelete/bench/internal/report"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

const (
	fewBatches = 10
	fewRows    = 1000 // of a batch
)

// measureBatches measures the first batches of emptying a table by how many of its rows are in the trash, on PostgreSQL.
func measureBatches(trashes []int, rounds int) (report.Table, error) {
	t := report.Table{
		Title: fmt.Sprintf("A batch of %d files on PostgreSQL by how many are in the trash, mean of the first %d, median of %d rounds", fewRows, fewBatches, rounds),
		Head:  []string{"files in the trash", "by hand µs", "plugin µs"},
	}
	err := harness.Within(func(tb testing.TB) error {
		tb.Helper()
		open := testdb.OpenerFor(tb, "postgres")
		aside, hand, plugin := open(tb), open(tb), open(tb)
		for _, db := range []*gorm.DB{aside, plugin} {
			if err := db.Use(softdelete.New(softdelete.Config{Models: []any{&Folder{}, &File{}}})); err != nil {
				return err
			}
		}
		for _, files := range trashes {
			folders := files / filesPerFolder
			took := map[*gorm.DB][]time.Duration{}
			order := []*gorm.DB{hand, plugin}
			for round := range rounds {
				fmt.Fprintf(os.Stderr, "batch: %d files: round %d of %d\n", files, round+1, rounds)
				for _, db := range order {
					if err := (cabinet{folders: folders, due: folders}).open(aside); err != nil {
						return fmt.Errorf("making the rows: %w", err)
					}
					spent, err := firstBatches(db, db == hand)
					if err != nil {
						return err
					}
					took[db] = append(took[db], spent/fewBatches)
				}
				slices.Reverse(order)
			}
			t.Rows = append(t.Rows, []string{strconv.Itoa(files), report.Microseconds(took[hand]), report.Microseconds(took[plugin])})
		}
		return nil
	})
	return t, err
}

// firstBatches empties the first of the files, and returns how long that took.
func firstBatches(db *gorm.DB, byHand bool) (time.Duration, error) {
	ctx := context.Background()
	runtime.GC()
	start := time.Now()
	var n int64
	var err error
	if byHand {
		pool, failed := db.DB()
		if failed != nil {
			return 0, failed
		}
		n, err = emptyTableByHand(ctx, pool, filesByHand, time.Now().Add(-age), fewRows, fewBatches)
	} else {
		var report softdelete.EmptyReport
		report, err = softdelete.Of[File](db).Empty(ctx, softdelete.EmptyOptions{OlderThan: age, BatchSize: fewRows, MaxRows: fewRows * fewBatches})
		n = report.Rows["files"]
	}
	if err == nil && n != fewRows*fewBatches {
		err = fmt.Errorf("%d rows were removed, not %d", n, fewRows*fewBatches)
	}
	return time.Since(start), err
}
