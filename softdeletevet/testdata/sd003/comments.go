package sd003 // want package:"tables comments events notes posts sessions shop_orders tags tickets"

import (
	"example.com/shop/models"
	"gorm.io/gorm/clause"
)

// Query has SQL for GORM CLI.
type Query[T models.Post] interface {
	// SELECT * FROM @@table WHERE id=@id // want `^SD003: the SQL of this comment reads posts`
	ByID(id int) (T, error)

	// Title changes one.
	//
	// UPDATE @@table // want `^SD003: the SQL of this comment writes to posts`
	// {{set}} {{if title != ""}} title=@title {{end}} {{end}}
	// WHERE id=@id
	Title(id int, title string) error

	// SELECT * FROM @@table
	// WHERE id=@id
	//softdelete:allow SD003 the audit reads all
	Allowed(id int) (T, error)

	// SELECT * FROM @@table {{where}} {{if id > 0}} id=@id AND deleted_at IS NULL {{end}} {{end}}
	LiveByID(id int) (T, error)

	// SELECT * FROM @@table WHERE id=@id AND @live
	Given(id int, live clause.Expression) (T, error)

	// SELECT * FROM @@table /* softdelete:ok */ WHERE id=@id
	Meant(id int) (T, error)

	// Select posts FROM posts, in words.
	Words() error

	// where("name = @name")
	Named(name string) ([]T, error)
}

// Other may be for any model.
type Other[T any] interface {
	// SELECT * FROM @@table WHERE id=@id
	ByID(id int) (T, error)

	// SELECT count(*) FROM comments WHERE id=@id // want `^SD003: the SQL of this comment reads comments`
	Comments(id int) (int, error)
}

// Querier is one of gen.
type Querier interface {
	// SELECT * FROM @@table WHERE title = @title{{if id > 0}} AND id = @id{{end}} // want `^SD003: .* reads shop_orders`
	Find(title string, id int) ([]models.Order, error)
}

type generator struct{}

func (generator) ApplyInterface(f any, models ...any) {}

func generate(g generator) { g.ApplyInterface(func(Querier) {}, models.Order{}) }

// Instance is one that the package itself uses.
type Instance[T any] interface {
	// DELETE FROM @@table WHERE id = @id // want `^SD003: .* removes rows of notes for good`
	Drop(id int) error
}

var _ Instance[models.Note]

// Store is an ordinary interface, whose comment tells what a method runs.
type Store interface {
	// All runs
	//
	// SELECT * FROM posts ORDER BY id
	All() error
}
