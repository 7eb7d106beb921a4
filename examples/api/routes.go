package main

import (
	"net/http"

	"gorm.io/gorm"
)

// routes are the whole service, but for the trash page. What the endpoints do is in resource.go and trash.go.
func (s *server) routes() map[string]endpoint {
	return map[string]endpoint{
		"GET /categories":               list[Category](s, nil),
		"POST /categories":              create[Category](s),
		"GET /categories/{id}":          get[Category](s),
		"PATCH /categories/{id}":        update[Category](s),
		"DELETE /categories/{id}":       remove[Category](s), // 409 while it has live articles
		"POST /categories/{id}/restore": restore(s, "categories"),

		// To deactivate a user is a delete: what is theirs goes along, and comes back along. Meanwhile the e-mail is free.
		"GET /users":                  list[User](s, nil),
		"POST /users":                 create[User](s),
		"GET /users/{id}":             get[User](s),
		"PATCH /users/{id}":           update[User](s),
		"POST /users/{id}/deactivate": remove[User](s),
		"POST /users/{id}/reactivate": restore(s, "users"),

		"GET /articles":               list[Article](s, []string{"category_id", "author_id"}),
		"POST /articles":              create[Article](s),
		"GET /articles/{id}":          get[Article](s, whole),
		"PATCH /articles/{id}":        update[Article](s),
		"DELETE /articles/{id}":       remove[Article](s), // its comments go along
		"POST /articles/{id}/restore": restore(s, "articles"),

		"GET /comments":                list[Comment](s, []string{"article_id", "author_id"}, shown),
		"POST /articles/{id}/comments": create(s, below),
		"GET /comments/{id}":           get[Comment](s, shown),
		"PATCH /comments/{id}":         update[Comment](s, shown),
		"DELETE /comments/{id}":        remove[Comment](s, shown),
		"POST /comments/{id}/restore":  restore(s, "comments"),

		// A deletion is one operation: a delete with all that went along.
		"GET /deletions":      s.listDeletions, // ?actor=ana
		"GET /deletions/{id}": s.getDeletion,
		"GET /undo":           s.listUndo,
		"POST /undo/{id}":     s.undoOne,
		"POST /undo":          s.undoAll,
		"GET /audit":          list[AuditEntry](s, nil),
	}
}

// whole loads an article's relations along. It is read with its author and category by one statement: it is not there without them.
func whole(tx *gorm.DB) *gorm.DB {
	return tx.InnerJoins("Category").InnerJoins("Author").Preload("Comments", func(tx *gorm.DB) *gorm.DB {
		return shown(tx).Order("comments.id")
	})
}

// shown are the comments on live articles by live authors.
func shown(tx *gorm.DB) *gorm.DB { return tx.InnerJoins("Article").InnerJoins("Author") }

// below puts a new comment below the article that its path names.
func below(r *http.Request, tx *gorm.DB, comment *Comment) error {
	comment.ArticleID = id(r)
	return tx.Select("id").First(&Article{}, comment.ArticleID).Error
}
