package flow // want package:"tables comments .*posts"

import (
	"example.com/shop/models"
	"gorm.io/gorm"
)

func straight(db *gorm.DB) (posts []models.Post) {
	tx := db.Unscoped()
	tx = tx.Where("id > 1")
	tx = tx.Order("id")
	tx.Find(&posts) // want `^SD001`
	return posts
}

func declared(db *gorm.DB) (posts []models.Post) {
	var tx *gorm.DB = db.Unscoped()
	var n int64
	if err := tx.Model(&posts).Count(&n).Error; err != nil { // want `^SD001`
		return nil
	}
	tx.Find(&posts) // want `^SD001`
	return posts
}

// parameter is a handle on which what was called by others is not known, and Unscoped is.
func parameter(tx *gorm.DB) (posts []models.Post) {
	tx = tx.Unscoped()
	tx.Find(&posts) // want `^SD001`
	return posts
}

// statement puts Unscoped on the handle without an assignment, as GORM allows.
func statement(db *gorm.DB) (posts []models.Post) {
	tx := db.Model(&models.Post{})
	tx.Unscoped()
	tx.Find(&posts) // want `^SD001`
	return posts
}

func returned(db *gorm.DB, all bool) (posts []models.Post) {
	tx := db.Where("id > 1")
	if all {
		tx = tx.Unscoped()
		tx.Find(&posts) // want `^SD001`
		return posts
	}
	tx.Find(&posts)
	return posts
}

func branch(db *gorm.DB, all bool) (posts []models.Post) {
	tx := db.Where("id > 1")
	if all {
		tx = tx.Unscoped()
	}
	tx.Find(&posts)
	return posts
}

func replaced(db *gorm.DB) (posts []models.Post) {
	tx := db.Unscoped()
	tx.Model(&models.Post{}).Where("id = 1").Update("title", "x")
	tx = db
	tx.Find(&posts)
	return posts
}

func loop(db *gorm.DB, n int) (posts []models.Post) {
	tx := db.Unscoped()
	for range n {
		tx.Find(&posts)
		tx = db
	}
	tx.Find(&posts)
	return posts
}

func choice(db *gorm.DB, n int) (posts []models.Post) {
	tx := db.Unscoped()
	switch n {
	case 1:
		tx = db
	default:
	}
	tx.Find(&posts)
	return posts
}

func captured(db *gorm.DB) (posts []models.Post) {
	tx := db.Unscoped()
	change := func() { tx = db }
	change()
	tx.Find(&posts)
	q := db.Unscoped()
	func() { q.Find(&posts) }()
	return posts
}

func passed(db *gorm.DB) (posts []models.Post) {
	tx := db.Unscoped()
	more(tx)
	tx.Find(&posts)
	return posts
}

func more(*gorm.DB) {}

func pointed(db *gorm.DB) (posts []models.Post) {
	tx := db.Unscoped()
	at := &tx
	*at = db
	tx.Find(&posts)
	return posts
}

func fresh(db *gorm.DB) (posts []models.Post) {
	tx := db.Unscoped().Session(&gorm.Session{NewDB: true})
	tx.Find(&posts)
	return posts
}

func transaction(db *gorm.DB) error {
	return db.Transaction(func(tx *gorm.DB) error {
		return tx.Unscoped().Find(&[]models.Post{}).Error // want `^SD001`
	})
}

var held = func(db *gorm.DB) { db.Unscoped().Find(&[]models.Post{}) } // want `^SD001`
