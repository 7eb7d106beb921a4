package chinook_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// TestChinookStory is 90 days of a store: people trash invoices, lines and customers, bring some back, and purge some; each
// evening two processes empty the trash of what is older than 30 days. In the end each row is as a plain replay says, and the
// log has each operation once.
func TestChinookStory(t *testing.T) {
	t.Parallel()
	data, seed := readChinook(t), chinookSeed(t)
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := newStory(t, open, data, seed)
		for day := range 90 {
			s.day(day)
		}
		s.strand(90)
		s.requireTables()
		s.requireLog()
		s.requireTrash()
		require.Greater(t, s.purged, 200, "the story is one of purges too")
		require.Greater(t, s.held, 0, "and of rows that are held")
	})
}

// story is the database, on two handles, and what the replay says of it.
type story struct {
	t       *testing.T
	random  *rand.Rand
	start   time.Time
	clock   atomic.Pointer[time.Time]
	handles []*gorm.DB
	trashes []*softdelete.Trash
	base    map[string]shopTable

	rows    []*storyRow
	ops     []*storyOp
	entries []string // of the log, but for what the evenings have purged
	swept   []string // rows that these have purged
	purged  int
	held    int
}

const storyRetention = 30 * 24 * time.Hour

func newStory(t *testing.T, open testdb.Opener, data []byte, seed uint64) *story {
	t.Helper()
	s := &story{t: t, random: rand.New(rand.NewPCG(seed, 2)), base: map[string]shopTable{}}
	// The readings of a process are never used twice: each database has years of its own.
	s.start = models.Past().AddDate(150, 0, 0)
	s.at(0, 0)
	for range 2 {
		config := testdb.Config()
		config.NowFunc = func() time.Time { return *s.clock.Load() }
		db := open(t, config)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models.StoryModels, Observers: []softdelete.Observer{storyAudit}})))
		s.handles = append(s.handles, db)
		s.trashes = append(s.trashes, models.OpenTrash(t, db))
	}
	s.rows = loadStory(t, s.handles[0], data)
	for _, table := range storyTables {
		s.base[table] = dumpShopTable(t, s.handles[0], table, "id")
	}
	return s
}

// at sets the clock.
func (s *story) at(day, minute int) {
	now := s.start.AddDate(0, 0, day).Add(time.Duration(minute) * time.Minute)
	s.clock.Store(&now)
}

func (s *story) day(day int) {
	minute := 8 * 60
	for range 2 + s.random.IntN(4) {
		minute += 1 + s.random.IntN(60)
		s.at(day, minute)
		who := []string{"ana", "bob", "eve", "zoe"}[s.random.IntN(4)]
		db := s.handles[s.random.IntN(2)].WithContext(softdelete.WithReason(softdelete.WithActor(s.t.Context(), who), fmt.Sprint("day ", day)))
		switch dice := s.random.IntN(20); {
		case dice < 7:
			s.trash(db, who, "story_invoices", 1+s.random.IntN(4))
		case dice < 10:
			s.trash(db, who, "story_lines", 1+s.random.IntN(3))
		case dice < 11:
			s.trash(db, who, "story_customers", 1)
		case dice < 14:
			s.undo(db, who)
		case dice < 17:
			s.restore(db, who)
		case dice < 18:
			s.rescue(db, who)
		case dice < 19:
			s.purge(db, who)
		default:
			s.changeOnesMind(db)
		}
	}
	s.at(day, 23*60)
	s.empty()
}

// pick draws some rows.
func (s *story) pick(n int, is func(*storyRow) bool) []*storyRow {
	var fitting []*storyRow
	for _, i := range s.random.Perm(len(s.rows)) {
		if len(fitting) < n && is(s.rows[i]) {
			fitting = append(fitting, s.rows[i])
		}
	}
	return fitting
}

func storyKeysOf(rows []*storyRow) []uint {
	keys := make([]uint, len(rows))
	for i, row := range rows {
		keys[i] = row.key
	}
	return keys
}

// storyModel is a new value of a table's model, with a key.
func storyModel(table string, key uint) any {
	switch table {
	case "story_customers":
		return &models.StoryCustomer{ID: key}
	case "story_invoices":
		return &models.StoryInvoice{ID: key}
	default:
		return &models.StoryLine{ID: key}
	}
}

func (s *story) trash(db *gorm.DB, who, table string, n int) {
	roots := s.pick(n, func(r *storyRow) bool { return r.table == table && r.isLive() })
	if len(roots) == 0 {
		return
	}
	op := &storyOp{roots: roots, rows: trashedBy(roots)}
	tx := db.Scopes(softdelete.Into(&op.Deletion))
	if keys := storyKeysOf(roots); s.random.IntN(2) == 0 {
		tx = tx.Delete(storyModel(table, 0), keys)
	} else {
		tx = tx.Where("id IN ?", keys).Delete(storyModel(table, 0))
	}
	require.NoError(s.t, tx.Error)
	require.Equal(s.t, storyCounts(op.rows), op.Rows)
	for _, row := range op.rows {
		row.by = op
	}
	s.ops = append(s.ops, op)
	s.log(softdelete.OpSoftDelete, op.ID, who, roots, op.rows)
}

func (s *story) log(what softdelete.Operation, id uuid.UUID, who string, roots, rows []*storyRow) {
	s.entries = append(s.entries, entriesOf(what, id.String(), who, roots, rows)...)
}

// undo undoes an operation, of which rows may have come back or gone since.
func (s *story) undo(db *gorm.DB, who string) {
	if len(s.ops) == 0 {
		return
	}
	op := s.ops[s.random.IntN(len(s.ops))]
	var rows []*storyRow
	for _, row := range op.rows {
		if row.isTrashed() && row.by == op {
			rows = append(rows, row)
		}
	}
	undone, err := softdelete.Undo(db, op.ID)
	if len(rows) == 0 {
		require.ErrorIs(s.t, err, softdelete.ErrNotFound)
		return
	}
	require.NoError(s.t, err)
	require.Equal(s.t, storyCounts(rows), undone.Rows)
	// What is left of the operation may hang on other rows than before: those of the topmost table count as addressed.
	top := slices.MaxFunc(rows, func(a, b *storyRow) int {
		return slices.Index(storyTables, a.table) - slices.Index(storyTables, b.table)
	}).table
	roots := slices.DeleteFunc(slices.Clone(rows), func(r *storyRow) bool { return r.table != top })
	s.log(softdelete.OpRestore, op.ID, who, roots, rows)
	for _, row := range rows {
		row.by = nil
	}
}

func (s *story) restore(db *gorm.DB, who string) {
	for _, row := range s.pick(1, (*storyRow).isTrashed) {
		err := softdelete.Restore(db, storyModel(row.table, row.key)).Error
		if row.parent != nil && row.parent.isTrashed() && row.parent.by == row.by {
			require.ErrorIs(s.t, err, softdelete.ErrParentTrashed)
			return
		}
		require.NoError(s.t, err)
		s.back(who, restoredWith(row))
	}
}

// rescue restores an invoice alone, whatever has become of its customer and its lines.
func (s *story) rescue(db *gorm.DB, who string) {
	for _, row := range s.pick(1, func(r *storyRow) bool { return r.table == "story_invoices" && r.isTrashed() }) {
		require.NoError(s.t, softdelete.Restore(db.Scopes(softdelete.RootOnly), storyModel(row.table, row.key)).Error)
		s.back(who, []*storyRow{row})
	}
}

// strand trashes a customer, brings back one of the invoices alone, and lets the customer's time run out: the invoice holds it.
func (s *story) strand(day int) {
	s.at(day, 8*60)
	isSold := func(r *storyRow) bool { return r.table == "story_invoices" && r.isLive() && r.parent.isLive() }
	invoice, db := s.pick(1, isSold)[0], s.handles[0].WithContext(softdelete.WithReason(softdelete.WithActor(s.t.Context(), "ana"), "stranded"))
	op := &storyOp{roots: []*storyRow{invoice.parent}, rows: trashedBy([]*storyRow{invoice.parent})}
	require.NoError(s.t, db.Scopes(softdelete.Into(&op.Deletion)).Delete(storyModel(invoice.parent.table, invoice.parent.key)).Error)
	for _, row := range op.rows {
		row.by = op
	}
	s.ops = append(s.ops, op)
	s.log(softdelete.OpSoftDelete, op.ID, "ana", op.roots, op.rows)
	require.NoError(s.t, softdelete.Restore(db.Scopes(softdelete.RootOnly), storyModel(invoice.table, invoice.key)).Error)
	s.back("ana", []*storyRow{invoice})
	s.at(day+31, 23*60)
	s.empty()
}

func (s *story) back(who string, rows []*storyRow) {
	s.log(softdelete.OpRestore, uuid.Nil, who, rows[:1], rows)
	for _, row := range rows {
		row.by = nil
	}
}

func (s *story) purge(db *gorm.DB, who string) {
	for _, row := range s.pick(1, (*storyRow).isTrashed) {
		rows, held := purgedWith(row)
		err := softdelete.Purge(db, storyModel(row.table, row.key)).Error
		if held {
			require.ErrorIs(s.t, err, softdelete.ErrRestricted)
			return
		}
		require.NoError(s.t, err)
		s.log(softdelete.OpPurge, uuid.Nil, who, []*storyRow{row}, rows)
		for _, row := range rows {
			row.gone = true
		}
	}
}

var errMind = errors.New("changed one's mind")

// changeOnesMind does things in a transaction, and rolls them back.
func (s *story) changeOnesMind(db *gorm.DB) {
	require.ErrorIs(s.t, db.Transaction(func(tx *gorm.DB) error {
		for _, row := range s.pick(2, (*storyRow).isLive) {
			require.NoError(s.t, tx.Delete(storyModel(row.table, row.key)).Error)
		}
		for _, row := range s.pick(1, (*storyRow).isTrashed) {
			require.NoError(s.t, softdelete.Restore(tx.Scopes(softdelete.RootOnly), storyModel(row.table, row.key)).Error)
		}
		return errMind
	}), errMind)
}

// empty lets both processes empty the trash at once.
func (s *story) empty() {
	reports, errs := make([]softdelete.EmptyReport, 2), make([]error, 2)
	var wait sync.WaitGroup
	for i, trash := range s.trashes {
		ctx := softdelete.WithActor(context.Background(), fmt.Sprint("sweeper ", i))
		batch := 1 + s.random.IntN(40)
		wait.Go(func() {
			reports[i], errs[i] = trash.Empty(ctx, softdelete.EmptyOptions{OlderThan: storyRetention, BatchSize: batch})
		})
	}
	wait.Wait()
	require.NoError(s.t, errors.Join(errs...))
	rows, held := dueBefore(s.rows, s.clock.Load().Add(-storyRetention))
	for _, row := range rows {
		s.swept = append(s.swept, fmt.Sprint(s.clock.Load().UTC().Format(time.DateOnly), " ", row.table, " ", row.key))
	}
	counts := map[string]int64{}
	stuck := map[string]bool{}
	for _, report := range reports {
		for table, n := range report.Rows {
			counts[table] += n
		}
		for _, failed := range report.Failed {
			require.ErrorIs(s.t, failed, softdelete.ErrRestricted)
			require.Len(s.t, failed.Key, 1)
			stuck[fmt.Sprint(failed.Table, " ", failed.Key[0])] = true
		}
	}
	require.Equal(s.t, storyCounts(rows), counts)
	want := map[string]bool{}
	for _, row := range held {
		want[fmt.Sprint(row.table, " ", row.key)] = true
	}
	require.Equal(s.t, want, stuck, "what something live holds is reported, and left")
	s.purged += len(rows)
	s.held += len(held)
}

// requireTables compares each table with what it held in the beginning and what the story has made of it.
func (s *story) requireTables() {
	s.t.Helper()
	byName := map[shopRow]*storyRow{}
	for _, row := range s.rows {
		byName[row.shopRow] = row
	}
	for _, table := range storyTables {
		base := s.base[table]
		want := [][]any{}
		for i, values := range base.rows {
			row := byName[base.names[i]]
			switch {
			case row.gone:
				continue
			case row.by != nil:
				values = base.with(values, map[string]any{
					"deleted_at": row.by.At.UTC(), "deleted_by": row.by.By, "delete_reason": row.by.Reason, "deletion_id": row.by.ID.String(),
				})
			}
			want = append(want, values)
		}
		now := dumpShopTable(s.t, s.handles[0], table, "id")
		require.Equal(s.t, len(want), len(now.rows), table)
		for i, values := range now.rows {
			require.Equal(s.t, want[i], values, "%s %v", table, now.names[i])
		}
	}
}

// requireLog compares what the observer has written.
func (s *story) requireLog() {
	s.t.Helper()
	var log []storyEntry
	require.NoError(s.t, s.handles[0].Order("id").Find(&log).Error)
	var entries, swept []string
	for _, entry := range log {
		if !strings.HasPrefix(entry.Who, "sweeper ") {
			entries = append(entries, fmt.Sprintf("%s of %s by %s: %s %s, along: %t", entry.What, entry.Op, entry.Who, entry.Of, entry.Keys, entry.Along))
			continue
		}
		require.Equal(s.t, "purge", entry.What)
		for key := range strings.FieldsSeq(entry.Keys) {
			swept = append(swept, fmt.Sprint(entry.At.UTC().Format(time.DateOnly), " ", entry.Of, " ", key))
		}
	}
	slices.Sort(entries)
	slices.Sort(s.entries)
	require.Equal(s.t, s.entries, entries, "each operation once")
	slices.Sort(swept)
	slices.Sort(s.swept)
	require.Equal(s.t, s.swept, swept, "each row that the evenings have purged once, on its day")
}

// requireTrash compares what the trash tells with the replay.
func (s *story) requireTrash() {
	s.t.Helper()
	byOp := map[*storyOp][]*storyRow{}
	trashed := []*storyRow{}
	for _, row := range s.rows {
		if row.isTrashed() {
			byOp[row.by] = append(byOp[row.by], row)
			trashed = append(trashed, row)
		}
	}
	want := []softdelete.Deletion{}
	for op, rows := range byOp {
		d := op.Deletion
		d.At, d.Rows = d.At.UTC(), storyCounts(rows)
		want = append(want, d)
	}
	slices.SortFunc(want, func(a, b softdelete.Deletion) int { return b.At.Compare(a.At) })
	require.Equal(s.t, want, models.DeletionsAll(s.t, s.trashes[0], softdelete.ListOptions{Limit: 7}, concurrent.NothingBetween))
	require.Len(s.t, models.ListAll(s.t, s.trashes[1], softdelete.ListOptions{Limit: 9}), len(trashed))
	counts := storyCounts(trashed)
	for table, stat := range models.StatsOf(s.t, s.trashes[1]) {
		require.Equal(s.t, counts[table], stat.Trashed, table)
	}
}
