package chinook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

type storyEntry struct {
	ID     uint
	What   string
	Of     string
	Op     string
	Keys   string
	Along  bool
	Who    string
	Reason string
	At     time.Time
}

var storyTables = []string{"story_lines", "story_invoices", "story_customers"} // children first

// storyAudit is the observer: an entry for each event.
func storyAudit(_ context.Context, tx *gorm.DB, event softdelete.Event) error {
	keys, err := event.Keys()
	if err != nil {
		return err
	}
	who, _ := event.Actor.(string)
	return tx.Create(&storyEntry{
		What: event.Operation.String(), Of: event.Table, Op: event.DeletionID.String(), Keys: storyKeys(keys), Along: event.Cascaded,
		Who: who, Reason: event.Reason, At: event.At,
	}).Error
}

func storyKeys[T any](keys []T) string {
	texts := make([]string, len(keys))
	for i, key := range keys {
		texts[i] = fmt.Sprint(key)
	}
	slices.Sort(texts)
	return strings.Join(texts, " ")
}

// loadStory fills the tables, and returns the oracle's rows of them.
func loadStory(t *testing.T, db *gorm.DB, data []byte) []*storyRow {
	t.Helper()
	var shop shopData
	require.NoError(t, json.Unmarshal(data, &shop))
	require.NoError(t, database.ByBytes(db).AutoMigrate(&models.StoryCustomer{}, &models.StoryInvoice{}, &models.StoryLine{}, &storyEntry{}))
	var rows []*storyRow
	byName := map[shopRow]*storyRow{}
	add := func(table string, key uint, parent shopRow) {
		row := &storyRow{shopRow: shopRow{table, key}, parent: byName[parent]}
		if row.parent != nil {
			row.parent.kids = append(row.parent.kids, row)
		}
		rows, byName[row.shopRow] = append(rows, row), row
	}
	customers, invoices, lines := []models.StoryCustomer{}, []models.StoryInvoice{}, []models.StoryLine{}
	for _, r := range shop.Customer {
		customers = append(customers, models.StoryCustomer{ID: r.ID, LastName: r.LastName, Email: r.Email})
		add("story_customers", r.ID, shopRow{})
	}
	for _, r := range shop.Invoice {
		invoices = append(invoices, models.StoryInvoice{ID: r.ID, CustomerID: r.CustomerID, City: r.BillingCity, Total: r.Total})
		add("story_invoices", r.ID, shopRow{"story_customers", r.CustomerID})
	}
	for _, r := range shop.InvoiceLine {
		lines = append(lines, models.StoryLine{ID: r.ID, InvoiceID: r.InvoiceID, TrackID: r.TrackID, Quantity: r.Quantity})
		add("story_lines", r.ID, shopRow{"story_invoices", r.InvoiceID})
	}
	for _, list := range []any{&customers, &invoices, &lines} {
		require.NoError(t, db.CreateInBatches(list, 1000).Error)
	}
	return rows
}
