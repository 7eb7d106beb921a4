package quiet

import "gorm.io/gorm"

// base is one that GORM leaves out of a struct, as its name is not exported.
type base struct {
	ID        uint
	DeletedAt gorm.DeletedAt
}

type hidden struct {
	base
	Name string
}

func unexported(db *gorm.DB) (rows []hidden) {
	db.Unscoped().Find(&rows)
	db.Unscoped().Delete(&rows)
	return rows
}
