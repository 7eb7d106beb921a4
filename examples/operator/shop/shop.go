// Package shop is the database of examples/operator: a small shop with a trash in which something has gone wrong.
package shop

import (
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

type (
	// Customer goes with all of its orders. Its e-mail is unique among live customers.
	Customer struct {
		ID           uint
		Name         string `gorm:"size:80"`
		Email        string `gorm:"size:120" softdelete:"unique"`
		City         string `gorm:"size:40"`
		PasswordHash string `gorm:"size:64"`
		CreatedAt    time.Time
		Orders       []Order `softdelete:"cascade"`
		softdelete.Tracked
	}

	// Order goes with its lines. A live invoice forbids it.
	Order struct {
		ID         uint
		CustomerID uint   `gorm:"index"`
		Number     string `gorm:"size:20" softdelete:"unique"`
		Status     string `gorm:"size:20"`
		CreatedAt  time.Time
		Lines      []Line    `softdelete:"cascade"`
		Invoices   []Invoice `softdelete:"restrict"`
		softdelete.Tracked
	}

	// Line is an article of an order.
	Line struct {
		ID       uint
		OrderID  uint   `gorm:"index"`
		Article  string `gorm:"size:80"`
		Quantity int
		Cents    int64
		softdelete.Tracked
	}

	// Invoice is kept in the trash for ten years.
	Invoice struct {
		ID        uint
		OrderID   uint   `gorm:"index"`
		Number    string `gorm:"size:20" softdelete:"unique"`
		Cents     int64
		CreatedAt time.Time
		softdelete.Tracked
	}

	// Voucher has GORM's own marker, which does not say who deleted it, nor by which operation.
	Voucher struct {
		ID        uint
		Code      string `gorm:"size:20" softdelete:"unique"`
		Percent   int
		DeletedAt gorm.DeletedAt `gorm:"index"`
	}
)

// TrashRetention is what the law asks for.
func (Invoice) TrashRetention() time.Duration { return 10 * 365 * 24 * time.Hour }

// Models are all of them.
func Models() []any { return []any{&Customer{}, &Order{}, &Line{}, &Invoice{}, &Voucher{}} }
