package chinook_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// checkPreloads reads artists with their albums, and the albums' tracks.
func (s *chinookStore) checkPreloads(t *testing.T, db *gorm.DB) {
	t.Helper()
	albums, tracks := map[uint][]chinookAlbum{}, map[uint][]chinookTrack{}
	for _, album := range s.Album {
		albums[album.ArtistID] = append(albums[album.ArtistID], album)
	}
	for _, track := range s.Track {
		tracks[track.AlbumID] = append(tracks[track.AlbumID], track)
	}
	shelves := func(artist, album, track chinookShow) (lines []string) {
		for _, r := range s.Artist {
			if !s.shows(artist, r) {
				continue
			}
			lines = append(lines, fmt.Sprint(r.ID))
			for _, a := range albums[r.ID] {
				if !s.shows(album, a) {
					continue
				}
				lines = append(lines, fmt.Sprint(r.ID, a.ID))
				for _, row := range tracks[a.ID] {
					if s.shows(track, row) {
						lines = append(lines, fmt.Sprint(r.ID, a.ID, row.ID))
					}
				}
			}
		}
		return lines
	}
	everywhere := softdelete.WithTrashedIn(&chinookArtist{}, &chinookAlbum{}, &chinookTrack{})
	for _, c := range []struct {
		name                 string
		tx                   *gorm.DB
		artist, album, track chinookShow
	}{
		{"default", db, chinookLive, chinookLive, chinookLive},
		{"all artists", db.Scopes(softdelete.WithTrashed), chinookAll, chinookLive, chinookLive},
		{"trashed artists", db.Scopes(softdelete.OnlyTrashed), chinookTrashed, chinookLive, chinookLive},
		{"all albums", db.Scopes(softdelete.WithTrashedIn(&chinookAlbum{})), chinookLive, chinookAll, chinookLive},
		{"all albums by argument", db.Preload("Albums", softdelete.WithTrashed), chinookLive, chinookAll, chinookLive},
		{"trashed tracks", db.Scopes(softdelete.OnlyTrashedIn(&chinookTrack{})), chinookLive, chinookLive, chinookTrashed},
		{"trashed tracks by argument", db.Preload("Albums.Tracks", softdelete.OnlyTrashed), chinookLive, chinookLive, chinookTrashed},
		{"all of all", db.Scopes(everywhere), chinookAll, chinookAll, chinookAll},
		{"argument before model", db.Scopes(everywhere).Preload("Albums", softdelete.WithoutTrashed), chinookAll, chinookLive, chinookAll},
		{"statement before model", db.Scopes(everywhere, softdelete.OnlyTrashed), chinookTrashed, chinookAll, chinookAll},
	} {
		tx := c.tx
		for _, path := range []string{"Albums", "Albums.Tracks"} {
			if _, given := tx.Statement.Preloads[path]; !given {
				tx = tx.Preload(path)
			}
		}
		var artists []chinookArtist
		require.NoError(t, tx.Find(&artists).Error, c.name)
		requireChinookSet(t, c.name, shelves(c.artist, c.album, c.track), chinookShelves(artists))
	}
	for name, limited := range map[string]func(gorm.PreloadBuilder) error{
		"typed":          nil,
		"typed, limited": func(b gorm.PreloadBuilder) error { b.LimitPerRecord(1000); return nil },
	} {
		ctx := context.Background()
		artists, err := gorm.G[chinookArtist](db).Preload("Albums", nil).Preload("Albums.Tracks", limited).Find(ctx)
		require.NoError(t, err, name)
		requireChinookSet(t, name, shelves(chinookLive, chinookLive, chinookLive), chinookShelves(artists))
		artists, err = gorm.G[chinookArtist](db).Scopes(softdelete.StatementScope(everywhere)).
			Preload("Albums", nil).Preload("Albums.Tracks", limited).Find(ctx)
		require.NoError(t, err, name)
		requireChinookSet(t, name+", all of all", shelves(chinookAll, chinookAll, chinookAll), chinookShelves(artists))
	}
	s.checkSales(t, db)
}

// chinookShelves lists artists, each with its albums, each with its tracks.
func chinookShelves(artists []chinookArtist) (lines []string) {
	for _, artist := range artists {
		lines = append(lines, fmt.Sprint(artist.ID))
		for _, album := range artist.Albums {
			lines = append(lines, fmt.Sprint(artist.ID, album.ID))
			for _, track := range album.Tracks {
				lines = append(lines, fmt.Sprint(artist.ID, album.ID, track.ID))
			}
		}
	}
	return lines
}

// checkSales preloads from a table with a pointer marker, over one with a flag,
// to one that has none.
func (s *chinookStore) checkSales(t *testing.T, db *gorm.DB) {
	t.Helper()
	var customers []chinookCustomer
	require.NoError(t, db.Preload("Invoices.Lines.Track.Album").Find(&customers).Error)
	var want, got []string
	people, invoices, tracks, albums := chinookByKey(s.Customer), chinookByKey(s.Invoice), chinookByKey(s.Track), chinookByKey(s.Album)
	for _, line := range s.InvoiceLine {
		invoice, track := invoices[line.InvoiceID], tracks[line.TrackID]
		if s.shows(chinookLive, invoice) && s.shows(chinookLive, people[invoice.CustomerID]) {
			sold := s.shows(chinookLive, track)
			want = append(want, fmt.Sprint(invoice.CustomerID, invoice.ID, line.ID, sold, sold && s.shows(chinookLive, albums[track.AlbumID])))
		}
	}
	for _, customer := range customers {
		for _, invoice := range customer.Invoices {
			for _, line := range invoice.Lines {
				got = append(got, fmt.Sprint(customer.ID, invoice.ID, line.ID, line.Track != nil, line.Track != nil && line.Track.Album != nil))
			}
		}
	}
	requireChinookSet(t, "customers", want, got)
}

// checkPlaylists reads playlists and their tracks through the join table.
func (s *chinookStore) checkPlaylists(t *testing.T, db *gorm.DB) {
	t.Helper()
	lists, tracks := chinookByKey(s.Playlist), chinookByKey(s.Track)
	listed := func(list, link, track chinookShow) []string {
		var lines []string
		for _, row := range s.Playlist {
			if s.shows(list, row) {
				lines = append(lines, fmt.Sprint(row.ID))
			}
		}
		for _, row := range s.PlaylistTrack {
			if s.shows(link, row) && s.shows(list, lists[row.PlaylistID]) && s.shows(track, tracks[row.TrackID]) {
				lines = append(lines, fmt.Sprint(row.PlaylistID, row.TrackID))
			}
		}
		return lines
	}
	for _, c := range []struct {
		name              string
		tx                *gorm.DB
		list, link, track chinookShow
	}{
		{"default", db, chinookLive, chinookLive, chinookLive},
		{"all lists", db.Scopes(softdelete.WithTrashed), chinookAll, chinookLive, chinookLive},
		{"trashed lists", db.Scopes(softdelete.OnlyTrashed), chinookTrashed, chinookLive, chinookLive},
		{"all tracks", db.Preload("Tracks", softdelete.WithTrashed), chinookLive, chinookLive, chinookAll},
		{"trashed tracks", db.Scopes(softdelete.OnlyTrashedIn(&chinookTrack{})), chinookLive, chinookLive, chinookTrashed},
		{"all links", db.Scopes(softdelete.WithTrashedIn(&chinookPlaylistTrack{})), chinookLive, chinookAll, chinookLive},
		{"trashed links", db.Scopes(softdelete.OnlyTrashedIn(&chinookPlaylistTrack{}), softdelete.WithTrashed), chinookAll, chinookTrashed, chinookLive},
		{"all of all", db.Scopes(softdelete.WithTrashedIn(&chinookPlaylistTrack{}, &chinookTrack{}, &chinookPlaylist{})), chinookAll, chinookAll, chinookAll},
	} {
		tx := c.tx
		if len(tx.Statement.Preloads) == 0 {
			tx = tx.Preload("Tracks")
		}
		var playlists []chinookPlaylist
		require.NoError(t, tx.Find(&playlists).Error, c.name)
		var got []string
		for _, list := range playlists {
			got = append(got, fmt.Sprint(list.ID))
			for _, track := range list.Tracks {
				got = append(got, fmt.Sprint(list.ID, track.ID))
			}
		}
		requireChinookSet(t, c.name, listed(c.list, c.link, c.track), got)
	}

	// The other way round, and the links themselves.
	var rows []chinookTrack
	require.NoError(t, db.Preload("Playlists").Find(&rows).Error)
	var links []chinookPlaylistTrack
	require.NoError(t, db.InnerJoins("Playlist").InnerJoins("Track").Find(&links).Error)
	byTrack, byLink := chinookShownLines(s, s.Playlist), chinookShownLines(s, s.Playlist)
	for _, track := range rows {
		for _, list := range track.Playlists {
			byTrack = append(byTrack, fmt.Sprint(list.ID, track.ID))
		}
	}
	for _, link := range links {
		byLink = append(byLink, fmt.Sprint(link.PlaylistID, link.TrackID))
	}
	requireChinookSet(t, "playlists of tracks", listed(chinookLive, chinookLive, chinookLive), byTrack)
	requireChinookSet(t, "links", listed(chinookLive, chinookLive, chinookLive), byLink)

	for _, c := range []struct {
		name        string
		scope       func(*gorm.DB) *gorm.DB
		link, track chinookShow
	}{
		{"default", softdelete.WithoutTrashed, chinookLive, chinookLive},
		{"WithTrashed", softdelete.WithTrashed, chinookLive, chinookAll},
		{"OnlyTrashed", softdelete.OnlyTrashed, chinookLive, chinookTrashed},
		{"WithTrashedIn", softdelete.WithTrashedIn(&chinookPlaylistTrack{}), chinookAll, chinookLive},
		{"OnlyTrashedIn", softdelete.OnlyTrashedIn(&chinookTrack{}), chinookLive, chinookTrashed},
	} {
		got := chinookShownLines(s, s.Playlist)
		for _, id := range chinookShown(s, chinookLive, s.Playlist) {
			tx := c.scope(db).Model(&chinookPlaylist{ID: id}).Session(&gorm.Session{})
			var found []chinookTrack
			require.NoError(t, tx.Association("Tracks").Find(&found), c.name)
			for _, track := range found {
				got = append(got, fmt.Sprint(id, track.ID))
			}
			count := tx.Association("Tracks")
			require.EqualValues(t, len(found), count.Count(), c.name)
			require.NoError(t, count.Error, c.name)
		}
		requireChinookSet(t, "association, "+c.name, listed(chinookLive, c.link, c.track), got)
	}
}

func chinookShownLines[T chinookRow](s *chinookStore, rows []T) []string {
	return chinookMap(chinookShown(s, chinookLive, rows), func(key uint) string { return fmt.Sprint(key) })
}

// checkSubqueries reads tracks in subqueries of WHERE, SELECT and FROM.
func (s *chinookStore) checkSubqueries(t *testing.T, db *gorm.DB) {
	t.Helper()
	ctx := context.Background()
	for _, view := range chinookViews(&chinookTrack{}) {
		counts := map[uint]int{}
		for _, track := range s.Track {
			if s.shows(view.show, track) {
				counts[track.AlbumID]++
			}
		}
		var want []uint
		var wantCounts []string
		for _, album := range s.Album {
			if s.shows(chinookLive, album) {
				wantCounts = append(wantCounts, fmt.Sprint(album.ID, counts[album.ID]))
				if counts[album.ID] > 0 {
					want = append(want, album.ID)
				}
			}
		}
		tracks := db.Model(&chinookTrack{}).Scopes(view.scope).Session(&gorm.Session{})

		var albums []chinookAlbum
		require.NoError(t, db.Where("id IN (?)", tracks.Select("album_id")).Find(&albums).Error)
		requireChinookSet(t, view.name+", where", want, chinookKeysOf(albums))

		typed, err := gorm.G[chinookAlbum](db).Where("id IN (?)", tracks.Select("album_id")).Find(ctx)
		require.NoError(t, err)
		requireChinookSet(t, view.name+", where, typed", want, chinookKeysOf(typed))

		var rows []struct{ ID, N uint }
		own := tracks.Select("count(*)").Where("album_id = chinook_albums.id").Or("1 = 0")
		require.NoError(t, db.Model(&chinookAlbum{}).Select("id, (?) AS n", own).Scan(&rows).Error)
		var counted []string
		for _, row := range rows {
			counted = append(counted, fmt.Sprint(row.ID, row.N))
		}
		requireChinookSet(t, view.name+", select", wantCounts, counted)

		var ids []uint
		require.NoError(t, db.Table("(?) AS t", tracks.Select("id AS track, milliseconds")).Where("milliseconds > 0").Pluck("track", &ids).Error)
		requireChinookSet(t, view.name+", from", chinookShown(s, view.show, s.Track), ids)

		var found []chinookTrack
		require.NoError(t, tracks.Table("chinook_tracks AS t").Where("t.id > 0").Find(&found).Error)
		requireChinookSet(t, view.name+", alias", chinookShown(s, view.show, s.Track), chinookKeysOf(found))
	}
}
