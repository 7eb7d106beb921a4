package main

import (
	"net/http"

	"gorm.io/gorm"
)

// articles are the routes of categories, articles and comments. What the endpoints do is in resource.go.
func (s *server) articles() routes {
	return routes{
		"GET /categories":               list[Category](s, nil),
		"POST /categories":              create[Category](s),
		"GET /categories/{id}":          get[Category](s),
		"PATCH /categories/{id}":        update[Category](s),
		"DELETE /categories/{id}":       remove[Category](s), // 409 while it has live articles
		"POST /categories/{id}/restore": restore(s, "categories"),

		"GET /articles":               list[Article](s, []string{"category_id", "author_id"}),
		"POST /articles":              create[Article](s),
		"GET /articles/{id}":          get[Article](s, with("Category"), with("Author"), with("Comments", shown)),
		"PATCH /articles/{id}":        update[Article](s),
		"DELETE /articles/{id}":       remove[Article](s), // its comments go along
		"POST /articles/{id}/restore": restore(s, "articles"),

		"GET /comments":                list[Comment](s, []string{"article_id", "author_id"}, shown),
		"POST /articles/{id}/comments": create(s, below),
		"GET /comments/{id}":           get[Comment](s, shown),
		"PATCH /comments/{id}":         update[Comment](s, shown),
		"DELETE /comments/{id}":        remove[Comment](s, shown),
		"POST /comments/{id}/restore":  restore(s, "comments"),
	}
}

// below puts a new comment below the article that its path names.
func below(r *http.Request, tx *gorm.DB, comment *Comment) error {
	comment.ArticleID = id(r)
	return tx.Select("id").First(&Article{}, comment.ArticleID).Error
}
