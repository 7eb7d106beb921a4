package chinook_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

// checkSeen reads in all ways there are, and requires that the rows that are
// gone are seen by those that ask for them only.
func (s *shopStore) checkSeen(t *testing.T, db *gorm.DB, gone shopRows) {
	t.Helper()
	view := s.as(gone)
	counts := gone.counts()
	checkShopListing(t, db, view, counts["shop_artists"], s.Artist, "id")
	checkShopListing(t, db, view, counts["shop_albums"], s.Album, "id")
	checkShopListing(t, db, view, counts["shop_tracks"], s.Track, "id")
	checkShopListing(t, db, view, counts["shop_playlists"], s.Playlist, "id")
	checkShopListing(t, db, view, counts["shop_playlist_tracks"], s.PlaylistTrack, chinookLinkSQL)
	checkShopListing(t, db, view, counts["shop_customers"], s.Customer, "id")
	checkShopListing(t, db, view, counts["shop_invoices"], s.Invoice, "id")
	checkShopListing(t, db, view, counts["shop_invoice_lines"], s.InvoiceLine, "id")
	s.checkShopJoins(t, db, view)
	s.checkShopPreloads(t, db, view)
}

// checkShopListing is checkListing for a table of which rows are trashed; of
// others it is enough that none is missing.
func checkShopListing[T chinookRow](t *testing.T, db *gorm.DB, view *chinookStore, gone int64, rows []T, keySQL string) {
	t.Helper()
	if gone > 0 && gone < int64(len(rows)) {
		checkListing(t, db, view, rows, keySQL)
		return
	}
	var n int64
	require.NoError(t, db.Model(new(T)).Count(&n).Error)
	require.Equal(t, int64(len(rows))-gone, n, "%T", *new(T))
}

// checkShopJoins joins what was sold with all that it hangs on.
func (s *shopStore) checkShopJoins(t *testing.T, db *gorm.DB, view *chinookStore) {
	t.Helper()
	tracks, albums, artists, invoices := chinookByKey(s.Track), chinookByKey(s.Album), chinookByKey(s.Artist), chinookByKey(s.Invoice)
	var wantLeft, wantInner []string
	for _, line := range s.InvoiceLine {
		track := tracks[line.TrackID]
		album := albums[track.AlbumID]
		a, b := view.shows(chinookLive, track), view.shows(chinookLive, invoices[line.InvoiceID])
		if view.shows(chinookLive, line) {
			wantLeft = append(wantLeft, fmt.Sprint(line.ID, a, b))
			if a && b && view.shows(chinookLive, album) && view.shows(chinookLive, artists[album.ArtistID]) {
				wantInner = append(wantInner, strconv.Itoa(int(line.ID)))
			}
		}
	}
	var left, inner []shopInvoiceLine
	require.NoError(t, db.Joins("Track").Joins("Invoice").Find(&left).Error)
	requireChinookSet(t, "lines", wantLeft, chinookMap(left, func(line shopInvoiceLine) string {
		return fmt.Sprint(line.ID, line.Track != nil, line.Invoice != nil)
	}))
	joined := db.InnerJoins("Invoice").InnerJoins("Track").InnerJoins("Track.Album").InnerJoins("Track.Album.Artist").Session(&gorm.Session{})
	require.NoError(t, joined.Find(&inner).Error)
	requireChinookSet(t, "lines, inner", wantInner, chinookMap(inner, func(line shopInvoiceLine) string { return strconv.Itoa(int(line.ID)) }))
	var n int64
	require.NoError(t, joined.Model(&shopInvoiceLine{}).Count(&n).Error)
	require.EqualValues(t, len(wantInner), n)
}

// checkShopPreloads reads artists down to their playlists, playlists with their
// tracks, and counts associations.
func (s *shopStore) checkShopPreloads(t *testing.T, db *gorm.DB, view *chinookStore) {
	t.Helper()
	tracks, albums, artists, playlists := chinookByKey(s.Track), chinookByKey(s.Album), chinookByKey(s.Artist), chinookByKey(s.Playlist)
	var wantDown, wantUp, down, up []string
	linked := map[uint]int64{}
	for _, link := range s.PlaylistTrack {
		track := tracks[link.TrackID]
		album := albums[track.AlbumID]
		artist := artists[album.ArtistID]
		if !view.shows(chinookLive, link) || !view.shows(chinookLive, track) || !view.shows(chinookLive, playlists[link.PlaylistID]) {
			continue
		}
		wantUp = append(wantUp, fmt.Sprint(link.PlaylistID, track.ID))
		linked[link.PlaylistID]++
		if view.shows(chinookLive, album) && view.shows(chinookLive, artist) {
			wantDown = append(wantDown, fmt.Sprint(artist.ID, album.ID, track.ID, link.PlaylistID))
		}
	}
	var allArtists []shopArtist
	require.NoError(t, db.Preload("Albums.Tracks.Playlists").Find(&allArtists).Error)
	for _, artist := range allArtists {
		for _, album := range artist.Albums {
			for _, track := range album.Tracks {
				for _, playlist := range track.Playlists {
					down = append(down, fmt.Sprint(artist.ID, album.ID, track.ID, playlist.ID))
				}
			}
		}
	}
	requireChinookSet(t, "artists down to playlists", wantDown, down)

	var allPlaylists []shopPlaylist
	require.NoError(t, db.Preload("Tracks").Find(&allPlaylists).Error)
	for _, playlist := range allPlaylists {
		for _, track := range playlist.Tracks {
			up = append(up, fmt.Sprint(playlist.ID, track.ID))
		}
		association := db.Model(&shopPlaylist{ID: playlist.ID}).Association("Tracks")
		require.Equal(t, linked[playlist.ID], association.Count(), "playlist %d", playlist.ID)
		require.NoError(t, association.Error)
	}
	requireChinookSet(t, "playlists with tracks", wantUp, up)
}
