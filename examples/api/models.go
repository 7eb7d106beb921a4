package main

import (
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
)

// Base is what each table has. What embeds softdelete.Tracked besides is soft-deletable.
type Base struct {
	ID        int64     `json:"id"`
	CreatedAt time.Time `json:"created_at"`
}

func (b Base) key() int64 { return b.ID }

type (
	// Category cannot be deleted while it has live articles.
	Category struct {
		Base
		Name               string    `json:"name" gorm:"size:200"`
		Slug               string    `json:"slug" gorm:"size:100" softdelete:"unique"` // among live categories: a deleted one's comes free
		Articles           []Article `json:"-" softdelete:"restrict"`
		softdelete.Tracked `json:"-"`
	}

	// User is deactivated with all that is theirs.
	User struct {
		Base
		Name               string    `json:"name" gorm:"size:200"`
		Email              string    `json:"email" gorm:"size:200" softdelete:"unique"`
		Articles           []Article `json:"-" gorm:"foreignKey:AuthorID" softdelete:"cascade"`
		Comments           []Comment `json:"-" gorm:"foreignKey:AuthorID" softdelete:"cascade"`
		softdelete.Tracked `json:"-"`
	}

	// Article goes with its comments. It is neither written nor restored under a deleted category or author.
	Article struct {
		Base
		CategoryID         int64     `json:"category_id" softdelete:"index"`
		AuthorID           int64     `json:"author_id" softdelete:"index"`
		Title              string    `json:"title" gorm:"size:200"`
		Slug               string    `json:"slug" gorm:"size:100" softdelete:"unique"`
		Body               string    `json:"body"`
		Category           *Category `json:"category,omitempty" softdelete:"liveParent"`
		Author             *User     `json:"author,omitempty" softdelete:"liveParent"`
		Comments           []Comment `json:"comments,omitempty" softdelete:"cascade"`
		softdelete.Tracked `json:"-"`
	}

	// Comment hangs on two that take it along, its article and its author. With liveParent on these an article could not be restored
	// while one who has commented on it is deactivated. So hooks look after it, and shown after reads.
	Comment struct {
		Base
		ArticleID          int64    `json:"article_id" softdelete:"index"`
		AuthorID           int64    `json:"author_id" softdelete:"index"`
		Text               string   `json:"text"`
		Article            *Article `json:"-"`
		Author             *User    `json:"author,omitempty"`
		softdelete.Tracked `json:"-"`
	}
)

// models are all of them, those without a trash too.
func models() []any { return []any{&Category{}, &User{}, &Article{}, &Comment{}, &AuditEntry{}} }

// BeforeSave and BeforeRestore refuse a comment on an article, or by a user, that is not there. The latter is not asked of comments
// that come back along with one of the two.
func (c *Comment) BeforeSave(tx *gorm.DB) error    { return c.underLive(tx) }
func (c *Comment) BeforeRestore(tx *gorm.DB) error { return c.underLive(tx) }

// underLive locks both, in the order in which deletes do: neither is deleted before the comment is there.
func (c *Comment) underLive(tx *gorm.DB) error {
	live := func(model any, id int64) error {
		return tx.Clauses(clause.Locking{Strength: "UPDATE"}).Select("id").First(model, id).Error
	}
	err := errors.Join(live(&User{}, c.AuthorID), live(&Article{}, c.ArticleID))
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return softdelete.ErrParentTrashed
	}
	return err
}

// fields are what a client may write of a row, by the names of columns: where it goes, and how long a text may be.
type fields map[string]field

type field struct {
	to   any
	most int
}

func (c *Category) fields() fields {
	return fields{"name": {&c.Name, 200}, "slug": {&c.Slug, 100}}
}

func (u *User) fields() fields {
	return fields{"name": {&u.Name, 200}, "email": {&u.Email, 200}}
}

func (a *Article) fields() fields {
	return fields{"title": {&a.Title, 200}, "slug": {&a.Slug, 100}, "body": {&a.Body, 50_000}, "author_id": {&a.AuthorID, 0}, "category_id": {&a.CategoryID, 0}}
}

func (c *Comment) fields() fields {
	return fields{"text": {&c.Text, 5_000}, "author_id": {&c.AuthorID, 0}}
}
