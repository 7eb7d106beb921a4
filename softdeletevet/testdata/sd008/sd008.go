package sd008 // want package:"tables badges .*"

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"
)

type User struct {
	gorm.Model
	Email string `gorm:"uniqueIndex"`                          // want `^SD008: trashed rows of User still occupy the unique key: write softdelete:"unique" in the place of uniqueIndex`
	Name  string `gorm:"size:100;unique;not null" json:"name"` // want `^SD008: .*in the place of unique,`
	Nick  string `json:"nick" gorm:"index:idx_nick,unique"`    // want `^SD008: .*softdelete:"unique:idx_nick"`
	Phone string `gorm:"uniqueIndex:idx_phone"`                // want `^SD008`
	Org   string `gorm:"uniqueIndex:idx_org_code"`             // want `^SD008: .*softdelete:"unique:idx_org_code"`
	Code  string `gorm:"uniqueIndex:idx_org_code"`             // want `^SD008`
	Token string `gorm:"uniqueIndex:,where:deleted_at IS NULL"`
	Tag   string `softdelete:"unique"`
	Plain string `gorm:"index"`
	Old   string `gorm:"unique" softdelete:"index"` // want `^SD008`
	Gone  string `gorm:"-"`
	UUID  string `gorm:"primaryKey;unique"`
}

type Badge struct {
	ID        uint
	Name      string                `gorm:"uniqueIndex:idx_live"`
	DeletedAt soft_delete.DeletedAt `gorm:"uniqueIndex:idx_live"`
}

type Label struct {
	ID        uint
	Name      string `gorm:"unique"`
	CreatedAt time.Time
}

type Place struct {
	gorm.Model
	Org  string `gorm:"uniqueIndex:idx_place,where:deleted_at IS NULL"`
	Code string `gorm:"uniqueIndex:idx_place"`
	Zip  string `gorm:"index:idx_zip,unique"`
	Town string `gorm:"index:idx_zip,where:deleted_at IS NULL"`
}

type Seat struct {
	ID        uint
	Row       int            `gorm:"uniqueIndex:idx_seat"`
	DeletedAt gorm.DeletedAt `gorm:"index:idx_seat"`
}
