package softdelete_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
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
	require.NoError(t, s.db.AutoMigrate(shopModels()...))
	fillChinook(t, s.db, "shop_",
		chinookCopy(s.Genre), chinookCopy(s.MediaType), chinookCopy(s.Artist), chinookCopy(s.Album), chinookCopy(s.Track), chinookCopy(s.Employee),
		chinookCopy(s.Customer), chinookCopy(s.Invoice), chinookCopy(s.InvoiceLine), chinookCopy(s.Playlist), chinookCopy(s.PlaylistTrack))
	s.base = dumpShop(t, s.db)
	require.Len(t, s.base["shop_tracks"], len(s.Track))
	require.Len(t, s.base["shop_playlist_tracks"], len(s.PlaylistTrack))
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

// shopDump is all that the tables hold, in the order of their keys.
type shopDump map[string][]map[string]any

// dumpShop reads the tables without the library.
func dumpShop(t *testing.T, db *gorm.DB) shopDump {
	t.Helper()
	dump := shopDump{}
	for _, table := range chinookTables {
		name, order := shopTable(table.name), table.order
		dump[name] = stored(t, db, name, order)
	}
	return dump
}

// shopTable is the name here of a table of the other Chinook tests.
func shopTable(name string) string { return "shop" + name[len("chinook"):] }

// shopRowIn names a row of a dump.
func shopRowIn(table string, row map[string]any) shopRow {
	number := func(column string) uint { return uint(reflect.ValueOf(row[column]).Int()) }
	if table == "shop_playlist_tracks" {
		return shopRow{table, chinookLink(number("playlist_id"), number("track_id"))}
	}
	return shopRow{table, number("id")}
}

// pairs calls f with each row of a table, and with the same one in another dump.
func (d shopDump) pairs(t *testing.T, other shopDump, f func(name shopRow, row, same map[string]any)) {
	t.Helper()
	for _, table := range chinookTables {
		name := shopTable(table.name)
		require.Len(t, other[name], len(d[name]), name)
		for i, row := range d[name] {
			f(shopRowIn(name, row), row, other[name][i])
		}
	}
}

// requireSame requires that each row of each table is the same.
func (d shopDump) requireSame(t *testing.T, other shopDump) {
	t.Helper()
	d.requireTrashed(t, other, nil, softdelete.Deletion{})
}

// requireTrashed requires that the rows that are gone were stamped as the
// deletion says, otherwise are as they were, and that nothing else has changed.
func (d shopDump) requireTrashed(t *testing.T, now shopDump, gone shopRows, deletion softdelete.Deletion) {
	t.Helper()
	var at, id any // as the database stores them
	seen := 0
	d.pairs(t, now, func(name shopRow, row, same map[string]any) {
		if gone[name] {
			seen++
			if at == nil {
				at, id = same["deleted_at"], same["deletion_id"]
				require.Equal(t, deletion.At.UTC(), at, "%v", name)
				require.Equal(t, deletion.ID, shopID(t, id), "%v", name)
			}
			row = maps.Clone(row)
			row["deleted_at"], row["deleted_by"], row["delete_reason"], row["deletion_id"] = at, deletion.By, deletion.Reason, id
		}
		if !reflect.DeepEqual(row, same) {
			require.Equal(t, row, same, "%v, trashed: %t", name, gone[name])
		}
	})
	require.Equal(t, len(gone), seen)
}

// without is the dump without rows.
func (d shopDump) without(rows shopRows) shopDump {
	rest := shopDump{}
	for table, list := range d {
		for _, row := range list {
			if !rows[shopRowIn(table, row)] {
				rest[table] = append(rest[table], row)
			}
		}
	}
	return rest
}

// shopID reads a deletion_id as it is stored.
func shopID(t *testing.T, value any) uuid.UUID {
	t.Helper()
	id, err := uuid.Parse(fmt.Sprint(value))
	require.NoError(t, err)
	return id
}
