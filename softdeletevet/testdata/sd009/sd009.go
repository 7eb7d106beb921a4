package sd009 // want package:"tables .*"

import (
	"database/sql"
	"time"

	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"
)

type Tagged struct {
	ID        uint       `gorm:"primaryKey"`
	DeletedAt *time.Time // want `^SD009: Tagged.DeletedAt is a \*time.Time, by which GORM soft-deletes nothing: make it a gorm.DeletedAt`
}

type Named struct {
	ID        uint
	DeletedAt sql.NullTime // want `^SD009: Named.DeletedAt is a sql.NullTime`
}

func (Named) TableName() string { return "names" } // want TableName:"returns names"

type Used struct {
	ID        uint
	DeletedAt time.Time // want `^SD009`
}

type Migrated struct {
	ID        uint
	DeletedAt *time.Time // want `^SD009`
}

type Response struct {
	ID        uint       `json:"id"`
	DeletedAt *time.Time `json:"deleted_at"`
}

type Row struct {
	ID        uint
	DeletedAt *time.Time
}

type Ignored struct {
	ID        uint       `gorm:"primaryKey"`
	DeletedAt *time.Time `gorm:"-"`
}

type Beside struct {
	ID        uint
	DeletedAt time.Time             `gorm:"index"`
	IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedAt"`
}

type Right struct {
	ID        uint `gorm:"primaryKey"`
	DeletedAt gorm.DeletedAt
	PaidAt    *time.Time
}

// View has the names of columns only: a query is read into it.
type View struct {
	ID        uint       `gorm:"column:post_id"`
	DeletedAt *time.Time `gorm:"->;column:deleted_at"`
}

// Item is read by handles that may have a model.
type Item struct {
	ID        uint
	DeletedAt *time.Time
}

type Old struct {
	ID        uint
	DeletedAt *time.Time // want `^SD009`
}

func items(tx *gorm.DB, base func() *gorm.DB) (list []Item) {
	tx.Find(&list)
	base().Where("id > 1").Find(&list)
	tx.Model(&Old{}).Find(&list)
	return list
}

func use(db *gorm.DB, rows []Row) {
	db.Create(&Used{})
	db.AutoMigrate(&Migrated{})
	db.Table("x").Find(&rows)
	db.Raw("SELECT 1").Scan(&rows)
	db.Raw("SELECT 1").Find(&rows)
}
