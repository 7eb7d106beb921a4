package allow // want package:"tables comments .*posts"

import (
	"example.com/shop/models"
	"gorm.io/gorm"
)

func meant(db *gorm.DB) {
	var posts []models.Post
	db.Unscoped().Find(&posts) //softdelete:allow SD001 the audit reads all
	//softdelete:allow SD001 the audit reads all
	db.Unscoped().Find(&posts)
	//softdelete:allow SD001, SD002 both // want `^SD002: this comment allows nothing here`
	db.Unscoped().Where("id IN (?)", 1).Find(&posts)
	//softdelete:allow SD001 a chain of several lines
	db.
		Where("id > 1").
		Unscoped().
		Find(&posts)
	db.Unscoped().
		Where("id > 1").
		Find(&posts) //softdelete:allow SD001 at the end of the chain
	err := db.Transaction(func(tx *gorm.DB) error {
		return tx.Unscoped().Find(&posts).Error // want `^SD001`
	}) //softdelete:allow SD001 not what stands within // want `^SD001: this comment allows nothing here`
	_ = err
	//softdelete:allow SD003 of another rule // want `^SD003: this comment allows nothing here`
	db.Unscoped().Find(&posts) // want `^SD001`

	//softdelete:allow SD001 too far above // want `^SD001: this comment allows nothing here`

	db.Unscoped().Find(&posts) // want `^SD001`
	//softdelete:allow // want `^SD000: //softdelete:allow names no code`
	db.Find(&posts)
	//softdelete:allowed is another word
}

type user struct {
	gorm.Model
	//softdelete:allow SD008 numbers are never given twice
	Number string `gorm:"unique"`
}
