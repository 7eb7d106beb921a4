//go:build docs

// Package testing has the world of docs/testing.md.
package testing

import (
	"context"
	"time"

	"gorm.io/gorm"

	shop "github.com/gorm-softdelete/softdelete/examples/testing"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// The application's, as its tests name them.
type (
	Customer = shop.Customer
	Order    = shop.Order
)

var (
	Use    = shop.Use
	Models = shop.Models
)

type stopped struct{}

func (stopped) Now() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

var clock stopped

// World is what the blocks of the page run in.
var World = page.World{
	Models: Models(),
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		ana := Customer{Email: "ana@example.com", Orders: []Order{{Number: "A1"}}}
		if section != "Assert one row" {
			return db.Create(&ana).Error
		}
		ana.Orders = append(ana.Orders, Order{Number: "A2"})
		if err := db.Create(&ana).Error; err != nil {
			return err
		}
		return db.Delete(&ana.Orders[1]).Error
	},
}
