package softdelete_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
)

// Book has pages, which go along with it.
type Book struct {
	ID    uint
	Title string
	Pages []Page `softdelete:"cascade"`
	softdelete.Tracked
}

// Page is a page of a book.
type Page struct {
	ID     uint
	BookID uint
	Text   string
	softdelete.Tracked
}

// Postcard is kept in the trash for a week.
type Postcard struct {
	ID   uint
	Text string
	softdelete.Timestamp
}

func (Postcard) TrashRetention() time.Duration { return 7 * 24 * time.Hour }

// stoppedClock is a NowFunc that stands still until it is moved.
type stoppedClock struct{ at time.Time }

func (c *stoppedClock) now() time.Time          { return c.at }
func (c *stoppedClock) advance(d time.Duration) { c.at = c.at.Add(d) }

// openBookcase opens a database in memory with three books of two pages each, and two postcards.
func openBookcase(clock *stoppedClock, config softdelete.Config) *gorm.DB {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{Logger: logger.Discard, NowFunc: clock.now})
	if err != nil {
		log.Fatal(err)
	}
	pool, err := db.DB()
	if err != nil {
		log.Fatal(err)
	}
	pool.SetMaxOpenConns(1) // each connection would have a memory of its own
	config.Models = []any{&Book{}, &Page{}, &Postcard{}}
	if err := db.Use(softdelete.New(config)); err != nil {
		log.Fatal(err)
	}
	if err := db.AutoMigrate(config.Models...); err != nil {
		log.Fatal(err)
	}
	for _, title := range []string{"Tea", "Rain", "Sleep"} {
		if err := db.Create(&Book{Title: title, Pages: []Page{{Text: "one"}, {Text: "two"}}}).Error; err != nil {
			log.Fatal(err)
		}
	}
	if err := db.Create([]Postcard{{Text: "from Rome"}, {Text: "from Oslo"}}).Error; err != nil {
		log.Fatal(err)
	}
	return db
}

// trashedBooks is openBookcase after three deletes: of the book on tea by Ana on the 1st of March, of a postcard on the 2nd, and
// of the book on rain by Ben on the 3rd. It is now the 10th of March.
func trashedBooks() *gorm.DB {
	clock := &stoppedClock{time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	db := openBookcase(clock, softdelete.Config{})
	by := func(actor string) *gorm.DB { return db.WithContext(softdelete.WithActor(context.Background(), actor)) }
	tea := by("ana").Where("title = ?", "Tea").Delete(&Book{})
	clock.advance(24 * time.Hour)
	card := db.Delete(&Postcard{}, 1)
	clock.advance(24 * time.Hour)
	rain := by("ben").Where("title = ?", "Rain").Delete(&Book{})
	clock.advance(7*24*time.Hour + time.Hour)
	if err := errors.Join(tea.Error, card.Error, rain.Error); err != nil {
		log.Fatal(err)
	}
	return db
}

func wholeTrash(db *gorm.DB) *softdelete.Trash {
	trash, err := softdelete.OpenTrash(db)
	if err != nil {
		log.Fatal(err)
	}
	return trash
}

// printReport prints how many rows of each table a report is about.
func printReport(rows map[string]int64, err error) {
	for _, table := range slices.Sorted(maps.Keys(rows)) {
		fmt.Print(table, ": ", rows[table], "  ")
	}
	fmt.Println("error:", err)
}

func ExampleBin_Find() {
	books, err := softdelete.Of[Book](trashedBooks()).Find(context.Background())
	for _, book := range books {
		fmt.Println(book.Title, "was trashed by", *book.DeletedBy)
	}
	fmt.Println(err)
	// Output:
	// Tea was trashed by ana
	// Rain was trashed by ben
	// <nil>
}

func ExampleBin_Where() {
	bin := softdelete.Of[Book](trashedBooks())
	books, err := bin.Where("title LIKE ?", "R%").Find(context.Background())
	fmt.Println(len(books), books[0].Title, err)
	// Output: 1 Rain <nil>
}

func ExampleBin_Scopes() {
	bin := softdelete.Of[Book](trashedBooks())
	n, err := bin.Scopes(softdelete.TrashedBy("ana")).Count(context.Background())
	fmt.Println(n, err)
	// Output: 1 <nil>
}

func ExampleBin_Count() {
	n, err := softdelete.Of[Book](trashedBooks()).Count(context.Background())
	fmt.Println(n, err)
	// Output: 2 <nil>
}

// Restore takes keys, or the conditions of the bin. Without either it changes
// nothing: RestoreAll is what restores all.
func ExampleBin_Restore() {
	ctx := context.Background()
	bin := softdelete.Of[Book](trashedBooks())
	n, err := bin.Restore(ctx, 1)
	fmt.Println(n, err)
	_, err = bin.Restore(ctx)
	fmt.Println(errors.Is(err, gorm.ErrMissingWhereClause))
	// Output:
	// 1 <nil>
	// true
}

func ExampleBin_RestoreAll() {
	ctx := context.Background()
	db := trashedBooks()
	n, err := softdelete.Of[Book](db).RestoreAll(ctx)
	fmt.Println(n, err)

	left, err := softdelete.Of[Page](db).Count(ctx)
	fmt.Println("pages left in the trash:", left, err)
	// Output:
	// 2 <nil>
	// pages left in the trash: 0 <nil>
}

func ExampleBin_Purge() {
	db := trashedBooks()
	n, err := softdelete.Of[Book](db).Where("title = ?", "Tea").Purge(context.Background())
	fmt.Println(n, err)

	var books, pages int64
	db.Unscoped().Model(&Book{}).Count(&books)
	db.Unscoped().Model(&Page{}).Count(&pages)
	fmt.Println("left:", books, "books,", pages, "pages")
	// Output:
	// 1 <nil>
	// left: 2 books, 4 pages
}

// Empty of one model takes its rows of that age, and what hangs on them.
func ExampleBin_Empty() {
	bin := softdelete.Of[Book](trashedBooks())
	report, err := bin.Empty(context.Background(), softdelete.EmptyOptions{OlderThan: 8 * 24 * time.Hour})
	printReport(report.Rows, err)
	// Output: books: 1  pages: 2  error: <nil>
}

// The trash of all models that are registered.
func ExampleOpenTrash() {
	trash, err := softdelete.OpenTrash(trashedBooks())
	if err != nil {
		log.Fatal(err)
	}
	page, err := trash.List(context.Background(), softdelete.ListOptions{})
	fmt.Println(len(page.Items), "rows in the trash", err)
	// Output: 7 rows in the trash <nil>
}

func ExampleTrash_Stats() {
	stats, err := wholeTrash(trashedBooks()).Stats(context.Background())
	for _, stat := range stats {
		fmt.Println(stat.Table, stat.Trashed, stat.Oldest.UTC().Format(time.DateOnly), stat.Newest.UTC().Format(time.DateOnly))
	}
	fmt.Println(err)
	// Output:
	// books 2 2026-03-01 2026-03-03
	// pages 4 2026-03-01 2026-03-03
	// postcards 1 2026-03-02 2026-03-02
	// <nil>
}

// Pages of the trash, newest first: each begins after the Next of the one before.
func ExampleTrash_List() {
	trash := wholeTrash(trashedBooks())
	options := softdelete.ListOptions{Limit: 2, Models: []any{&Book{}, &Postcard{}}}
	for {
		page, err := trash.List(context.Background(), options)
		if err != nil {
			log.Fatal(err)
		}
		for _, item := range page.Items {
			fmt.Printf("%s %s %v %q\n", item.At.UTC().Format(time.DateOnly), item.Model, item.Key, item.By)
		}
		if page.Next == "" {
			break
		}
		fmt.Println("next page")
		options.After = page.Next
	}
	// Output:
	// 2026-03-03 Book [2] "ben"
	// 2026-03-02 Postcard [1] ""
	// next page
	// 2026-03-01 Book [1] "ana"
}

// An item is what is known of a row without reading it.
func ExampleItem_Load() {
	ctx := context.Background()
	page, err := wholeTrash(trashedBooks()).List(ctx, softdelete.ListOptions{Models: []any{&Book{}}, Actor: "ana"})
	if err != nil {
		log.Fatal(err)
	}
	row, err := page.Items[0].Load(ctx)
	if book, ok := row.(*Book); ok {
		fmt.Println(book.Title, err)
	}
	// Output: Tea <nil>
}

// Deletions are operations, not rows: what can be undone as one.
func ExampleTrash_Deletions() {
	page, err := wholeTrash(trashedBooks()).Deletions(context.Background(), softdelete.ListOptions{})
	for _, d := range page.Items {
		fmt.Println(d.At.UTC().Format(time.DateOnly), "by", d.By, "books:", d.Rows["books"], "pages:", d.Rows["pages"])
	}
	fmt.Println(err)
	// Output:
	// 2026-03-03 by ben books: 1 pages: 2
	// 2026-03-01 by ana books: 1 pages: 2
	// <nil>
}

func ExampleTrash_Undo() {
	ctx := context.Background()
	trash := wholeTrash(trashedBooks())
	page, err := trash.Deletions(ctx, softdelete.ListOptions{Limit: 1})
	if err != nil {
		log.Fatal(err)
	}
	undone, err := trash.Undo(ctx, page.Items[0].ID)
	printReport(undone.Rows, err)
	// Output: books: 1  pages: 2  error: <nil>
}

// RestoreAll counts all rows that came back.
func ExampleTrash_RestoreAll() {
	n, err := wholeTrash(trashedBooks()).RestoreAll(context.Background())
	fmt.Println(n, err)
	// Output: 7 <nil>
}

// A dry run says what an Empty would remove, and removes nothing.
func ExampleTrash_Empty() {
	ctx := context.Background()
	trash := wholeTrash(trashedBooks())
	options := softdelete.EmptyOptions{OlderThan: 8 * 24 * time.Hour, DryRun: true}
	report, err := trash.Empty(ctx, options)
	printReport(report.Rows, err)

	options.DryRun, options.BatchSize = false, 1
	options.Progress = func(p softdelete.Progress) { fmt.Println(p.Done, "of", p.Total) }
	report, err = trash.Empty(ctx, options)
	printReport(report.Rows, err)

	_, err = trash.Empty(ctx, softdelete.EmptyOptions{})
	fmt.Println("no age:", errors.Is(err, gorm.ErrInvalidValue))
	// Output:
	// books: 1  pages: 2  postcards: 1  error: <nil>
	// 1 of 4
	// 2 of 4
	// 3 of 4
	// 4 of 4
	// books: 1  pages: 2  postcards: 1  error: <nil>
	// no age: true
}

// Run empties the trash now and then until its context ends: here after the first
// batch, in a program when that shuts down.
func ExampleTrash_Run() {
	ctx, shutDown := context.WithCancel(context.Background())
	trash := wholeTrash(trashedBooks())
	err := trash.Run(ctx, softdelete.RunOptions{
		Every:     time.Hour,
		Retention: 30 * 24 * time.Hour, // of books and pages; postcards say so themselves
		Empty:     softdelete.EmptyOptions{Progress: func(p softdelete.Progress) { fmt.Println(p.Model, p.Done); shutDown() }},
		Logger:    slog.New(slog.DiscardHandler),
	})
	fmt.Println(err)
	// Output:
	// Postcard 1
	// context canceled
}

// A model says how long its trash is kept.
func ExampleTrashRetainer() {
	var model softdelete.TrashRetainer = Postcard{}
	fmt.Println(model.TrashRetention())
	// Output: 168h0m0s
}
