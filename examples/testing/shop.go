// Package shop is a small application, to show in docs/testing.md how one is tested.
package shop

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// docs

// Customer has orders, which go along with it.
type Customer struct {
	ID     uint
	Email  string  `gorm:"size:100" softdelete:"unique"`
	Orders []Order `softdelete:"cascade"`
	softdelete.Tracked
}

// Order is what a customer has bought.
type Order struct {
	ID         uint
	CustomerID uint
	Number     string
	softdelete.Tracked
}

// Models are all models of the application.
func Models() []any { return []any{&Customer{}, &Order{}} }

// Use gives a handle what all handles of the application have.
func Use(db *gorm.DB) error {
	return db.Use(softdelete.New(softdelete.Config{Models: Models()}))
}

// end
// docs

// Store is what the application reads and writes by.
type Store struct{ DB *gorm.DB }

// Customer reads one customer.
func (s Store) Customer(ctx context.Context, id uint) (Customer, error) {
	var customer Customer
	err := s.DB.WithContext(ctx).First(&customer, id).Error
	return customer, err
}

// Numbers lists the numbers of all orders.
func (s Store) Numbers(ctx context.Context) ([]string, error) {
	var numbers []string
	err := s.DB.WithContext(ctx).Model(&Order{}).Order("number").Pluck("number", &numbers).Error
	return numbers, err
}

// Buyers lists who has ordered something, by SQL of its own.
func (s Store) Buyers(ctx context.Context) ([]string, error) {
	var emails []string
	err := s.DB.WithContext(ctx).Raw(`SELECT DISTINCT c.email FROM customers c
		JOIN orders o ON o.customer_id = c.id AND ?
		WHERE ? ORDER BY c.email`, softdelete.Live(&Order{}, "o"), softdelete.Live(&Customer{}, "c")).Scan(&emails).Error
	return emails, err
}

// Leave deletes a customer.
func (s Store) Leave(ctx context.Context, id uint) error {
	return s.DB.WithContext(ctx).Delete(&Customer{}, id).Error
}

// Sweep removes for good what was deleted more than thirty days ago.
func (s Store) Sweep(ctx context.Context) error {
	trash, err := softdelete.OpenTrash(s.DB)
	if err != nil {
		return err
	}
	_, err = trash.Empty(ctx, softdelete.EmptyOptions{OlderThan: 30 * 24 * time.Hour})
	return err
}

// end
// docs

// ShowCustomer answers GET /customers/{id}.
func (s Store) ShowCustomer(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseUint(r.PathValue("id"), 10, 0)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	customer, err := s.Customer(r.Context(), uint(id))
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound): // trashed, or never there
		http.NotFound(w, r)
	case err != nil:
		http.Error(w, "try again later", http.StatusInternalServerError)
	default:
		_, _ = fmt.Fprintln(w, customer.Email)
	}
}

// end
