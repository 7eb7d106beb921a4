package main

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

const (
	authors        = 50
	postsPerAuthor = 10

	// scratch is the author of the posts that a case makes, which are removed after each round.
	scratch = authors + 1
)

// Author is the parent of the Preload case.
type Author struct {
	gorm.Model
	Name  string
	Email string
	Posts []Post
}

// Post is what most cases are about.
type Post struct {
	gorm.Model
	AuthorID uint `gorm:"index"`
	Title    string
	Body     string
	Views    int
}

// fill makes the tables: the authors, their posts, every tenth of them trashed beside, and the author of the scratch rows.
func fill(db *gorm.DB) error {
	if err := db.AutoMigrate(&Author{}, &Post{}); err != nil {
		return err
	}
	list := make([]Author, scratch)
	for i := range list {
		list[i] = Author{Name: fmt.Sprintf("Author %d", i), Email: fmt.Sprintf("author%d@example.com", i)}
	}
	if err := db.Create(&list).Error; err != nil {
		return err
	}
	posts := make([]Post, 0, authors*(postsPerAuthor+1))
	for i := range authors * postsPerAuthor {
		posts = append(posts, newPost(list[i/postsPerAuthor].ID))
	}
	for i := range authors {
		trashed := newPost(list[i].ID)
		trashed.DeletedAt = gorm.DeletedAt{Time: time.Now(), Valid: true}
		posts = append(posts, trashed)
	}
	return db.CreateInBatches(&posts, 100).Error
}

func newPost(author uint) Post {
	return Post{AuthorID: author, Title: "A title", Body: "Some text, as long as the first lines of a post are.", Views: 1}
}

// benchCase is one statement to measure.
type benchCase struct {
	name string

	// prepare makes what n runs need, outside of the timing. May be nil.
	prepare func(db *gorm.DB, n int) error

	// op is run number i. It has to fail if it does not do what it is there for.
	op func(db *gorm.DB, i int) error
}

func cases() []benchCase {
	return []benchCase{
		{name: "First by key", op: func(db *gorm.DB, i int) error {
			var post Post
			return expect(db.First(&post, postID(i)), 1)
		}},
		{name: "Find of 100", op: func(db *gorm.DB, _ int) error {
			var posts []Post
			return expect(db.Where("author_id <= ?", 100/postsPerAuthor).Find(&posts), 100)
		}},
		{name: "Count", op: func(db *gorm.DB, i int) error {
			var n int64
			return expect(db.Model(&Post{}).Where("author_id = ?", i%authors+1).Count(&n), 1)
		}},
		{name: "Preload 50 × 10", op: func(db *gorm.DB, _ int) error {
			var list []Author
			return expect(db.Preload("Posts").Where("id <= ?", authors).Find(&list), authors)
		}},
		deleteByKey(),
		{name: "Updates by a map", op: func(db *gorm.DB, i int) error {
			post := Post{Model: gorm.Model{ID: postID(i)}}
			return expect(db.Model(&post).Updates(map[string]any{"title": "Another title", "views": i}), 1)
		}},
		{name: "Updates by a struct", op: func(db *gorm.DB, i int) error {
			post := Post{Model: gorm.Model{ID: postID(i)}}
			return expect(db.Model(&post).Updates(Post{Title: "Another title", Views: i + 1}), 1)
		}},
		{name: "Create", op: func(db *gorm.DB, _ int) error {
			post := newPost(scratch)
			return expect(db.Create(&post), 1)
		}},
	}
}

// deleteByKey deletes rows that are there for it, each once.
func deleteByKey() benchCase {
	var posts []Post
	return benchCase{
		name: "Delete by key",
		prepare: func(db *gorm.DB, n int) error {
			posts = make([]Post, n)
			for i := range posts {
				posts[i] = newPost(scratch)
			}
			return db.CreateInBatches(&posts, 100).Error
		},
		op: func(db *gorm.DB, i int) error { return expect(db.Delete(&Post{}, posts[i].ID), 1) },
	}
}

// postID is the key of one of the live posts that fill made.
func postID(i int) uint { return uint(i%(authors*postsPerAuthor)) + 1 } //nolint:gosec // it is small and not negative

// expect returns the error of a statement, or one if it met another number of rows.
func expect(tx *gorm.DB, rows int64) error {
	if tx.Error == nil && tx.RowsAffected != rows {
		return fmt.Errorf("%d rows, not %d", tx.RowsAffected, rows)
	}
	return tx.Error
}

// sweep removes the scratch rows for good.
func sweep(db *gorm.DB) error {
	return db.Exec("DELETE FROM posts WHERE author_id = ?", scratch).Error
}
