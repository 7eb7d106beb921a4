package models

import (
	"github.com/gorm-softdelete/softdelete"
)

type StoryCustomer struct {
	ID       uint `gorm:"primaryKey;autoIncrement:false"`
	LastName string
	Email    string
	Invoices []StoryInvoice `gorm:"foreignKey:CustomerID" softdelete:"cascade"`
	softdelete.Tracked
}

type StoryInvoice struct {
	ID         uint `gorm:"primaryKey;autoIncrement:false"`
	CustomerID uint
	City       string
	Total      float64     `gorm:"type:numeric(10,2)"`
	Lines      []StoryLine `gorm:"foreignKey:InvoiceID" softdelete:"cascade"`
	softdelete.Tracked
}

type StoryLine struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	InvoiceID uint
	TrackID   uint
	Quantity  int
	softdelete.Tracked
}

var StoryModels = []any{&StoryCustomer{}, &StoryInvoice{}, &StoryLine{}}
