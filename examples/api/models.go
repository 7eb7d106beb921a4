package main

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
)

// Base is what each table has. What embeds softdelete.Tracked besides is soft-deletable.
type Base struct {
	ID        uint      `json:"id"`
	CreatedAt time.Time `json:"created_at"`
}

func (b Base) key() uint { return b.ID }

// A model has its fields that a client may write in a struct of their own: a request's body is read into that, and nothing else.
type (
	// Category cannot be deleted while it has live articles.
	Category struct {
		Base
		CategoryFields
		Articles           []Article `json:"-" softdelete:"restrict"`
		softdelete.Tracked `json:"-"`
	}
	CategoryFields struct {
		Name string `json:"name" gorm:"size:200"`
		Slug string `json:"slug" gorm:"size:100" softdelete:"unique"` // among live categories: a deleted one's comes free
	}

	// User is deactivated with all that is theirs.
	User struct {
		Base
		UserFields
		Articles           []Article `json:"-" gorm:"foreignKey:AuthorID" softdelete:"cascade"`
		Comments           []Comment `json:"-" gorm:"foreignKey:AuthorID" softdelete:"cascade"`
		softdelete.Tracked `json:"-"`
	}
	UserFields struct {
		Name  string `json:"name" gorm:"size:200"`
		Email string `json:"email" gorm:"size:200" softdelete:"unique"`
	}

	// Article goes with its comments. It is neither written nor restored under a deleted category or author.
	Article struct {
		Base
		ArticleFields
		Category           *Category `json:"category,omitempty" softdelete:"liveParent"`
		Author             *User     `json:"author,omitempty" softdelete:"liveParent"`
		Comments           []Comment `json:"comments,omitempty" softdelete:"cascade"`
		softdelete.Tracked `json:"-"`
	}
	ArticleFields struct {
		CategoryID uint   `json:"category_id" softdelete:"index"`
		AuthorID   uint   `json:"author_id" softdelete:"index"`
		Title      string `json:"title" gorm:"size:200"`
		Slug       string `json:"slug" gorm:"size:100" softdelete:"unique"`
		Body       string `json:"body"`
	}

	// Comment hangs on two that take it along, its article and its author. With liveParent on these an article could not be restored
	// while one who has commented on it is deactivated. So hooks look after it, and shown after reads.
	Comment struct {
		Base
		ArticleID uint `json:"article_id" softdelete:"index"`
		CommentFields
		Article            *Article `json:"-"`
		Author             *User    `json:"author,omitempty"`
		softdelete.Tracked `json:"-"`
	}
	CommentFields struct {
		AuthorID uint   `json:"author_id" softdelete:"index"`
		Text     string `json:"text"`
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
	live := func(model any, id uint) error {
		return tx.Clauses(clause.Locking{Strength: "UPDATE"}).Select("id").First(model, id).Error
	}
	err := errors.Join(live(&User{}, c.AuthorID), live(&Article{}, c.ArticleID))
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return softdelete.ErrParentTrashed
	}
	return err
}

// shown are the comments on live articles by live authors.
func shown(tx *gorm.DB) *gorm.DB { return tx.InnerJoins("Article").InnerJoins("Author") }

func (c *Category) fields() fields { return &c.CategoryFields }
func (u *User) fields() fields     { return &u.UserFields }
func (a *Article) fields() fields  { return &a.ArticleFields }
func (c *Comment) fields() fields  { return &c.CommentFields }

// faults says by field what is wrong with a body; nothing if it can be written.
func (f *CategoryFields) faults() faults {
	return faults{}.text("name", f.Name, 200).text("slug", f.Slug, 100)
}

func (f *UserFields) faults() faults {
	return faults{}.text("name", f.Name, 200).text("email", f.Email, 200)
}

func (f *ArticleFields) faults() faults {
	return faults{}.text("title", f.Title, 200).text("slug", f.Slug, 100).text("body", f.Body, 50_000)
}
func (f *CommentFields) faults() faults { return faults{}.text("text", f.Text, 5_000) }

type faults map[string]string

func (f faults) text(name, value string, most int) faults {
	if value == "" || strings.Contains(value, "\x00") || utf8.RuneCountInString(value) > most {
		f[name] = fmt.Sprintf("has to be 1 to %d characters", most)
	}
	return f
}
