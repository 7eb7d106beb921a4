package models

import (
	"sync/atomic"
	"time"

	"gorm.io/gorm"
)

// Past is a time that no other test uses, with digits at every precision.
func Past() time.Time {
	return time.Date(1991, 1, 1, 1, 1, 1, 123456789, time.UTC).AddDate(0, 0, int(pasts.Add(1)))
}

var pasts atomic.Int64

type AClock3 struct {
	ID        uint           `gorm:"primaryKey;autoIncrement:false"`
	DeletedAt gorm.DeletedAt `gorm:"precision:3"`
}
