package softdelete_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// One row by its key, which may be text, as it comes from a URL or a command line.
func ExampleTrash_Item() {
	ctx := context.Background()
	trash := wholeTrash(trashedBooks())
	item, err := trash.Item(ctx, "books", "1")
	fmt.Println(item.Model, item.Key, "trashed by", item.By, err)

	_, err = trash.Item(ctx, "books", 3)
	fmt.Println("a live one:", errors.Is(err, softdelete.ErrNotFound))
	_, err = trash.Item(ctx, "books", "1 OR 1=1")
	fmt.Println("no number:", errors.Is(err, gorm.ErrInvalidValue))
	// Output:
	// Book [1] trashed by ana <nil>
	// a live one: true
	// no number: true
}

// A part of the trash, such as a tenant's: what is not in it cannot be seen, restored or removed by it.
func ExampleTrash_Scopes() {
	ctx := context.Background()
	trash := wholeTrash(trashedBooks())
	first := trash.Scopes(func(db *gorm.DB) *gorm.DB {
		switch db.Statement.Model.(type) {
		case *Page:
			return db.Where("book_id = ?", 1)
		default:
			return db.Where("id = ?", 1)
		}
	})
	stats, err := first.Stats(ctx)
	for _, stat := range stats {
		fmt.Print(stat.Table, ": ", stat.Trashed, "  ")
	}
	fmt.Println(err)

	_, err = first.Item(ctx, "books", 2)
	fmt.Println("another's:", errors.Is(err, softdelete.ErrNotFound))
	report, err := first.Empty(ctx, softdelete.EmptyOptions{All: true})
	printReport(report.Rows, err)
	// Output:
	// books: 1  pages: 2  postcards: 1  <nil>
	// another's: true
	// books: 1  pages: 2  postcards: 1  error: <nil>
}

// A part of the trash that holds for what goes along, too: a book does not come back if a page that is outside would.
func ExampleTrash_Within() {
	ctx := context.Background()
	trash := wholeTrash(trashedBooks())
	book, err := trash.Item(ctx, "books", 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, last := range []int{1, 1000} {
		_, err := trash.Within(func(db *gorm.DB) *gorm.DB { return db.Where("id <= ?", last) }).Preview(ctx, softdelete.OpRestore, book)
		fmt.Println("up to", last, "– out of scope:", errors.Is(err, softdelete.ErrOutOfScope))
	}
	// Output:
	// up to 1 – out of scope: true
	// up to 1000 – out of scope: false
}

// How much there is, without counting further than a page would show.
func ExampleTrash_Glance() {
	glances, err := wholeTrash(trashedBooks()).Glance(context.Background(), softdelete.GlanceOptions{Most: 3})
	for _, g := range glances {
		more := ""
		if g.More {
			more = "more than "
		}
		fmt.Print(g.Table, ": ", more, g.Trashed, "  ")
	}
	fmt.Println(err)
	// Output:
	// books: 2  pages: more than 3  postcards: 1  <nil>
}

// One operation by its id, with what of it is in the trash now.
func ExampleTrash_Deletion() {
	ctx := context.Background()
	trash := wholeTrash(trashedBooks())
	item, err := trash.Item(ctx, "pages", 3)
	fmt.Println(item.Model, item.Key, err)

	d, err := trash.Deletion(ctx, item.DeletionID)
	fmt.Println("trashed along by", d.By, "with books:", d.Rows["books"], "pages:", d.Rows["pages"], err)

	_, err = trash.Deletion(ctx, uuid.New())
	fmt.Println("unknown:", errors.Is(err, softdelete.ErrNotFound))
	// Output:
	// Page [3] <nil>
	// trashed along by ben with books: 1 pages: 2 <nil>
	// unknown: true
}

// A retention for the models that have none of their own, of which Stats tells what is overdue.
func ExampleTrash_WithRetention() {
	stats, err := wholeTrash(trashedBooks()).WithRetention(8 * 24 * time.Hour).Stats(context.Background())
	for _, stat := range stats {
		fmt.Println(stat.Table, "are kept for", stat.Retention, "overdue:", stat.Overdue, "of", stat.Trashed)
	}
	fmt.Println(err)
	// Output:
	// books are kept for 192h0m0s overdue: 1 of 2
	// pages are kept for 192h0m0s overdue: 2 of 4
	// postcards are kept for 168h0m0s overdue: 1 of 1
	// <nil>
}

// What an Empty would remove.
func ExampleTrash_PreviewEmpty() {
	report, err := wholeTrash(trashedBooks()).PreviewEmpty(context.Background(), softdelete.EmptyOptions{OlderThan: 8 * 24 * time.Hour})
	printReport(report.Rows, err)
	// Output: books: 1  pages: 2  postcards: 1  error: <nil>
}

// Which tables cannot tell by which operation their rows were trashed.
func ExampleDeletionPage() {
	page, err := wholeTrash(trashedBooks()).Deletions(context.Background(), softdelete.ListOptions{})
	fmt.Println(len(page.Items), "operations, and untold:", page.Untold, err)
	// Output: 2 operations, and untold: [postcards] <nil>
}
