package chinook_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// The Chinook store with cascades: what goes along with a row is computed from
// the data, and compared with what the database holds, row by row, after each
// operation. Each part leaves the database as it found it; the last ones, which
// remove rows for good, leave nothing but those out.
func TestChinookCascade(t *testing.T) {
	t.Parallel()
	data, seed := readChinook(t), chinookSeed(t)
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		s := newShopStore(t, data, seed)
		s.load(t, open)
		s.prepare(t)
		for _, part := range []struct {
			name string
			test func(t *testing.T)
		}{
			{"an artist", s.testArtist},
			{"registered models", s.testRegistered},
			{"restores", s.testRestores},
			{"restores with parents", s.testParents},
			{"many artists", s.testMany},
			{"one after the other", s.testInterleaved},
			{"employees", s.testEmployees},
			{"no cascade", s.testNone},
			{"restricting lines", s.testRestrict},
			{"statements", s.testStatements},
			{"purge", s.testPurge},
			{"force delete", s.testForce},
		} {
			// What follows needs the database as it was.
			require.True(t, t.Run(part.name, part.test), part.name)
		}
	})
}

// maiden is the artist with the most albums.
func (s *shopStore) maiden() shopArtist {
	return s.Artist[slices.IndexFunc(s.Artist, func(a shopArtist) bool { return a.Name == "Iron Maiden" })]
}

// tracksOf are an artist's tracks, of which the first is sold most often.
func (s *shopStore) tracksOf(artist shopArtist) []shopTrack {
	albums := map[uint]bool{}
	for _, album := range s.Album {
		albums[album.ID] = album.ArtistID == artist.ID
	}
	tracks := slices.DeleteFunc(slices.Clone(s.Track), func(r shopTrack) bool { return !albums[r.AlbumID] })
	slices.SortStableFunc(tracks, func(a, b shopTrack) int {
		return len(s.kids("shop_invoice_lines", a)) - len(s.kids("shop_invoice_lines", b))
	})
	slices.Reverse(tracks)
	return tracks
}

// kids are the keys of what hangs on a track in one table.
func (s *shopStore) kids(table string, track shopTrack) []uint {
	var keys []uint
	for _, row := range s.hang[shopRow{"shop_tracks", track.ID}] {
		if row.table == table {
			keys = append(keys, row.key)
		}
	}
	return keys
}

// prepare trashes some of Iron Maiden's rows one by one, as somebody has before
// the tests begin: a track and what hangs on it, of which an invoice line was
// brought back; an invoice line and a playlist's link of other tracks.
func (s *shopStore) prepare(t *testing.T) {
	t.Helper()
	tracks := s.tracksOf(s.maiden())
	trash := func(table string, row chinookRow, value any) {
		family := s.family(s.gone, shopRows{{table, row.key()}: true})
		s.trash(t, s.db, s.base, family, 1, value)
		s.gone, s.base = s.gone.plus(family), dumpShop(t, s.db)
	}
	trash("shop_tracks", tracks[0], &shopTrack{ID: tracks[0].ID})
	line := shopInvoiceLine{ID: s.kids("shop_invoice_lines", tracks[1])[0]}
	trash("shop_invoice_lines", line, &line)
	link := shopPlaylistTrack{PlaylistID: s.kids("shop_playlist_tracks", tracks[2])[0] / 100000, TrackID: tracks[2].ID}
	trash("shop_playlist_tracks", link, &link)

	lively := s.kids("shop_invoice_lines", tracks[0])[0]
	require.NoError(t, s.db.Exec("UPDATE shop_invoice_lines SET deleted_at = NULL, deleted_by = NULL, delete_reason = NULL, deletion_id = NULL WHERE id = ?", lively).Error)
	delete(s.gone, shopRow{"shop_invoice_lines", lively})
	s.base = dumpShop(t, s.db)
	require.Greater(t, len(s.gone), 4)
}

// trash deletes, and requires that the rows that should be were trashed and
// nothing else has changed, and that a preview had said so and had not changed
// anything either. own is how many of the rows were addressed.
func (s *shopStore) trash(t *testing.T, db *gorm.DB, before shopDump, want shopRows, own int, value any, conds ...any) softdelete.Deletion {
	t.Helper()
	plan, err := softdelete.Preview(db, softdelete.OpSoftDelete, value, conds...)
	require.NoError(t, err)
	models.RequirePlan(t, softdelete.Plan{Operation: softdelete.OpSoftDelete, Rows: want.counts()}, plan)

	ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "ana"), "sold out")
	var d softdelete.Deletion
	tx := db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(value, conds...)
	require.NoError(t, tx.Error)
	require.EqualValues(t, own, tx.RowsAffected)
	require.Equal(t, want.counts(), d.Rows)
	require.Equal(t, uuid.Version(7), d.ID.Version())
	require.Equal(t, "ana", d.By)
	require.Equal(t, "sold out", d.Reason)
	before.requireTrashed(t, dumpShop(t, db), want, d)
	return d
}

// undo undoes a deletion, and requires that all is as it was before it.
func (s *shopStore) undo(t *testing.T, db *gorm.DB, before shopDump, d softdelete.Deletion) {
	t.Helper()
	back, err := softdelete.Undo(db, d.ID)
	require.NoError(t, err)
	require.Equal(t, d.ID, back.ID)
	require.Equal(t, d.Rows, back.Rows)
	before.requireSame(t, dumpShop(t, db))
	_, err = softdelete.Undo(db, d.ID)
	require.ErrorIs(t, err, softdelete.ErrNotFound)
}

func (s *shopStore) testArtist(t *testing.T) {
	t.Helper()
	maiden := s.maiden()
	family := s.family(s.gone, shopRowsOf("shop_artists", maiden))
	t.Logf("Iron Maiden: %v", family.counts())
	require.Len(t, family.counts(), 5)
	_, err := softdelete.Preview(s.db, softdelete.OpSoftDelete, &maiden)
	require.NoError(t, err)
	s.base.requireSame(t, dumpShop(t, s.db))
	require.Equal(t, softdelete.Tracked{}, maiden.Tracked)
	d := s.trash(t, s.db, s.base, family, 1, &maiden)
	require.Equal(t, d.At.UTC(), maiden.DeletedAt.Time.UTC())
	require.Equal(t, d.ID, maiden.DeletionID.UUID)
	require.Equal(t, "ana", *maiden.DeletedBy)
	s.checkSeen(t, s.db, s.gone.plus(family))

	again := s.db.Delete(&maiden)
	require.NoError(t, again.Error)
	require.Zero(t, again.RowsAffected, "trashed twice")
	s.base.requireTrashed(t, dumpShop(t, s.db), family, d)

	s.undo(t, s.db, s.base, d)
}

// testRegistered does it on a handle that knows its models, the join table too,
// by Config.Models, and within a transaction of the caller's that is rolled back.
func (s *shopStore) testRegistered(t *testing.T) {
	t.Helper()
	db := s.handle(t, shopModels()...)
	maiden := s.maiden()
	family := s.family(s.gone, shopRowsOf("shop_artists", maiden))
	d := s.trash(t, db, s.base, family, 1, &shopArtist{ID: maiden.ID})
	s.checkShopPreloads(t, db, s.as(s.gone.plus(family)))
	s.undo(t, db, s.base, d)

	tx := db.Begin()
	t.Cleanup(func() { tx.Rollback() })
	d = s.trash(t, tx, s.base, family, 1, &shopArtist{}, maiden.ID)
	s.undo(t, tx, s.base, d)
	s.trash(t, tx, s.base, family, 1, &shopArtist{}, "name = ?", maiden.Name)
	require.NoError(t, tx.Rollback().Error)
	s.base.requireSame(t, dumpShop(t, db))
}

// testMany deletes fifty artists at once, then all.
func (s *shopStore) testMany(t *testing.T) {
	t.Helper()
	view := s.as(nil)
	tracks := pickChinook(view, slices.DeleteFunc(slices.Clone(s.Track), func(r shopTrack) bool { return s.gone[shopRow{"shop_tracks", r.ID}] }), 30)
	earlier := s.family(s.gone, shopRowsOf("shop_tracks", tracks...))
	first := s.trash(t, s.db, s.base, earlier, len(tracks), &tracks)
	gone, before := s.gone.plus(earlier), dumpShop(t, s.db)

	artists := pickChinook(view, s.Artist, 50)
	family := s.family(gone, shopRowsOf("shop_artists", artists...))
	t.Logf("CHINOOK_SEED=%d: %v of artists %v", s.seed, family.counts(), chinookKeysOf(artists))
	keys := chinookKeysOf(artists)
	d := s.trash(t, s.db, before, family, len(artists), &artists)
	for _, artist := range artists {
		require.Equal(t, d.ID, artist.DeletionID.UUID)
	}
	s.undo(t, s.db, before, d)

	s.trash(t, s.db, before, family, len(artists), &shopArtist{}, keys)
	requireChinookRestored(t, 50)(chinookAffected(softdelete.Restore(s.db, &shopArtist{}, keys)))
	before.requireSame(t, dumpShop(t, s.db))

	all, every := s.family(gone, shopRowsOf("shop_artists", s.Artist...)), s.db.Where("1 = 1").Session(&gorm.Session{})
	d = s.trash(t, every, before, all, len(s.Artist), &shopArtist{})
	s.undo(t, s.db, before, d)
	s.trash(t, every, before, all, len(s.Artist), &shopArtist{})
	requireChinookRestored(t, int64(len(s.Artist)))(chinookAffected(softdelete.Restore(every, &shopArtist{})))
	before.requireSame(t, dumpShop(t, s.db))
	s.undo(t, s.db, s.base, first)
}

// testInterleaved trashes an artist, a playlist and customers, which share rows
// that hang on them, and undoes the last first, then the first first.
func (s *shopStore) testInterleaved(t *testing.T) {
	t.Helper()
	customers := pickChinook(s.as(nil), s.Customer, 10)
	playlist, maiden := s.Playlist[0], s.maiden()
	steps := []struct {
		roots shopRows
		own   int
		value any
	}{
		{shopRowsOf("shop_artists", maiden), 1, &maiden},
		{shopRowsOf("shop_playlists", playlist), 1, &playlist},
		{shopRowsOf("shop_customers", customers...), 10, &customers},
	}
	s.random.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	gone, dumps := s.gone, []shopDump{s.base}
	deletions := make([]softdelete.Deletion, len(steps))
	for i, step := range steps {
		family := s.family(gone, step.roots)
		require.Greater(t, len(family), step.own)
		deletions[i] = s.trash(t, s.db, dumps[i], family, step.own, step.value)
		gone, dumps = gone.plus(family), append(dumps, dumpShop(t, s.db))
	}
	s.checkSeen(t, s.db, gone)
	for i := range slices.Backward(steps) {
		s.undo(t, s.db, dumps[i], deletions[i])
	}
	for i, step := range steps {
		tx := s.db.Scopes(softdelete.Into(&deletions[i])).Delete(step.value)
		require.NoError(t, tx.Error)
	}
	for _, d := range deletions {
		back, err := softdelete.Undo(s.db, d.ID)
		require.NoError(t, err)
		require.Equal(t, d.Rows, back.Rows)
	}
	s.base.requireSame(t, dumpShop(t, s.db))
}

// testEmployees deletes each employee with all who report to them.
func (s *shopStore) testEmployees(t *testing.T) {
	t.Helper()
	for _, employee := range s.Employee {
		subtree := s.family(s.gone, shopRowsOf("shop_employees", employee))
		d := s.trash(t, s.db, s.base, subtree, 1, &employee)
		var customers []shopCustomer
		require.NoError(t, s.db.Joins("SupportRep").Find(&customers).Error)
		require.Len(t, customers, len(s.Customer))
		for _, customer := range customers {
			gone := subtree[shopRow{"shop_employees", *customer.SupportRepID}]
			require.Equal(t, gone, customer.SupportRep == nil, "customer %d", customer.ID)
		}
		s.undo(t, s.db, s.base, d)
	}
	// One who was trashed before stays so, with those who went along.
	boss, middle := s.Employee[0], s.Employee[5]
	inner := s.family(s.gone, shopRowsOf("shop_employees", middle))
	first := s.trash(t, s.db, s.base, inner, 1, &middle)
	before := dumpShop(t, s.db)
	outer := s.family(s.gone.plus(inner), shopRowsOf("shop_employees", boss))
	require.Len(t, outer, len(s.Employee)-len(inner))
	second := s.trash(t, s.db, before, outer, 1, &boss)
	s.undo(t, s.db, before, second)
	s.undo(t, s.db, s.base, first)
}

// testNone deletes what nothing goes along with.
func (s *shopStore) testNone(t *testing.T) {
	t.Helper()
	genre, mediaType := s.Genre[0], s.MediaType[0]
	d := s.trash(t, s.db, s.base, shopRowsOf("shop_genres", genre), 1, &genre)
	before := dumpShop(t, s.db)
	err := softdelete.Purge(s.db, &genre).Error
	require.ErrorContains(t, err, "constraint", "its tracks hold it")
	before.requireSame(t, dumpShop(t, s.db))
	s.undo(t, s.db, s.base, d)
	d = s.trash(t, s.db, s.base, shopRowsOf("shop_media_types", mediaType), 1, &mediaType)
	s.undo(t, s.db, s.base, d)
}
