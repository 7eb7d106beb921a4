package main

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
	"github.com/gorm-softdelete/softdelete/bench/internal/report"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

const (
	pageSize = 50
	farPage  = 1000
)

// measureList compares the first page of the trash with a far one, on PostgreSQL, of two tables that have a due of a shop for
// every three of the items.
func measureList(items, rounds int) (report.Table, error) {
	of := shop{due: items / (1 + linesPerDue)}
	var first, far []time.Duration
	err := harness.Within(func(tb testing.TB) error {
		tb.Helper()
		open := testdb.OpenerFor(tb, "postgres")
		fmt.Fprintf(os.Stderr, "list: making the rows\n")
		if err := of.open(open(tb)); err != nil {
			return err
		}
		db := open(tb)
		if err := db.Use(softdelete.New()); err != nil {
			return err
		}
		trash, err := softdelete.OpenTrash(db, &Order{}, &OrderLine{})
		if err != nil {
			return err
		}
		before, err := walk(trash, farPage-1)
		if err != nil {
			return err
		}
		for round := range 2 * rounds {
			after, times := "", &first
			if round%4 == 1 || round%4 == 2 { // near, far, far, near: neither is always the first.
				after, times = before, &far
			}
			start := time.Now()
			if _, err := page(trash, after); err != nil {
				return err
			}
			*times = append(*times, time.Since(start))
		}
		return nil
	})
	if err != nil {
		return report.Table{}, err
	}
	return report.Table{
		Title: fmt.Sprintf("Pages of %d of %d trashed rows in two tables on PostgreSQL", pageSize, of.trashed()),
		Head:  []string{"page 1 µs", fmt.Sprintf("page %d µs", farPage), fmt.Sprintf("page %d : page 1", farPage)},
		Rows:  [][]string{{report.Microseconds(first), report.Microseconds(far), fmt.Sprintf("%.2f", report.Ratio(far, first))}},
	}, nil
}

// walk turns over so many pages and returns where the next begins.
func walk(trash *softdelete.Trash, pages int) (string, error) {
	fmt.Fprintf(os.Stderr, "list: turning %d pages\n", pages)
	after := ""
	for range pages {
		next, err := page(trash, after)
		if err != nil {
			return "", err
		}
		after = next
	}
	return after, nil
}

// page lists one page and returns where the next begins. It fails if the page is not full, or the last.
func page(trash *softdelete.Trash, after string) (string, error) {
	got, err := trash.List(context.Background(), softdelete.ListOptions{Limit: pageSize, After: after})
	if err == nil && (len(got.Items) != pageSize || got.Next == "") {
		err = fmt.Errorf("a page of %d rows, followed by %q", len(got.Items), got.Next)
	}
	return got.Next, err
}
