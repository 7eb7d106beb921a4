package models

import (
	"gorm.io/gorm"
)

// EmbeddedMark is a marker behind a pointer, which GORM fills in when it reads through it.
type EmbeddedMark struct {
	Gone gorm.DeletedAt
	By   *string `softdelete:"by"`
}

type AnEmbedder struct {
	ID            uint `gorm:"primaryKey;autoIncrement:false"`
	*EmbeddedMark `gorm:"embedded;embeddedPrefix:mark_"`
}
