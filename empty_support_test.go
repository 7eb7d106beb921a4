package softdelete_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/driver/mysql"

	"github.com/glebarez/sqlite"
	"github.com/stretchr/testify/require"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// A depot: halls with shelves with boxes, all by foreign keys. Labels on boxes have no marker, tokens no time.
type (
	depotHall struct {
		ID      uint         `gorm:"primaryKey;autoIncrement:false"`
		Shelves []depotShelf `gorm:"foreignKey:HallID" softdelete:"cascade"`
		softdelete.Tracked
	}
	depotShelf struct {
		ID     uint `gorm:"primaryKey;autoIncrement:false"`
		HallID *uint
		Boxes  []depotBox `gorm:"foreignKey:ShelfID" softdelete:"cascade"`
		softdelete.Tracked
	}
	depotBox struct {
		ID      uint `gorm:"primaryKey;autoIncrement:false"`
		ShelfID *uint
		Tenant  string
		Labels  []depotLabel `gorm:"foreignKey:BoxID" softdelete:"cascade"`
		softdelete.Tracked
	}
	depotLabel struct {
		ID    uint `gorm:"primaryKey;autoIncrement:false"`
		BoxID uint
	}
	depotToken struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Flagged
	}
	// depotKept refuses the purge of every third row, after it has written a trace.
	depotKept struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
)

var errKept = errors.New("it is kept")

func (k *depotKept) BeforePurge(tx *gorm.DB) error {
	if err := tx.Create(&aTrace{ID: k.ID, Hook: "BeforePurge"}).Error; err != nil {
		return err
	}
	if k.ID%3 == 0 {
		return errKept
	}
	return nil
}

var (
	depotModels = []any{&depotHall{}, &depotShelf{}, &depotBox{}, &depotToken{}}
	depotTables = []string{"depot_halls", "depot_shelves", "depot_boxes", "depot_labels", "depot_tokens"}
)

// depotNow is when the clock of a depot's handle stands still.
var depotNow = time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// openDepot opens a handle with the depot's empty tables.
func openDepot(t *testing.T, open testdb.Opener, observers ...softdelete.Observer) *gorm.DB {
	t.Helper()
	return openStill(t, open, softdelete.Config{Models: depotModels, Observers: observers}, append([]any{&depotLabel{}}, depotModels...)...)
}

// openStill opens a handle of which the clock stands still, and makes tables.
func openStill(t *testing.T, open testdb.Opener, config softdelete.Config, tables ...any) *gorm.DB {
	t.Helper()
	handle := testdb.Config()
	handle.NowFunc = func() time.Time { return depotNow }
	db := open(t, handle)
	require.NoError(t, db.Use(softdelete.New(config)))
	require.NoError(t, db.AutoMigrate(tables...))
	return db
}

// age trashes one row of a table, as if so long ago.
func age(t *testing.T, db *gorm.DB, table string, id uint, old time.Duration) {
	t.Helper()
	tx := db.Session(&gorm.Session{NewDB: true}).Exec("UPDATE "+table+" SET deleted_at = ? WHERE id = ?", depotNow.Add(-old), id)
	require.NoError(t, tx.Error)
	require.EqualValues(t, 1, tx.RowsAffected)
}

// ageAll trashes all rows of a table, as if so long ago.
func ageAll(t *testing.T, db *gorm.DB, table string, old time.Duration) {
	t.Helper()
	require.NoError(t, db.Session(&gorm.Session{NewDB: true}).Exec("UPDATE "+table+" SET deleted_at = ?", depotNow.Add(-old)).Error)
}

// boxes makes boxes 1 to n, each trashed a second later than the one before, the first of them 100 days ago.
func boxes(t *testing.T, db *gorm.DB, n int) {
	t.Helper()
	db = db.Session(&gorm.Session{NewDB: true})
	rows := make([]depotBox, n)
	for i := range rows {
		rows[i].ID, rows[i].Tenant = uint(i+1), []string{"one", "two"}[i%2] //nolint:gosec // small
		rows[i].DeletedAt = gorm.DeletedAt{Time: depotNow.Add(-100*day + time.Duration(i)*time.Second), Valid: true}
	}
	require.NoError(t, db.CreateInBatches(rows, 500).Error)
}

// furnished makes, in empty tables, 2 halls with 3 shelves each, with 4 boxes each, with 1 label each; all trashed 100 days ago but the labels.
func furnished(t *testing.T, db *gorm.DB) {
	t.Helper()
	db = db.Session(&gorm.Session{NewDB: true})
	for _, table := range []string{"depot_labels", "depot_boxes", "depot_shelves", "depot_halls"} {
		require.NoError(t, db.Exec("DELETE FROM "+table).Error)
	}
	for hall := range uint(2) {
		require.NoError(t, db.Create(&depotHall{ID: hall + 1}).Error)
	}
	for shelf := range uint(6) {
		require.NoError(t, db.Create(&depotShelf{ID: shelf + 1, HallID: ptr(shelf/3 + 1)}).Error)
	}
	for box := range uint(24) {
		require.NoError(t, db.Create(&depotBox{ID: box + 1, ShelfID: ptr(box/4 + 1)}).Error)
		require.NoError(t, db.Create(&depotLabel{ID: box + 1, BoxID: box + 1}).Error)
	}
	for _, table := range depotTables[:3] {
		ageAll(t, db, table, 100*day)
	}
}

func idsOf(t *testing.T, db *gorm.DB, table string) []int {
	t.Helper()
	return column[int](t, db, "SELECT id FROM "+table+" ORDER BY id")
}

// dumped is all rows of some tables.
func dumped(t *testing.T, db *gorm.DB, tables ...string) map[string]any {
	t.Helper()
	dump := map[string]any{}
	for _, table := range tables {
		dump[table] = stored(t, db, table, "id")
	}
	return dump
}

// emptier is Trash.Empty or Bin.Empty.
type emptier func(ctx context.Context, options softdelete.EmptyOptions) (softdelete.EmptyReport, error)

func trashOf(t *testing.T, db *gorm.DB, models ...any) *softdelete.Trash {
	t.Helper()
	trash, err := softdelete.OpenTrash(db, models...)
	require.NoError(t, err)
	return trash
}

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
	t *testing.T, ctx context.Context, db *gorm.DB, empty emptier, options softdelete.EmptyOptions, tables ...string,
) (softdelete.EmptyReport, error) {
	t.Helper()
	count := func(table string) int64 { return column[int64](t, db, "SELECT count(*) FROM "+table)[0] }
	before := map[string]int64{}
	for _, table := range tables {
		before[table] = count(table)
	}
	report, err := empty(ctx, options)
	gone := map[string]int64{}
	for _, table := range tables {
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
	switch dialector := db.Dialector.(type) {
	case *postgres.Dialector:
		return dialector.DSN
	case *sqlite.Dialector:
		return dialector.DSN
	case *mysql.Dialector:
		return dialector.DSN
	}
	require.Fail(t, "no such database")
	return ""
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
