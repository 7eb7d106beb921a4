package neighbours_test

import (
	"context"
	"fmt"

	"github.com/glebarez/sqlite"
	"gorm.io/gen/field"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
	"github.com/gorm-softdelete/softdelete/tests/neighbours/query"
)

// isLive is the filter of a model as an expression of gen's, for a table or alias of SQL that gen or you have written.
func isLive(model any, table string) field.Expr {
	return field.NewUnsafeFieldRaw("?", softdelete.Live(model, table))
}

func Example_liveInGen() {
	db, err := gorm.Open(sqlite.Open(":memory:"), &gorm.Config{})
	must(err)
	must(db.Use(softdelete.New(softdelete.Config{Models: []any{&beside.Author{}, &beside.Book{}}})))
	must(db.AutoMigrate(&beside.Author{}, &beside.Book{}))
	must(db.Create(&[]beside.Author{{ID: 1, Name: "ana", Books: []beside.Book{{ID: 1}, {ID: 2}}}, {ID: 2, Name: "ben", Books: []beside.Book{{ID: 3}}}}).Error)
	must(db.Delete(&beside.Book{}, []uint{2, 3}).Error)
	q, ctx := query.Use(db), context.Background()

	// A join by gen is filtered as it stands.
	var names []string
	must(q.Author.WithContext(ctx).Join(q.Book, q.Book.AuthorID.EqCol(q.Author.ID)).Select(q.Author.Name).Scan(&names))
	fmt.Println("with live books:", names)

	// SQL of your own is not: a condition says it.
	var authors []struct {
		Name  string
		Books int
	}
	books := field.NewUnsafeFieldRaw("(SELECT count(*) FROM books AS b WHERE b.author_id = authors.id AND ?)", softdelete.Live(&beside.Book{}, "b"))
	must(q.Author.WithContext(ctx).Select(q.Author.Name, books.As("books")).Order(q.Author.ID).Scan(&authors))
	fmt.Println("counted:", authors)

	// Under WithTrashed, which of them are live.
	all := query.Use(db.Scopes(softdelete.WithTrashed))
	n, err := all.Book.WithContext(ctx).Count()
	must(err)
	live, err := all.Book.WithContext(ctx).Where(isLive(&beside.Book{}, "books")).Count()
	must(err)
	fmt.Println("books:", n, "live:", live)
	// Output:
	// with live books: [ana]
	// counted: [{ana 1} {ben 0}]
	// books: 3 live: 1
}
