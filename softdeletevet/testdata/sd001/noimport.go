package sd001 // want package:"tables comments .*posts"

import "gorm.io/gorm"

type row struct {
	gorm.Model
	Name string
}

func other(db *gorm.DB) (rows []row, err error) {
	err = db.Unscoped().Order("id").Find(&rows).Error // want `^SD001: .* of row`
	return rows, err
}

func shadowed(db *gorm.DB) (rows []row, err error) {
	softdelete := 1
	_ = softdelete
	err = db.Unscoped().Order("id").Find(&rows).Error // want `^SD001: .* of row`
	return rows, err
}
