package models

import (
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

type WrongTwice struct {
	ID        uint
	DeletedAt gorm.DeletedAt
	Removed   softdelete.Flag
}

type WrongReason struct {
	ID   uint
	Gone gorm.DeletedAt
	Why  int `softdelete:"reason"`
}

type WrongUnmarked struct {
	ID   uint
	Slug string `softdelete:"unique"`
}
