package models

import (
	"github.com/gorm-softdelete/softdelete"
)

// ACode is a key of a type of its own.
type ACode string

type KeyText struct {
	Code ACode `gorm:"primaryKey"`
	softdelete.Timestamp
}

type KeyBytes struct {
	Hash []byte `gorm:"primaryKey;size:3000"`
	softdelete.Tracked
}

// Keyless has no primary key.
type Keyless struct {
	Name string
	softdelete.Timestamp
}
