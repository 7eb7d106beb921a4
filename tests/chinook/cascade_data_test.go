package chinook_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// shopData is the data as the JSON has it.
type shopData struct {
	Genre         []shopGenre
	MediaType     []shopMediaType
	Artist        []shopArtist
	Album         []shopAlbum
	Track         []shopTrack
	Employee      []shopEmployee
	Customer      []shopCustomer
	Invoice       []shopInvoice
	InvoiceLine   []shopInvoiceLine
	Playlist      []shopPlaylist
	PlaylistTrack []shopPlaylistTrack
}

// shopRow names a row by its table and key.
type shopRow struct {
	table string
	key   uint
}

// shopRows are rows, each once.
type shopRows map[shopRow]bool

// counts counts them by table, as reports do.
func (r shopRows) counts() map[string]int64 {
	counts := map[string]int64{}
	for row := range r {
		counts[row.table]++
	}
	return counts
}

func (r shopRows) plus(others ...shopRows) shopRows {
	sum := maps.Clone(r)
	for _, other := range others {
		maps.Copy(sum, other)
	}
	return sum
}

func (r shopRows) minus(other shopRows) shopRows {
	rest := maps.Clone(r)
	maps.DeleteFunc(rest, func(row shopRow, _ bool) bool { return other[row] })
	return rest
}

// shopRowsOf names values of a model.
func shopRowsOf[T chinookRow](table string, values ...T) shopRows {
	rows := shopRows{}
	for _, value := range values {
		rows[shopRow{table, value.key()}] = true
	}
	return rows
}

// shopStore is the data, what of it hangs on what, and the database that it was
// loaded into.
type shopStore struct {
	shopData
	seed   uint64
	random *rand.Rand
	hang   map[shopRow][]shopRow // what goes along with a row
	gone   shopRows              // what the tests begin with as trashed
	base   shopDump              // and all that is stored then
	open   testdb.Opener
	db     *gorm.DB
}

func newShopStore(t *testing.T, data []byte, seed uint64) *shopStore {
	t.Helper()
	s := &shopStore{seed: seed, random: rand.New(rand.NewPCG(seed, 1)), hang: map[shopRow][]shopRow{}, gone: shopRows{}}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&s.shopData))
	hang := func(parentTable string, parent uint, table string, key uint) {
		on := shopRow{parentTable, parent}
		s.hang[on] = append(s.hang[on], shopRow{table, key})
	}
	for _, r := range s.Album {
		hang("shop_artists", r.ArtistID, "shop_albums", r.ID)
	}
	for _, r := range s.Track {
		hang("shop_albums", r.AlbumID, "shop_tracks", r.ID)
	}
	for _, r := range s.PlaylistTrack {
		hang("shop_tracks", r.TrackID, "shop_playlist_tracks", r.key())
		hang("shop_playlists", r.PlaylistID, "shop_playlist_tracks", r.key())
	}
	for _, r := range s.InvoiceLine {
		hang("shop_tracks", r.TrackID, "shop_invoice_lines", r.ID)
		hang("shop_invoices", r.InvoiceID, "shop_invoice_lines", r.ID)
	}
	for _, r := range s.Invoice {
		hang("shop_customers", r.CustomerID, "shop_invoices", r.ID)
	}
	for _, r := range s.Employee {
		if r.ReportsToID != nil {
			hang("shop_employees", *r.ReportsToID, "shop_employees", r.ID)
		}
	}
	return s
}

// load makes the tables in a new database, and fills them. This handle knows the
// join table by SetupJoinTable.
func (s *shopStore) load(t *testing.T, open testdb.Opener) {
	t.Helper()
	s.open, s.db = open, open(t)
	require.NoError(t, s.db.Use(softdelete.New(softdelete.Config{Models: []any{&shopInvoiceLine{}}})))
	require.NoError(t, s.db.SetupJoinTable(&shopPlaylist{}, "Tracks", &shopPlaylistTrack{}))
	require.NoError(t, s.db.SetupJoinTable(&shopTrack{}, "Playlists", &shopPlaylistTrack{}))
	require.NoError(t, database.ByBytes(s.db).AutoMigrate(shopModels()...))
	fillChinook(t, s.db, "shop_",
		chinookCopy(s.Genre), chinookCopy(s.MediaType), chinookCopy(s.Artist), chinookCopy(s.Album), chinookCopy(s.Track), chinookCopy(s.Employee),
		chinookCopy(s.Customer), chinookCopy(s.Invoice), chinookCopy(s.InvoiceLine), chinookCopy(s.Playlist), chinookCopy(s.PlaylistTrack))
	s.base = dumpShop(t, s.db)
	require.Len(t, s.base["shop_tracks"].rows, len(s.Track))
	require.Len(t, s.base["shop_playlist_tracks"].rows, len(s.PlaylistTrack))
}

// handle opens another handle, that knows models by Config.Models.
func (s *shopStore) handle(t *testing.T, models ...any) *gorm.DB {
	t.Helper()
	db := s.open(t)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models})))
	return db
}

// family is what a delete of rows trashes: live ones, and the live ones that
// hang on those, at any depth.
func (s *shopStore) family(gone shopRows, roots shopRows) shopRows {
	found := shopRows{}
	var add func(row shopRow)
	add = func(row shopRow) {
		if gone[row] || found[row] {
			return
		}
		found[row] = true
		for _, child := range s.hang[row] {
			add(child)
		}
	}
	for row := range roots {
		add(row)
	}
	return found
}

// as is the store as the checks of read paths know it.
func (s *shopStore) as(gone shopRows) *chinookStore {
	view := &chinookStore{random: s.random, gone: map[reflect.Type]map[uint]bool{}}
	markShopGone(view, gone, "shop_artists", s.Artist)
	markShopGone(view, gone, "shop_albums", s.Album)
	markShopGone(view, gone, "shop_tracks", s.Track)
	markShopGone(view, gone, "shop_playlists", s.Playlist)
	markShopGone(view, gone, "shop_playlist_tracks", s.PlaylistTrack)
	markShopGone(view, gone, "shop_employees", s.Employee)
	markShopGone(view, gone, "shop_customers", s.Customer)
	markShopGone(view, gone, "shop_invoices", s.Invoice)
	markShopGone(view, gone, "shop_invoice_lines", s.InvoiceLine)
	return view
}

func markShopGone[T chinookRow](view *chinookStore, gone shopRows, table string, rows []T) {
	for _, row := range rows {
		if gone[shopRow{table, row.key()}] {
			markChinookGone(view, []T{row})
		}
	}
}

// shopDump is all that the tables hold, by their names.
type shopDump map[string]shopTable

// shopTable is a table's rows in the order of their keys.
type shopTable struct {
	columns []string
	names   []shopRow
	rows    [][]any
}

// dumpShop reads the tables without the library.
func dumpShop(t *testing.T, db *gorm.DB) shopDump {
	t.Helper()
	dump := shopDump{}
	for _, table := range chinookTables {
		name := "shop" + strings.TrimPrefix(table.name, "chinook")
		dump[name] = dumpShopTable(t, db, name, table.order)
	}
	return dump
}

func dumpShopTable(t *testing.T, db *gorm.DB, name, order string) shopTable {
	t.Helper()
	var table shopTable
	table.columns, table.rows = tables.Dump(t, db, name, order)
	for _, row := range table.rows {
		key, _ := table.value(row, "id").(int64)
		if name == "shop_playlist_tracks" {
			key = int64(chinookLink(uint(table.value(row, "playlist_id").(int64)), uint(table.value(row, "track_id").(int64))))
		}
		table.names = append(table.names, shopRow{name, uint(key)})
	}
	return table
}

// value is what a row has in a column.
func (d shopTable) value(row []any, column string) any {
	if i := slices.Index(d.columns, column); i >= 0 {
		return row[i]
	}
	return nil
}

// with is a row with other values in some columns.
func (d shopTable) with(row []any, values map[string]any) []any {
	row = slices.Clone(row)
	for column, value := range values {
		row[slices.Index(d.columns, column)] = value
	}
	return row
}

// requireSame requires that each row of each table is the same.
func (d shopDump) requireSame(t *testing.T, now shopDump) {
	t.Helper()
	d.requireTrashed(t, now, nil, softdelete.Deletion{})
}

// requireTrashed requires that the rows that are gone were stamped as the
// deletion says, otherwise are as they were, and that nothing else has changed.
func (d shopDump) requireTrashed(t *testing.T, now shopDump, gone shopRows, deletion softdelete.Deletion) {
	t.Helper()
	var stamps map[string]any
	seen := 0
	for table, list := range d {
		require.Equal(t, list.columns, now[table].columns, table)
		require.Equal(t, len(list.rows), len(now[table].rows), table)
		for i, row := range list.rows {
			same, name := now[table].rows[i], list.names[i]
			if gone[name] {
				seen++
				if stamps == nil {
					at, id := list.value(same, "deleted_at"), list.value(same, "deletion_id")
					require.Equal(t, deletion.At.UTC(), at, "%v", name)
					require.Equal(t, deletion.ID.String(), id, "%v", name)
					stamps = map[string]any{"deleted_at": at, "deleted_by": deletion.By, "delete_reason": deletion.Reason, "deletion_id": id}
				}
				row = list.with(row, stamps)
			}
			if !slices.Equal(row, same) {
				require.Equal(t, row, same, "%v of %v, trashed: %t", list.columns, name, gone[name])
			}
		}
	}
	require.Equal(t, len(gone), seen)
}

// without is the dump without rows.
func (d shopDump) without(rows shopRows) shopDump {
	rest := shopDump{}
	for name, table := range d {
		left := shopTable{columns: table.columns}
		for i, row := range table.rows {
			if !rows[table.names[i]] {
				left.rows, left.names = append(left.rows, row), append(left.names, table.names[i])
			}
		}
		rest[name] = left
	}
	return rest
}
