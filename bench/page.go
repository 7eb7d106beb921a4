package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
	"github.com/gorm-softdelete/softdelete/bench/internal/report"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// Writer, Book and Loan are what the trash page shows. Each operation has trashed a writer with ten books, and ten loans of each.
type Writer struct {
	ID    uint
	Name  string
	Books []Book `softdelete:"cascade"`
	softdelete.Tracked
}

// Book hangs on an Writer.
type Book struct {
	ID       uint
	WriterID uint `gorm:"index"`
	Title    string
	Loans    []Loan `softdelete:"cascade"`
	softdelete.Tracked
}

// Loan hangs on a Book.
type Loan struct {
	ID     uint
	BookID uint `gorm:"index"`
	Reader string
	softdelete.Tracked
}

// library is how many writers are in the trash; one for every ten of them is live.
type library struct{ writers int }

const rowsPerWriter = 1 + 10 + 100

// fill makes the rows: operations of the last 40 days, by three people, for one of four reasons, one of them rare.
func (l library) fill(db *gorm.DB) error {
	models := []any{&Writer{}, &Book{}, &Loan{}}
	// The row with number k of its writer's n-th.
	trash := func(writer string) string {
		return "CASE WHEN " + writer + " % 11 <> 0 THEN now() - make_interval(secs => 40 * 86400.0 * " + writer + " / ?) END," +
			" CASE WHEN " + writer + " % 11 <> 0 THEN (ARRAY['ana', 'ben', 'chris'])[1 + " + writer + " % 3] END," +
			" CASE WHEN " + writer + " % 11 <> 0 THEN CASE WHEN " + writer + " % 5000 = 1 THEN 'a rare reason' ELSE (ARRAY['duplicate entry', 'spam', 'asked for by mail'])[1 + " + writer + " % 3] END END," +
			" CASE WHEN " + writer + " % 11 <> 0 THEN CAST('" + operationPrefix + "' || lpad(CAST(" + writer + " AS text), 12, '0') AS uuid) END"
	}
	const columns = ", deleted_at, deleted_by, delete_reason, deletion_id)"
	all := l.writers * 11 / 10
	return perform(
		func() error { return db.AutoMigrate(models...) },
		func() error {
			return db.Exec("INSERT INTO writers (id, name"+columns+" SELECT i, 'Writer number ' || i, "+trash("i")+" FROM generate_series(1, ?) i", all, all).Error
		},
		func() error {
			return db.Exec("INSERT INTO books (id, writer_id, title"+columns+" SELECT i, 1 + (i - 1) / 10, 'Book number ' || i, "+trash("(1 + (i - 1) / 10)")+" FROM generate_series(1, ?) i", all, 10*all).Error
		},
		func() error {
			return db.Exec("INSERT INTO loans (id, book_id, reader"+columns+" SELECT i, 1 + (i - 1) / 10, 'Reader number ' || i, "+trash("(1 + (i - 1) / 100)")+" FROM generate_series(1, ?) i", all, 100*all).Error
		},
		func() error { return softdelete.AutoMigrate(db, models...) },
		func() error { return settleTables(db, []string{"writers", "books", "loans"}) },
	)
}

// pageRequests are the pages that people open, by what the table calls them.
func (l library) pageRequests(trash *softdelete.Trash) ([][2]string, error) {
	far, err := trash.List(context.Background(), softdelete.ListOptions{Limit: (farPage - 1) * pageSize})
	if err != nil {
		return nil, err
	}
	operations, err := trash.Deletions(context.Background(), softdelete.ListOptions{Limit: (farPage - 1) * pageSize / 10})
	if err != nil {
		return nil, err
	}
	writer, id := l.writers/2, operationID(l.writers/2)
	for writer%11 == 0 {
		writer, id = writer+1, operationID(writer+1)
	}
	several := url.Values{"op": {"restore"}}
	for i := 1; len(several["item"]) < pageSize; i++ {
		if i%11 != 0 {
			several.Add("item", fmt.Sprintf("writers/%d", i))
		}
	}
	return [][2]string{
		{"overview", ""},
		{"rows", "rows"},
		{"rows of one model", "rows?model=loans"},
		{"rows, page 1,000", "rows?after=" + far.Next},
		{"rows by one actor", "rows?actor=ana"},
		{"rows of a day", "rows?since=" + time.Now().AddDate(0, 0, -10).Format(time.DateOnly) + "&until=" + time.Now().AddDate(0, 0, -9).Format(time.DateOnly)},
		{"rows for a usual reason", "rows?reason=spam"},
		{"rows for a rare reason", "rows?reason=rare"},
		{"rows for a reason that none has", "rows?reason=nobody"},
		{"500 rows", "rows?limit=500"},
		{"a row", fmt.Sprintf("rows/writers/%d", writer)},
		{"operations", "deletions"},
		{"operations, page 100", "deletions?after=" + operations.Next},
		{"operations by one actor", "deletions?actor=ana"},
		{"an operation", "deletions/" + id.String()},
		{"preview of a restore", fmt.Sprintf("preview?op=restore&item=writers/%d", writer)},
		{"preview of a restore of 50", "preview?" + several.Encode()},
		{"preview of a purge", fmt.Sprintf("preview?op=purge&item=writers/%d", writer)},
		{"preview of an undo", "preview?op=undo&id=" + id.String()},
		{"preview of an empty, few rows", "preview?op=empty&older_than=958h"},
		{"preview of an empty, half", "preview?op=empty&older_than=480h"},
	}, nil
}

// measurePage measures the pages of the trash page, on PostgreSQL: how many statements each sends, and how long it takes, as a page
// and where each row is asked for.
func measurePage(trashed, rounds int) (report.Table, error) {
	l := library{trashed / rowsPerWriter}
	t := report.Table{
		Title: fmt.Sprintf("The trash page over %d rows in three tables on PostgreSQL, median of %d rounds", l.writers*rowsPerWriter, rounds),
		Head:  []string{"page", "statements, all allowed", "ms", "statements, Authorize", "ms"},
		Texts: 1,
	}
	err := harness.Within(func(tb testing.TB) error {
		tb.Helper()
		open := testdb.OpenerFor(tb, "postgres")
		fmt.Fprintf(os.Stderr, "page: making the rows\n")
		db, aside := open(tb), open(tb)
		for _, handle := range []*gorm.DB{db, aside} {
			if err := handle.Use(softdelete.New(softdelete.Config{Models: []any{&Writer{}, &Book{}, &Loan{}}})); err != nil {
				return err
			}
		}
		if err := l.fill(aside); err != nil {
			return err
		}
		count, err := countOf(db)
		if err != nil {
			return err
		}
		trash, err := softdelete.OpenTrash(db)
		if err != nil {
			return err
		}
		requests, err := l.pageRequests(trash)
		if err != nil {
			return err
		}
		trash = trash.WithRetention(age)
		var pages []http.Handler
		for _, options := range []trashui.Options{
			{AllowAll: true},
			{Authorize: func(*http.Request, trashui.Action, trashui.Target) error { return nil }},
		} {
			page, err := trashui.New(trash, options)
			if err != nil {
				return err
			}
			pages = append(pages, page)
		}
		for _, request := range requests {
			fmt.Fprintf(os.Stderr, "page: %s\n", request[0])
			row := []string{request[0]}
			for _, page := range pages {
				statements, took, err := openPage(page, request[1], count, rounds)
				if err != nil {
					return fmt.Errorf("%s: %w", request[0], err)
				}
				row = append(row, fmt.Sprint(statements), fmt.Sprintf("%.1f", took))
			}
			t.Rows = append(t.Rows, row)
		}
		return nil
	})
	return t, err
}

// openPage opens a page so many times, and twice before: how many statements that sends, and how many milliseconds it takes.
func openPage(page http.Handler, target string, count *atomic.Int64, rounds int) (statements int64, took float64, err error) {
	var times []float64
	for round := -2; round < rounds; round++ {
		r := httptest.NewRequest(http.MethodGet, "/"+target, nil)
		w := httptest.NewRecorder()
		before, start := count.Load(), time.Now()
		page.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			return 0, 0, fmt.Errorf("GET %s: %d: %s", target, w.Code, w.Body)
		}
		if round >= 0 {
			times = append(times, float64(time.Since(start))/float64(time.Millisecond))
		}
		statements = count.Load() - before
	}
	return statements, report.Median(times), nil
}
