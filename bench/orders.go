package main

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Order is what is purged, with its lines. The indexes are those that GORM makes: on deleted_at, and on the foreign key,
// which has no action of its own.
type Order struct {
	gorm.Model
	Customer int
	Note     string
	Lines    []OrderLine `softdelete:"cascade"`
}

// OrderLine hangs on an Order.
type OrderLine struct {
	gorm.Model
	OrderID  uint `gorm:"index"`
	Product  string
	Quantity int
}

// shop is how many rows there are. A fifth of the orders were trashed long ago, each with its two lines; a hundredth of them
// lately, without lines; every fourth of those with a number that 5 divides with a rest of 2 is live and has a live line.
type shop struct{ due int }

// orderTables are the tables of a shop, parents first.
var orderTables = []string{"orders", "order_lines"}

const (
	ordersPerDue = 5
	linesPerDue  = 2
	liveLineOf   = 4 // one live line for that many due orders
	age          = 30 * 24 * time.Hour
)

func (s shop) orders() int { return s.due * ordersPerDue }
func (s shop) lines() int  { return s.due*linesPerDue + s.due/liveLineOf }

// trashed is how many rows are in the trash.
func (s shop) trashed() int { return s.due*(1+linesPerDue) + s.orders()/100 }

// doomed is how many rows a purge of what is older than age removes.
func (s shop) doomed() int64 { return int64(s.due) * (1 + linesPerDue) }

// open makes the tables anew and fills them, always with the same rows but for the day. Ten orders in a row were trashed by
// one delete, at a time that grows with the key, give or take a quarter of an hour. Indexes and foreign key are made last,
// which is quicker.
func (s shop) open(db *gorm.DB) error {
	const trashedAt = "?::timestamptz + make_interval(secs => k / 10 + (k / 10 * 738) % 1000)"
	m := db.Migrator()
	if err := m.DropTable(&OrderLine{}, &Order{}); err != nil {
		return err
	}
	if err := db.AutoMigrate(&Order{}, &OrderLine{}); err != nil {
		return err
	}
	oldest := time.Now().Add(-age - 24*time.Hour - time.Duration(s.due/10+1000)*time.Second)
	lately := time.Now().Add(-age / 2)
	err := perform(
		func() error { return m.DropConstraint(&Order{}, "Lines") },
		func() error { return m.DropIndex(&Order{}, "DeletedAt") },
		func() error { return m.DropIndex(&OrderLine{}, "DeletedAt") },
		func() error { return m.DropIndex(&OrderLine{}, "OrderID") },
		func() error {
			return db.Exec("INSERT INTO orders (id, created_at, updated_at, customer, note, deleted_at)"+
				" SELECT i, now(), now(), i % 1000, 'Please leave the parcel with the neighbours',"+
				" CASE WHEN i % 5 = 0 THEN "+trashedAt+" WHEN i % 100 = 1 THEN ?::timestamptz + make_interval(secs => i / 1000) END"+
				" FROM (SELECT i, i / 5 AS k FROM generate_series(1, ?) i) n", oldest, lately, s.orders()).Error
		},
		func() error {
			return db.Exec("INSERT INTO order_lines (created_at, updated_at, order_id, product, quantity, deleted_at)"+
				" SELECT now(), now(), k * 5, 'A thing that is sold by the piece', line, "+trashedAt+
				" FROM generate_series(1, ?) k, generate_series(1, ?) line ORDER BY k", oldest, s.due, linesPerDue).Error
		},
		func() error {
			return db.Exec("INSERT INTO order_lines (created_at, updated_at, order_id, product, quantity)"+
				" SELECT now(), now(), k * 20 - 3, 'A thing that is sold by the piece', 1 FROM generate_series(1, ?) k", s.due/liveLineOf).Error
		},
		func() error { return m.CreateIndex(&Order{}, "DeletedAt") },
		func() error { return m.CreateIndex(&OrderLine{}, "DeletedAt") },
		func() error { return m.CreateIndex(&OrderLine{}, "OrderID") },
		func() error { return m.CreateConstraint(&Order{}, "Lines") },
	)
	if err != nil {
		return err
	}
	return settleTables(db, orderTables)
}

// liveOrder is the key of one of the live orders.
func (s shop) liveOrder(n int) int { return n%s.due*ordersPerDue + 2 }

// settleTables brings tables to what a server has after a while of quiet. See settle.
func settleTables(db *gorm.DB, tables []string) error {
	for _, table := range tables {
		err := perform(
			func() error { return db.Exec("ALTER TABLE " + table + " SET (autovacuum_enabled = off)").Error },
			func() error { return db.Exec("VACUUM (ANALYZE) " + table).Error },
		)
		if err != nil {
			return err
		}
	}
	return db.Exec("CHECKPOINT").Error
}

// check fails if anything but what is due is gone, or something due is not.
func (s shop) check(db *gorm.DB) error {
	var orders, lines int
	err := perform(
		func() error { return db.Raw("SELECT count(*) FROM orders").Scan(&orders).Error },
		func() error { return db.Raw("SELECT count(*) FROM order_lines").Scan(&lines).Error },
	)
	if err == nil && (orders != s.orders()-s.due || lines != s.due/liveLineOf) {
		err = fmt.Errorf("%d orders and %d lines are left, not %d and %d", orders, lines, s.orders()-s.due, s.due/liveLineOf)
	}
	return err
}

// perform runs functions until one fails.
func perform(fns ...func() error) error {
	for _, fn := range fns {
		if err := fn(); err != nil {
			return err
		}
	}
	return nil
}
