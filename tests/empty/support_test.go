package empty_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// depotKept refuses the purge of every third row, after it has written a trace.
type depotKept struct {
	ID uint `gorm:"primaryKey;autoIncrement:false"`
	softdelete.Timestamp
}

var errKept = errors.New("it is kept")

func (k *depotKept) BeforePurge(tx *gorm.DB) error {
	if err := tx.Create(&models.ATrace{ID: k.ID, Hook: "BeforePurge"}).Error; err != nil {
		return err
	}
	if k.ID%3 == 0 {
		return errKept
	}
	return nil
}

var depotTables = []string{"depot_halls", "depot_shelves", "depot_boxes", "depot_labels", "depot_tokens"}

// ageAll trashes all rows of a table, as if so long ago.
func ageAll(t *testing.T, db *gorm.DB, table string, old time.Duration) {
	t.Helper()
	require.NoError(t, db.Session(&gorm.Session{NewDB: true}).Exec("UPDATE "+table+" SET deleted_at = ?", models.DepotNow.Add(-old)).Error)
}

// furnished makes, in empty tables, 2 halls with 3 shelves each, with 4 boxes each, with 1 label each; all trashed 100 days ago but the labels.
func furnished(t *testing.T, db *gorm.DB) {
	t.Helper()
	db = db.Session(&gorm.Session{NewDB: true})
	for _, table := range []string{"depot_labels", "depot_boxes", "depot_shelves", "depot_halls"} {
		require.NoError(t, db.Exec("DELETE FROM "+table).Error)
	}
	for hall := range uint(2) {
		require.NoError(t, db.Create(&models.DepotHall{ID: hall + 1}).Error)
	}
	for shelf := range uint(6) {
		require.NoError(t, db.Create(&models.DepotShelf{ID: shelf + 1, HallID: tables.Ptr(shelf/3 + 1)}).Error)
	}
	for box := range uint(24) {
		require.NoError(t, db.Create(&models.DepotBox{ID: box + 1, ShelfID: tables.Ptr(box/4 + 1)}).Error)
		require.NoError(t, db.Create(&models.DepotLabel{ID: box + 1, BoxID: box + 1}).Error)
	}
	for _, table := range depotTables[:3] {
		ageAll(t, db, table, 100*models.Day)
	}
}

// dumped is all rows of some tables.
func dumped(t *testing.T, db *gorm.DB, names ...string) map[string]any {
	t.Helper()
	dump := map[string]any{}
	for _, table := range names {
		dump[table] = tables.Stored(t, db, table, "id")
	}
	return dump
}

// emptier is Trash.Empty or Bin.Empty.
type emptier func(ctx context.Context, options softdelete.EmptyOptions) (softdelete.EmptyReport, error)

// emptied runs an Empty that succeeds, and says that its report agrees with the rows that are gone from the tables.
func emptied(t *testing.T, db *gorm.DB, empty emptier, options softdelete.EmptyOptions, tables ...string) softdelete.EmptyReport {
	t.Helper()
	report, err := counted(t, db, empty, options, tables...)
	require.NoError(t, err)
	return report
}

// counted is emptied for an Empty that may fail.
func counted(t *testing.T, db *gorm.DB, empty emptier, options softdelete.EmptyOptions, tables ...string) (softdelete.EmptyReport, error) {
	t.Helper()
	return countedBy(t, t.Context(), db, empty, options, tables...)
}

func countedBy(
	t *testing.T, ctx context.Context, db *gorm.DB, empty emptier, options softdelete.EmptyOptions, names ...string,
) (softdelete.EmptyReport, error) {
	t.Helper()
	count := func(table string) int64 { return tables.Column[int64](t, db, "SELECT count(*) FROM "+table)[0] }
	before := map[string]int64{}
	for _, table := range names {
		before[table] = count(table)
	}
	report, err := empty(ctx, options)
	gone := map[string]int64{}
	for _, table := range names {
		if n := before[table] - count(table); n != 0 {
			gone[table] = n
		}
	}
	if len(gone) == 0 {
		require.Empty(t, report.Rows, "nothing is gone")
	} else {
		require.Equal(t, gone, report.Rows, "what is gone")
	}
	require.Equal(t, options.DryRun, report.DryRun)
	return report, err
}

// failedKeys are the rows that a report says stayed, as "table key".
func failedKeys(report softdelete.EmptyReport) []string {
	keys := []string{}
	for _, failed := range report.Failed {
		keys = append(keys, strings.TrimSpace(failed.Table+" "+strings.Trim(fmt.Sprint(failed.Key), "[]")))
	}
	slices.Sort(keys)
	return keys
}

// purges observes purges.
type purges struct {
	mu   sync.Mutex
	list []purged
	fail func(p purged) error
}

type purged struct {
	table    string
	keys     []string
	cascaded bool
}

func (p *purges) observe(_ context.Context, _ *gorm.DB, event softdelete.Event) error {
	if event.Operation != softdelete.OpPurge {
		return nil
	}
	keys, err := event.Keys()
	if err != nil {
		return err
	}
	seen := purged{table: event.Table, cascaded: event.Cascaded}
	for _, key := range keys {
		seen.keys = append(seen.keys, fmt.Sprint(key))
	}
	slices.Sort(seen.keys)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		if err := p.fail(seen); err != nil {
			return err
		}
	}
	p.list = append(p.list, seen)
	return nil
}

// take returns what was observed since it was last called.
func (p *purges) take() []purged {
	p.mu.Lock()
	defer p.mu.Unlock()
	taken := p.list
	p.list = nil
	return taken
}

// dsnOf is how another handle reaches the place of a handle.
func dsnOf(t *testing.T, db *gorm.DB) string {
	t.Helper()
	dsn := reflect.Indirect(reflect.ValueOf(db.Dialector)).FieldByName("DSN") // Each driver calls it so.
	require.True(t, dsn.IsValid(), "no such database")
	return dsn.String()
}

// nameConnections makes the connections of a DSN to PostgreSQL known by a name.
func nameConnections(dsn, name string) string {
	if !strings.Contains(dsn, "://") {
		return dsn + " application_name=" + name
	}
	address, err := url.Parse(dsn)
	if err != nil {
		return dsn
	}
	query := address.Query()
	query.Set("application_name", name)
	address.RawQuery = query.Encode()
	return address.String()
}

// named opens another handle on the place of one on PostgreSQL, whose connections can be cut by their name.
func named(t *testing.T, db *gorm.DB, name string, config softdelete.Config) *gorm.DB {
	t.Helper()
	handle, err := gorm.Open(postgres.Open(nameConnections(dsnOf(t, db), name)), testdb.Config())
	require.NoError(t, err)
	pool, err := handle.DB()
	require.NoError(t, err)
	t.Cleanup(func() { _ = pool.Close() })
	require.NoError(t, handle.Use(softdelete.New(config)))
	return handle
}

// cut ends the connections of that name.
func cut(t *testing.T, db *gorm.DB, name string) {
	t.Helper()
	var n int
	tx := db.Session(&gorm.Session{NewDB: true, Context: context.Background()})
	if err := tx.Raw("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = ?", name).Scan(&n).Error; err != nil {
		t.Error(err)
	}
}
