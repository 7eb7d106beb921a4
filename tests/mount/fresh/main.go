// A program with a page for its trash.
package main

import (
	"log"
	"net/http"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/trashui"
)

type Post struct {
	ID    uint
	Title string
	softdelete.Tracked
}

func main() {
	db, err := gorm.Open(sqlite.Open("app.db"), &gorm.Config{})
	if err != nil {
		log.Fatal(err)
	}
	if err := db.Use(softdelete.New(softdelete.Config{Models: []any{&Post{}}})); err != nil {
		log.Fatal(err)
	}
	if err := softdelete.AutoMigrate(db); err != nil {
		log.Fatal(err)
	}
	db.Create(&Post{Title: "Hello"})
	db.Delete(&Post{}, "title = ?", "Hello")

	trash, err := softdelete.OpenTrash(db)
	if err != nil {
		log.Fatal(err)
	}
	page, err := trashui.New(trash, trashui.Options{AllowAll: true}) // to try it; see below for who may do what
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("/admin/trash/", page)
	log.Println("http://localhost:8080/admin/trash/")
	log.Fatal(http.ListenAndServe("localhost:8080", nil))
}
