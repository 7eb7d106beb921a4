package sd002 // want package:"tables comments .*posts"

import (
	"example.com/shop/models"
	"gorm.io/gorm"
)

func bad(db *gorm.DB, id uint) error {
	db.Unscoped().Delete(&models.Post{}, id)                             // want `^SD002: Unscoped\(\).Delete removes rows of Post for good.*softdelete.ForceDelete`
	db.Unscoped().Where("post_id = ?", id).Delete(&models.Comment{})     // want `^SD002: .* of Comment`
	db.Where("post_id = ?", id).Unscoped().Delete(&models.Comment{})     // want `^SD002: .* of Comment`
	db.Unscoped().Model(&models.Post{}).Where("id = ?", id).Delete(nil)  // want `^SD002: .* of Post`
	db.Unscoped().Where("deleted_at IS NOT NULL").Delete(&models.Post{}) // want `^SD002: .* of Post`
	tx := db.Unscoped()
	tx.Delete(&models.Order{}, id) // want `^SD002: .* of Order`
	return db.
		Unscoped().Delete(&models.Note{}, id). // want `^SD002: .* of Note`
		Error
}

func fine(db *gorm.DB, value any) {
	db.Delete(&models.Post{}, 1)
	db.Unscoped().Delete(&models.Tag{}, 1)
	db.Unscoped().Delete(value)
	db.Unscoped().Table("posts").Delete(nil)
}
