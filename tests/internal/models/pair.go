package models

import (
	"github.com/gorm-softdelete/softdelete"
)

type APair struct {
	Left  int    `gorm:"primaryKey;autoIncrement:false"`
	Right string `gorm:"primaryKey"`
	Group int
	softdelete.Timestamp
}
