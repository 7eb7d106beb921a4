package models

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
)

type APointer struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Title     string
	RemovedAt *gorm.DeletedAt `gorm:"column:gone_at"`
}

type AZero struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Title     string
	DeletedAt gorm.DeletedAt `gorm:"zeroValue:1970-01-01 00:00:01;default:'1970-01-01 00:00:01'"`
}

type ASecond struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Title     string
	DeletedAt soft_delete.DeletedAt
}

type AMilli struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Title     string
	DeletedAt soft_delete.DeletedAt `gorm:"softDelete:milli"`
}

type ANano struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Title     string
	DeletedAt *soft_delete.DeletedAt `gorm:"softDelete:nano"`
}

type AFlag struct {
	ID    uint `gorm:"primaryKey;autoIncrement:false"`
	Title string
	IsDel soft_delete.DeletedAt `gorm:"softDelete:flag"`
}

type AMixed struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Title     string
	DeletedAt time.Time
	IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedAt"`
}

type AStamped struct {
	ID    uint `gorm:"primaryKey;autoIncrement:false"`
	Title string
	softdelete.Timestamp
}

type AFlagged struct {
	ID    uint `gorm:"primaryKey;autoIncrement:false"`
	Title string
	softdelete.Flagged
	At *time.Time `softdelete:"at"`
}

type ATracked struct {
	ID    uint `gorm:"primaryKey;autoIncrement:false"`
	Title string
	softdelete.Tracked
}

// SomeMarked are constructors for each kind of marker.
func SomeMarked() map[string]func(id uint, title string) any {
	return map[string]func(id uint, title string) any{
		"*gorm.DeletedAt":      func(id uint, title string) any { return &APointer{ID: id, Title: title} },
		"zero value":           func(id uint, title string) any { return &AZero{ID: id, Title: title} },
		"soft_delete second":   func(id uint, title string) any { return &ASecond{ID: id, Title: title} },
		"soft_delete milli":    func(id uint, title string) any { return &AMilli{ID: id, Title: title} },
		"*soft_delete nano":    func(id uint, title string) any { return &ANano{ID: id, Title: title} },
		"soft_delete flag":     func(id uint, title string) any { return &AFlag{ID: id, Title: title} },
		"soft_delete mixed":    func(id uint, title string) any { return &AMixed{ID: id, Title: title} },
		"softdelete.Timestamp": func(id uint, title string) any { return &AStamped{ID: id, Title: title} },
		"softdelete.Flagged":   func(id uint, title string) any { return &AFlagged{ID: id, Title: title} },
		"softdelete.Tracked":   func(id uint, title string) any { return &ATracked{ID: id, Title: title} },
	}
}
