package chinook_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
)

// chinookStore is the data as the JSON has it, and which of it is trashed: what
// the database is compared with.
type chinookStore struct {
	Genre         []chinookGenre
	MediaType     []chinookMediaType
	Artist        []chinookArtist
	Album         []chinookAlbum
	Track         []chinookTrack
	Employee      []chinookEmployee
	Customer      []chinookCustomer
	Invoice       []chinookInvoice
	InvoiceLine   []chinookInvoiceLine
	Playlist      []chinookPlaylist
	PlaylistTrack []chinookPlaylistTrack

	random *rand.Rand
	gone   map[reflect.Type]map[uint]bool
}

// readChinook reads the data, and skips the test where there is none.
func readChinook(t *testing.T) []byte {
	t.Helper()
	path := os.Getenv("CHINOOK_JSON")
	if path == "" {
		t.Skip("the Chinook store: set CHINOOK_JSON to the path of the Chinook sample database as one JSON object, a list of rows for each table")
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}

// chinookSeed is CHINOOK_SEED, else a new one.
func chinookSeed(t *testing.T) uint64 {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("CHINOOK_SEED"); given != "" {
		var err error
		seed, err = strconv.ParseUint(given, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("seed: CHINOOK_SEED=%d", seed)
	return seed
}

func newChinookStore(t *testing.T, data []byte, seed uint64) *chinookStore {
	t.Helper()
	s := &chinookStore{random: rand.New(rand.NewPCG(seed, 0)), gone: map[reflect.Type]map[uint]bool{}}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(s))
	return s
}

// load makes the tables and fills them.
func (s *chinookStore) load(t *testing.T, db *gorm.DB) {
	t.Helper()
	require.NoError(t, db.SetupJoinTable(&chinookPlaylist{}, "Tracks", &chinookPlaylistTrack{}))
	require.NoError(t, db.SetupJoinTable(&chinookTrack{}, "Playlists", &chinookPlaylistTrack{}))
	require.NoError(t, database.ByBytes(db).AutoMigrate(
		&chinookPlaylistTrack{}, &chinookPlaylist{}, &chinookInvoiceLine{}, &chinookInvoice{}, &chinookCustomer{},
		&chinookEmployee{}, &chinookTrack{}, &chinookAlbum{}, &chinookArtist{}, &chinookMediaType{}, &chinookGenre{},
	))
	fillChinook(t, db, "chinook_",
		chinookCopy(s.Genre), chinookCopy(s.MediaType), chinookCopy(s.Artist), chinookCopy(s.Album), chinookCopy(s.Track), chinookCopy(s.Employee),
		chinookCopy(s.Customer), chinookCopy(s.Invoice), chinookCopy(s.InvoiceLine), chinookCopy(s.Playlist), chinookCopy(s.PlaylistTrack))
}

// fillChinook fills the tables, parents first, and requires that they have their
// foreign keys.
func fillChinook(t *testing.T, db *gorm.DB, prefix string, lists ...any) {
	t.Helper()
	require.NoError(t, db.Transaction(func(tx *gorm.DB) error {
		for _, rows := range lists {
			// At most 20 columns: far from the 32766 parameters of SQLite.
			if err := tx.CreateInBatches(rows, 500).Error; err != nil {
				return err
			}
		}
		return nil
	}))
	for _, key := range chinookKeys {
		// The rows of one parent: those of several would have one key in the join table, of which TiDB tells first.
		var parent uint
		require.NoError(t, db.Raw(fmt.Sprintf("SELECT MIN(%s) FROM %s", key.column, prefix+key.table)).Scan(&parent).Error)
		require.NotZero(t, parent, "%s.%s", key.table, key.column)
		err := db.Exec(fmt.Sprintf("UPDATE %s SET %s = 99999 WHERE %[2]s = ?", prefix+key.table, key.column), parent).Error
		require.ErrorContains(t, err, "constraint", "a foreign key is missing: %s.%s", key.table, key.column)
	}
}

// chinookCopy keeps what a create writes into its rows out of the store.
func chinookCopy[T any](rows []T) any {
	rows = slices.Clone(rows)
	return &rows
}

// chinookDump is all rows of all tables, a line for each, in order.
type chinookDump map[string][]string

// dumpChinook reads the tables without the library. Without the columns that
// deletes write if bare.
func dumpChinook(t *testing.T, db *gorm.DB, bare bool) chinookDump {
	t.Helper()
	dump := chinookDump{}
	for _, table := range chinookTables {
		rows, err := db.Raw("SELECT * FROM " + table.name + " ORDER BY " + table.order).Rows()
		require.NoError(t, err)
		t.Cleanup(func() { _ = rows.Close() })
		columns, err := rows.Columns()
		require.NoError(t, err)
		for _, written := range table.written {
			require.Contains(t, columns, written)
		}
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		for rows.Next() {
			require.NoError(t, rows.Scan(places...))
			var line strings.Builder
			for i, column := range columns {
				if !bare || !slices.Contains(table.written, column) {
					fmt.Fprintf(&line, "%s=%T:%v ", column, values[i], values[i])
				}
			}
			dump[table.name] = append(dump[table.name], line.String())
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close())
	}
	return dump
}

func (d chinookDump) requireSame(t *testing.T, other chinookDump) {
	t.Helper()
	for _, table := range chinookTables {
		require.Len(t, other[table.name], len(d[table.name]), table.name)
		for i, line := range d[table.name] {
			require.Equal(t, line, other[table.name][i], table.name)
		}
	}
}

// pickChinook chooses n of the rows by chance.
func pickChinook[T chinookRow](s *chinookStore, rows []T, n int) []T {
	picked := make([]T, n)
	for i, at := range s.random.Perm(len(rows))[:n] {
		picked[i] = rows[at]
	}
	return picked
}

// markChinookGone notes that rows are trashed.
func markChinookGone[T chinookRow](s *chinookStore, rows []T) {
	gone := s.gone[reflect.TypeFor[T]()]
	if gone == nil {
		gone = map[uint]bool{}
		s.gone[reflect.TypeFor[T]()] = gone
	}
	for _, row := range rows {
		gone[row.key()] = true
	}
}

// chinookShow is which rows of a model should be seen.
type chinookShow int

const (
	chinookLive chinookShow = iota
	chinookAll
	chinookTrashed
)

// shows tells if a row should be seen.
func (s *chinookStore) shows(show chinookShow, row chinookRow) bool {
	gone := s.gone[reflect.TypeOf(row)][row.key()]
	return show == chinookAll || gone == (show == chinookTrashed)
}

// chinookShown are the keys of the rows that should be seen.
func chinookShown[T chinookRow](s *chinookStore, show chinookShow, rows []T) []uint {
	var keys []uint
	for _, row := range rows {
		if s.shows(show, row) {
			keys = append(keys, row.key())
		}
	}
	return keys
}

func chinookKeysOf[T chinookRow](rows []T) []uint {
	keys := make([]uint, len(rows))
	for i, row := range rows {
		keys[i] = row.key()
	}
	return keys
}

// chinookByKey finds rows by their key.
func chinookByKey[T chinookRow](rows []T) map[uint]T {
	m := make(map[uint]T, len(rows))
	for _, row := range rows {
		m[row.key()] = row
	}
	return m
}

// requireChinookSet compares what should be seen with what is, in any order, each
// as often as it should. That nothing should be seen is a mistake of the test.
func requireChinookSet[K cmp.Ordered](t *testing.T, what string, want, got []K) {
	t.Helper()
	require.NotEmpty(t, want, "%s: the test expects nothing", what)
	balance := map[K]int{}
	for _, k := range want {
		balance[k]++
	}
	for _, k := range got {
		balance[k]--
	}
	var missing, extra []K
	for k, n := range balance {
		if n > 0 {
			missing = append(missing, k)
		} else if n < 0 {
			extra = append(extra, k)
		}
	}
	slices.Sort(missing)
	slices.Sort(extra)
	if len(missing)+len(extra) > 0 {
		require.Failf(t, "other rows than there should be", "%s: %d should be seen, %d are; missing %v, extra %v",
			what, len(want), len(got), missing[:min(len(missing), 9)], extra[:min(len(extra), 9)])
	}
}

// trashChinook trashes n rows by all means there are, each a fifth of them.
func trashChinook[T chinookRow](t *testing.T, db *gorm.DB, s *chinookStore, rows []T, n int) {
	t.Helper()
	ctx := softdelete.WithReason(softdelete.WithActor(context.Background(), "ana"), "sold out")
	db = db.WithContext(ctx)
	picked := pickChinook(s, rows, n)
	for i, trash := range []func(part []T) (int64, error){
		func(part []T) (affected int64, err error) {
			for i := range part {
				tx := db.Delete(&part[i])
				affected, err = affected+tx.RowsAffected, cmp.Or(err, tx.Error)
			}
			return affected, err
		},
		func(part []T) (int64, error) {
			tx := db.Delete(&part)
			return tx.RowsAffected, tx.Error
		},
		func(part []T) (int64, error) {
			tx := db.Where("id = ?", part[0].key()).Or("id IN ?", chinookKeysOf(part[1:])).Delete(new(T))
			return tx.RowsAffected, tx.Error
		},
		func(part []T) (int64, error) {
			tx := db.Delete(new(T), chinookKeysOf(part))
			return tx.RowsAffected, tx.Error
		},
		func(part []T) (int64, error) {
			affected, err := gorm.G[T](db).Where("id IN ?", chinookKeysOf(part)).Delete(ctx)
			return int64(affected), err
		},
	} {
		part := picked[i*n/5 : (i+1)*n/5]
		if len(part) == 0 {
			continue
		}
		affected, err := trash(part)
		require.NoError(t, err)
		require.EqualValues(t, len(part), affected, "means %d", i)
		for j := range part {
			trashed, err := softdelete.IsTrashed(db, &part[j])
			require.NoError(t, err)
			require.Equal(t, i < 2, trashed, "the value of means %d", i)
		}
	}
	markChinookGone(s, picked)
	again := db.Delete(&picked)
	require.NoError(t, again.Error)
	require.Zero(t, again.RowsAffected, "trashed twice")
}
