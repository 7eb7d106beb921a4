package chinook_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// testRestores restores the artist instead of undoing its deletion, with what
// went along and without.
func (s *shopStore) testRestores(t *testing.T) {
	t.Helper()
	maiden := s.maiden()
	family := s.family(s.gone, shopRowsOf("shop_artists", maiden))
	s.trash(t, s.db, s.base, family, 1, &maiden)
	plan, err := softdelete.Preview(s.db, softdelete.OpRestore, &shopArtist{ID: maiden.ID})
	require.NoError(t, err)
	models.RequirePlan(t, softdelete.Plan{Operation: softdelete.OpRestore, Rows: family.counts()}, plan)
	requireChinookRestored(t, 1)(chinookAffected(softdelete.Restore(s.db, &maiden)))
	require.Equal(t, softdelete.Tracked{}, maiden.Tracked)
	s.base.requireSame(t, dumpShop(t, s.db))
	requireChinookRestored(t, 0)(chinookAffected(softdelete.Restore(s.db, &maiden)))

	// The artist alone, then its albums with theirs.
	d := s.trash(t, s.db, s.base, family, 1, &maiden)
	artist := shopRowsOf("shop_artists", maiden)
	alone := s.db.Scopes(softdelete.RootOnly).Session(&gorm.Session{})
	plan, err = softdelete.Preview(alone, softdelete.OpRestore, &maiden)
	require.NoError(t, err)
	models.RequirePlan(t, softdelete.Plan{Operation: softdelete.OpRestore, Rows: artist.counts()}, plan)
	requireChinookRestored(t, 1)(chinookAffected(softdelete.Restore(alone, &maiden)))
	s.base.requireTrashed(t, dumpShop(t, s.db), family.minus(artist), d)
	albums := s.db.Where("artist_id = ?", maiden.ID)
	requireChinookRestored(t, family.counts()["shop_albums"])(chinookAffected(softdelete.Restore(albums, &shopAlbum{})))
	s.base.requireSame(t, dumpShop(t, s.db))

	// An album alone, under a trashed artist; an undo takes the rest.
	d = s.trash(t, s.db, s.base, family, 1, &maiden)
	album := s.albumOf(maiden)
	requireChinookRestored(t, 1)(chinookAffected(softdelete.Restore(alone, &album)))
	s.base.requireTrashed(t, dumpShop(t, s.db), family.minus(shopRowsOf("shop_albums", album)), d)
	back, err := softdelete.Undo(s.db, d.ID)
	require.NoError(t, err)
	want := family.minus(shopRowsOf("shop_albums", album)).counts()
	require.Equal(t, want, back.Rows)
	s.base.requireSame(t, dumpShop(t, s.db))
}

// albumOf is an album of an artist that has several.
func (s *shopStore) albumOf(artist shopArtist) shopAlbum {
	for _, album := range s.Album {
		if album.ArtistID == artist.ID {
			return album
		}
	}
	return shopAlbum{}
}

// testParents restores rows of all kinds that hang on rows trashed with them:
// refused, but with their parents.
func (s *shopStore) testParents(t *testing.T) {
	t.Helper()
	maiden := s.maiden()
	artist := shopRowsOf("shop_artists", maiden)
	family := s.family(s.gone, artist)
	first := s.albumOf(maiden)
	var track shopTrack
	for _, track = range s.Track {
		if track.AlbumID == first.ID && len(s.kids("shop_invoice_lines", track)) > 0 && !s.gone[shopRow{"shop_tracks", track.ID}] {
			break
		}
	}
	line := shopInvoiceLine{ID: s.kids("shop_invoice_lines", track)[0]}
	link := shopPlaylistTrack{PlaylistID: s.kids("shop_playlist_tracks", track)[0] / 100000, TrackID: track.ID}

	album, tracks := shopRowsOf("shop_albums", first), shopRowsOf("shop_tracks", track)
	lines, links := shopRowsOf("shop_invoice_lines", line), shopRowsOf("shop_playlist_tracks", link)
	for _, row := range []shopRow{{"shop_albums", first.ID}, {"shop_tracks", track.ID}, {"shop_invoice_lines", line.ID}, {"shop_playlist_tracks", link.key()}} {
		require.True(t, family[row], "%v", row)
	}
	for name, c := range map[string]struct {
		value   any
		parents []string
		want    shopRows
	}{
		"album": {&first, []string{"shopArtist"}, s.family(s.gone, album).plus(artist)},
		"track": {&track, []string{"shopAlbum"}, s.family(s.gone, tracks).plus(album, artist)},
		"line":  {&line, []string{"shopTrack"}, lines.plus(tracks, album, artist)},
		"link":  {&link, []string{"shopTrack"}, links.plus(tracks, album, artist)},
	} {
		t.Run(name, func(t *testing.T) {
			d := s.trash(t, s.db, s.base, family, 1, &shopArtist{ID: maiden.ID})
			plan, err := softdelete.Preview(s.db, softdelete.OpRestore, c.value)
			require.NoError(t, err)
			require.Subset(t, plan.TrashedParents, c.parents)
			tx := softdelete.Restore(s.db, c.value)
			require.ErrorIs(t, tx.Error, softdelete.ErrParentTrashed)
			s.base.requireTrashed(t, dumpShop(t, s.db), family, d)

			chain := s.db.Scopes(softdelete.WithParents).Session(&gorm.Session{})
			plan, err = softdelete.Preview(chain, softdelete.OpRestore, c.value)
			require.NoError(t, err)
			require.Equal(t, c.want.counts(), plan.Rows)
			requireChinookRestored(t, 1)(chinookAffected(softdelete.Restore(chain, c.value)))
			rest := family.minus(c.want)
			s.base.requireTrashed(t, dumpShop(t, s.db), rest, d)

			back, err := softdelete.Undo(s.db, d.ID)
			require.NoError(t, err)
			require.Equal(t, rest.counts(), back.Rows)
			s.base.requireSame(t, dumpShop(t, s.db))
		})
	}
}
