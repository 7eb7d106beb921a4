package chinook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// The Chinook store: a real database is loaded, some of it trashed, read in all
// ways there are, each compared with the data itself, and restored.
func TestChinookStore(t *testing.T) {
	t.Parallel()
	data, seed := readChinook(t), chinookSeed(t)
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		s := newChinookStore(t, data, seed)
		s.load(t, db)
		before, bare := dumpChinook(t, db, false), dumpChinook(t, db, true)
		require.Len(t, before["chinook_tracks"], len(s.Track))
		require.Len(t, before["chinook_playlist_tracks"], len(s.PlaylistTrack))

		s.trash(t, db)
		bare.requireSame(t, dumpChinook(t, db, true))

		t.Run("listings", func(t *testing.T) { s.checkListings(t, db) })
		t.Run("joins", func(t *testing.T) { s.checkJoins(t, db) })
		t.Run("joins of others", func(t *testing.T) { s.checkOtherJoins(t, db) })
		t.Run("preloads", func(t *testing.T) { s.checkPreloads(t, db) })
		t.Run("playlists", func(t *testing.T) { s.checkPlaylists(t, db) })
		t.Run("groups", func(t *testing.T) { s.checkGroups(t, db) })
		t.Run("subqueries", func(t *testing.T) { s.checkSubqueries(t, db) })
		bare.requireSame(t, dumpChinook(t, db, true))

		s.restore(t, db)
		before.requireSame(t, dumpChinook(t, db, false))
	})
}

func (s *chinookStore) trash(t *testing.T, db *gorm.DB) {
	t.Helper()
	s.trashLinks(t, db, 120)
	trashChinook(t, db, s, s.Artist, 40)
	trashChinook(t, db, s, s.Track, 100)
	trashChinook(t, db, s, s.Playlist, 5)
	trashChinook(t, db, s, s.Album, 30)
	trashChinook(t, db, s, s.Genre, 6)
	trashChinook(t, db, s, s.MediaType, 1)
	trashChinook(t, db, s, s.Employee, 2)
	trashChinook(t, db, s, s.Customer, 12)
	trashChinook(t, db, s, s.Invoice, 60)
}

// trashLinks trashes rows of the join table: as a slice, by conditions, and as
// what links two rows.
func (s *chinookStore) trashLinks(t *testing.T, db *gorm.DB, n int) {
	t.Helper()
	picked := pickChinook(s, s.PlaylistTrack, n)
	part := picked[:n/3]
	tx := db.Delete(&part)
	require.NoError(t, tx.Error)
	require.EqualValues(t, len(part), tx.RowsAffected)

	var pairs [][]any
	for _, link := range picked[n/3 : n/2] {
		pairs = append(pairs, []any{link.PlaylistID, link.TrackID})
	}
	tx = db.Where("(playlist_id, track_id) IN ?", pairs).Delete(&chinookPlaylistTrack{})
	require.NoError(t, tx.Error)
	require.EqualValues(t, len(pairs), tx.RowsAffected)

	for _, link := range picked[n/2:] {
		linked := db.Model(&chinookPlaylist{ID: link.PlaylistID}).Association("Tracks")
		require.NoError(t, linked.Delete(&chinookTrack{ID: link.TrackID}))
	}
	markChinookGone(s, picked)
}

func (s *chinookStore) checkListings(t *testing.T, db *gorm.DB) {
	t.Helper()
	checkListing(t, db, s, s.Genre, "id")
	checkListing(t, db, s, s.MediaType, "id")
	checkListing(t, db, s, s.Artist, "id")
	checkListing(t, db, s, s.Album, "id")
	checkListing(t, db, s, s.Track, "id")
	checkListing(t, db, s, s.Employee, "id")
	checkListing(t, db, s, s.Customer, "id")
	checkListing(t, db, s, s.Invoice, "id")
	checkListing(t, db, s, s.Playlist, "id")
	checkListing(t, db, s, s.PlaylistTrack, chinookLinkSQL)

	var lines []chinookInvoiceLine
	require.NoError(t, db.Find(&lines).Error)
	requireChinookSet(t, "invoice lines", chinookKeysOf(s.InvoiceLine), chinookKeysOf(lines))
	require.ErrorIs(t, db.Scopes(softdelete.WithTrashed).Find(&lines).Error, softdelete.ErrNotSoftDeletable)

	var tracks []chinookTrack
	require.NoError(t, db.Scopes(softdelete.TrashedBy("ana")).Find(&tracks).Error)
	requireChinookSet(t, "by actor", chinookShown(s, chinookTrashed, s.Track), chinookKeysOf(tracks))
	for _, track := range tracks {
		require.Equal(t, "sold out", *track.RemovedWhy)
	}
}

// chinookView is a way to ask for rows of one model.
type chinookView struct {
	name  string
	show  chinookShow
	scope func(*gorm.DB) *gorm.DB
}

func chinookViews(model any) []chinookView {
	return []chinookView{
		{"default", chinookLive, func(db *gorm.DB) *gorm.DB { return db }},
		{"WithTrashed", chinookAll, softdelete.WithTrashed},
		{"OnlyTrashed", chinookTrashed, softdelete.OnlyTrashed},
		{"WithTrashedIn", chinookAll, softdelete.WithTrashedIn(model)},
		{"OnlyTrashedIn", chinookTrashed, softdelete.OnlyTrashedIn(model)},
		{"taken back", chinookLive, func(db *gorm.DB) *gorm.DB {
			return softdelete.WithoutTrashed(softdelete.OnlyTrashed(db))
		}},
	}
}

// checkListing reads one table in all ways. A row's key in SQL is keySQL.
func checkListing[T chinookRow](t *testing.T, db *gorm.DB, s *chinookStore, rows []T, keySQL string) {
	t.Helper()
	ctx, all := context.Background(), chinookByKey(rows)
	for _, view := range chinookViews(new(T)) {
		what := fmt.Sprintf("%T %s", *new(T), view.name)
		want := chinookShown(s, view.show, rows)

		var found []T
		q := db.Model(new(T)).Scopes(view.scope).Session(&gorm.Session{})
		require.NoError(t, q.Find(&found).Error, what)
		requireChinookSet(t, what+" Find", want, chinookKeysOf(found))
		for _, row := range found {
			trashed, err := softdelete.IsTrashed(db, &row)
			require.NoError(t, err, what)
			require.Equal(t, s.shows(chinookTrashed, row), trashed, what)
			if !trashed {
				requireChinookJSON(t, all[row.key()], row)
			}
		}

		var n int64
		require.NoError(t, q.Count(&n).Error, what)
		require.EqualValues(t, len(want), n, what+" Count")

		// One statement, used again and changed between.
		again := db.Model(new(T)).Scopes(view.scope).Where(keySQL + " < 0")
		require.NoError(t, again.Count(&n).Error, what)
		require.Zero(t, n, what)
		require.NoError(t, again.Or(keySQL+" > 0").Find(&found).Error, what)
		requireChinookSet(t, what+" again", want, chinookKeysOf(found))

		var keys []uint
		require.NoError(t, q.Pluck(keySQL, &keys).Error, what)
		requireChinookSet(t, what+" Pluck", want, keys)

		var small []struct{ Number uint }
		require.NoError(t, q.Select(keySQL+" AS number").Find(&small).Error, what)
		require.Len(t, small, len(want), what)

		// Batches need a single key.
		if keySQL == "id" {
			var batched []uint
			require.NoError(t, q.FindInBatches(&found, len(rows)/7+1, func(*gorm.DB, int) error {
				batched = append(batched, chinookKeysOf(found)...)
				return nil
			}).Error, what)
			requireChinookSet(t, what+" FindInBatches", want, batched)
		}

		typed, err := gorm.G[T](db).Scopes(softdelete.StatementScope(view.scope)).Find(ctx)
		require.NoError(t, err, what)
		requireChinookSet(t, what+" G.Find", want, chinookKeysOf(typed))
		n, err = gorm.G[T](db).Scopes(softdelete.StatementScope(view.scope)).Count(ctx, "*")
		require.NoError(t, err, what)
		require.EqualValues(t, len(want), n, what+" G.Count")

		for _, row := range pickChinook(s, rows, 5) {
			var one T
			err := db.Scopes(view.scope).Where(keySQL+" = ?", row.key()).Or("1 = 0").Take(&one).Error
			if s.shows(view.show, row) {
				require.NoError(t, err, what)
				require.Equal(t, row.key(), one.key(), what)
			} else {
				require.ErrorIs(t, err, gorm.ErrRecordNotFound, what)
			}
		}
	}
	bin := softdelete.Of[T](db)
	trashed, err := bin.Find(ctx)
	require.NoError(t, err)
	requireChinookSet(t, "Of", chinookShown(s, chinookTrashed, rows), chinookKeysOf(trashed))
	n, err := bin.Count(ctx)
	require.NoError(t, err)
	require.EqualValues(t, len(trashed), n)
}

// requireChinookJSON compares all that the data has of a row.
func requireChinookJSON(t *testing.T, want, got any) {
	t.Helper()
	wanted, err := json.Marshal(want)
	require.NoError(t, err)
	have, err := json.Marshal(got)
	require.NoError(t, err)
	require.Equal(t, string(wanted), string(have))
}

// restore restores everything, and leaves nothing trashed.
func (s *chinookStore) restore(t *testing.T, db *gorm.DB) {
	t.Helper()
	ctx := context.Background()
	artists, customers := trashedChinook[chinookArtist](t, db), trashedChinook[chinookCustomer](t, db)
	requireChinookRestored(t, 40)(chinookAffected(softdelete.Restore(db, &artists)))
	requireChinookRestored(t, 12)(chinookAffected(softdelete.Restore(db, &customers)))
	for _, artist := range artists {
		require.Equal(t, softdelete.Tracked{}, artist.Tracked)
	}
	for _, album := range trashedChinook[chinookAlbum](t, db) {
		requireChinookRestored(t, 1)(chinookAffected(softdelete.Restore(db, &album)))
		require.False(t, album.DeletedAt.Valid)
	}
	requireChinookRestored(t, 100)(chinookAffected(softdelete.Restore(db.Where("unit_price < ?", 1).Or("unit_price >= ?", 1), &chinookTrack{})))
	requireChinookRestored(t, 60)(chinookAffected(softdelete.Restore(db.Where("customer_id IN (?)", db.Model(&chinookCustomer{}).Select("id")), &chinookInvoice{})))
	requireChinookRestored(t, 6)(chinookAffected(softdelete.Restore(db, &chinookGenre{}, chinookShown(s, chinookTrashed, s.Genre))))

	var playlists []any
	for _, key := range chinookShown(s, chinookTrashed, s.Playlist) {
		playlists = append(playlists, key)
	}
	requireChinookRestored(t, 5)(softdelete.Of[chinookPlaylist](db).Restore(ctx, playlists...))
	requireChinookRestored(t, 1)(softdelete.Of[chinookMediaType](db).Where("name <> ?", "").Restore(ctx))
	requireChinookRestored(t, 2)(softdelete.Of[chinookEmployee](db).Where("1 = 1").Restore(ctx))

	links := trashedChinook[chinookPlaylistTrack](t, db)
	require.Len(t, links, 120)
	part := links[:40]
	requireChinookRestored(t, 40)(chinookAffected(softdelete.Restore(db, &part)))
	var pairs []any
	for _, link := range links[40:80] {
		pairs = append(pairs, []any{link.PlaylistID, link.TrackID})
	}
	requireChinookRestored(t, 40)(softdelete.Of[chinookPlaylistTrack](db).Restore(ctx, pairs...))
	requireChinookRestored(t, 40)(softdelete.Of[chinookPlaylistTrack](db.Where("playlist_id > 0")).Restore(ctx))
}

func trashedChinook[T any](t *testing.T, db *gorm.DB) []T {
	t.Helper()
	rows, err := softdelete.Of[T](db).Find(context.Background())
	require.NoError(t, err)
	return rows
}

func chinookAffected(tx *gorm.DB) (int64, error) { return tx.RowsAffected, tx.Error }

func requireChinookRestored(t *testing.T, want int64) func(int64, error) {
	t.Helper()
	return func(got int64, err error) {
		t.Helper()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}
