package main

import (
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// Article is what live reads are about, with the indexes of the library's own tags. Every side reads into it, whichever indexes
// its table has.
type Article struct {
	ID        uint
	CreatedAt time.Time `softdelete:"index"`
	UpdatedAt time.Time
	DeletedAt gorm.DeletedAt
	AuthorID  uint   `softdelete:"index"`
	Slug      string `softdelete:"unique"`
	Title     string
	Body      string
}

// usualArticle has the same columns, with the indexes that one gives a model of GORM's.
type usualArticle struct {
	ID        uint
	CreatedAt time.Time `gorm:"index"`
	UpdatedAt time.Time
	DeletedAt gorm.DeletedAt `gorm:"index"`
	AuthorID  uint           `gorm:"index"`
	Slug      string         `gorm:"uniqueIndex"`
	Title     string
	Body      string
}

func (usualArticle) TableName() string { return "articles" }

// bareArticle has the same columns without an index but the primary key's, to fill the table first: indexes are made quicker
// of all rows at once.
type bareArticle Article

func (bareArticle) TableName() string { return "articles" }

// indexUsual makes the indexes that GORM's users have.
func indexUsual(db *gorm.DB) error { return db.AutoMigrate(&usualArticle{}) }

// indexLive makes those of live rows only, and one that finds the trashed ones by time.
func indexLive(db *gorm.DB) error {
	if err := db.Use(softdelete.New()); err != nil {
		return err
	}
	return softdelete.AutoMigrate(db, &Article{})
}

// indexByHand makes one for each of the reads and no other, as one would write it for that very read.
func indexByHand(db *gorm.DB) error {
	return execAll(db, []string{
		"CREATE INDEX by_hand_newest ON articles (created_at DESC, id DESC) WHERE deleted_at IS NULL",
		"CREATE INDEX by_hand_author ON articles (author_id, id) WHERE deleted_at IS NULL",
		"CREATE UNIQUE INDEX by_hand_slug ON articles (slug) WHERE deleted_at IS NULL",
	})
}

// execAll executes statements until one fails.
func execAll(db *gorm.DB, statements []string) error {
	for _, statement := range statements {
		if err := db.Exec(statement).Error; err != nil {
			return err
		}
	}
	return nil
}
