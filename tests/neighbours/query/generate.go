//go:build ignore

// This program writes the package with gorm.io/gen: go run query/generate.go
package main

import (
	"github.com/glebarez/sqlite"
	"gorm.io/gen"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
)

func main() {
	db, err := gorm.Open(sqlite.Open(":memory:"))
	if err != nil {
		panic(err)
	}
	g := gen.NewGenerator(gen.Config{OutPath: "query"})
	g.UseDB(db)
	g.ApplyBasic(beside.Author{}, beside.Book{})
	g.Execute()
}
