package chinook_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
)

type chinookScopes []func(*gorm.DB) *gorm.DB

func (scopes chinookScopes) typed() []func(*gorm.Statement) {
	return chinookMap(scopes, softdelete.StatementScope)
}

// checkJoins reads tracks with their albums, and the albums' artists.
func (s *chinookStore) checkJoins(t *testing.T, db *gorm.DB) {
	t.Helper()
	for _, c := range []struct {
		name                 string
		scopes               chinookScopes
		track, album, artist chinookShow
	}{
		{"default", nil, chinookLive, chinookLive, chinookLive},
		{"all tracks", chinookScopes{softdelete.WithTrashed}, chinookAll, chinookLive, chinookLive},
		{"trashed tracks", chinookScopes{softdelete.OnlyTrashed}, chinookTrashed, chinookLive, chinookLive},
		{"all artists", chinookScopes{softdelete.WithTrashedIn(&chinookArtist{})}, chinookLive, chinookLive, chinookAll},
		{"trashed artists", chinookScopes{softdelete.OnlyTrashedIn(&chinookArtist{})}, chinookLive, chinookLive, chinookTrashed},
		{"trashed albums", chinookScopes{softdelete.OnlyTrashedIn(&chinookAlbum{}), softdelete.WithTrashedIn(&chinookArtist{})}, chinookLive, chinookTrashed, chinookAll},
		{"all of all", chinookScopes{softdelete.WithTrashedIn(&chinookTrack{}, &chinookAlbum{}, &chinookArtist{})}, chinookAll, chinookAll, chinookAll},
		{"statement before model", chinookScopes{softdelete.WithTrashedIn(&chinookTrack{}, &chinookAlbum{}), softdelete.OnlyTrashed}, chinookTrashed, chinookAll, chinookLive},
	} {
		q := db.Model(&chinookTrack{}).Scopes(c.scopes...).Session(&gorm.Session{})
		left, inner := s.joined(c.track, c.album, c.artist, false), s.joined(c.track, c.album, c.artist, true)
		for how, join := range map[string]struct {
			tx   *gorm.DB
			want []string
		}{
			"left":              {q.Joins("Album").Joins("Album.Artist"), left},
			"left nested":       {q.Joins("Album.Artist"), left},
			"inner":             {q.InnerJoins("Album").InnerJoins("Album.Artist"), inner},
			"inner, or":         {q.InnerJoins("Album", db.Where("title = ?", "").Or("title <> ?", "")).InnerJoins("Album.Artist"), inner},
			"inner, or outside": {q.InnerJoins("Album").InnerJoins("Album.Artist").Where("1 = 1").Or("1 = 0"), inner},
		} {
			what := c.name + ", " + how
			tx := join.tx.Session(&gorm.Session{})
			var tracks []chinookTrack
			require.NoError(t, tx.Find(&tracks).Error, what)
			requireChinookSet(t, what, join.want, chinookMap(tracks, chinookTrackLine))
			var n int64
			require.NoError(t, tx.Count(&n).Error, what)
			require.EqualValues(t, len(join.want), n, what)
		}

		// The generic API, with the same scopes.
		typed := gorm.G[chinookTrack](db).Scopes(c.scopes.typed()...)
		tracks, err := typed.Joins(clause.LeftJoin.Association("Album"), nil).Joins(clause.LeftJoin.Association("Album.Artist"), nil).Find(context.Background())
		require.NoError(t, err, c.name)
		requireChinookSet(t, c.name+", typed", left, chinookMap(tracks, chinookTrackLine))
		typed = gorm.G[chinookTrack](db).Scopes(c.scopes.typed()...)
		tracks, err = typed.Joins(clause.Has("Album"), nil).Joins(clause.Has("Album.Artist"), nil).Find(context.Background())
		require.NoError(t, err, c.name)
		requireChinookSet(t, c.name+", typed inner", inner, chinookMap(tracks, chinookTrackLine))

		// What others write by hand shows what they ask for: live rows.
		var rows []struct{ Track, Album, Artist uint }
		require.NoError(t, q.Select("chinook_tracks.id AS track, a.id AS album, COALESCE(r.id, 0) AS artist").
			Joins("JOIN chinook_albums a ON a.id = chinook_tracks.album_id AND ?", softdelete.Live(&chinookAlbum{}, "a")).
			Joins("LEFT JOIN chinook_artists r ON r.id = a.artist_id AND ?", softdelete.Live(&chinookArtist{}, "r")).
			Scan(&rows).Error, c.name)
		var want, got []string
		for _, line := range s.joined(c.track, chinookLive, chinookLive, false) {
			if !strings.HasSuffix(line, " 0 0") {
				want = append(want, line)
			}
		}
		for _, row := range rows {
			got = append(got, fmt.Sprint(row.Track, row.Album, row.Artist))
		}
		requireChinookSet(t, c.name+", by hand", want, got)
	}
}

// joined are the tracks that should be seen, each with its album and artist, 0
// for one that should not.
func (s *chinookStore) joined(track, album, artist chinookShow, inner bool) []string {
	var lines []string
	albums, artists := chinookByKey(s.Album), chinookByKey(s.Artist)
	for _, row := range s.Track {
		if !s.shows(track, row) {
			continue
		}
		if a := albums[row.AlbumID]; s.shows(album, a) {
			row.Album = &a
			if r := artists[a.ArtistID]; s.shows(artist, r) {
				a.Artist = &r
			}
		}
		if !inner || row.Album != nil && row.Album.Artist != nil {
			lines = append(lines, chinookTrackLine(row))
		}
	}
	return lines
}

func chinookTrackLine(track chinookTrack) string {
	var album, artist uint
	if track.Album != nil {
		album = track.Album.ID
		if track.Album.Artist != nil {
			artist = track.Album.Artist.ID
		}
	}
	return fmt.Sprint(track.ID, album, artist)
}

func chinookMap[T, K any](rows []T, f func(T) K) []K {
	mapped := make([]K, len(rows))
	for i, row := range rows {
		mapped[i] = f(row)
	}
	return mapped
}

// checkOtherJoins joins a table with itself, by way of a pointer marker, and from
// a table that has none.
func (s *chinookStore) checkOtherJoins(t *testing.T, db *gorm.DB) {
	t.Helper()
	people := chinookByKey(s.Employee)
	employed := func(id *uint, show chinookShow) uint {
		if id == nil || !s.shows(show, people[*id]) {
			return 0
		}
		return *id
	}
	keyOf := func(e *chinookEmployee) uint {
		if e == nil {
			return 0
		}
		return e.ID
	}
	for _, view := range chinookViews(&chinookEmployee{}) {
		boss := view.show
		if view.name == "WithTrashed" || view.name == "OnlyTrashed" {
			boss = chinookLive // of the statement's own model only
		}
		var employees []chinookEmployee
		var customers []chinookCustomer
		var want, wantReports, wantCustomers, gotReports []string
		require.NoError(t, db.Scopes(view.scope).Joins("ReportsTo").Preload("Reports").Find(&employees).Error)
		for _, e := range s.Employee {
			if s.shows(view.show, e) {
				want = append(want, fmt.Sprint(e.ID, employed(e.ReportsToID, boss)))
			}
			if e.ReportsToID != nil && s.shows(view.show, people[*e.ReportsToID]) && s.shows(boss, e) {
				wantReports = append(wantReports, fmt.Sprint(*e.ReportsToID, e.ID))
			}
		}
		requireChinookSet(t, view.name, want, chinookMap(employees, func(e chinookEmployee) string { return fmt.Sprint(e.ID, keyOf(e.ReportsTo)) }))
		for _, e := range employees {
			for _, report := range e.Reports {
				gotReports = append(gotReports, fmt.Sprint(e.ID, report.ID))
			}
		}
		require.ElementsMatch(t, wantReports, gotReports, view.name)

		// The scopes of a statement mean customers here, those of a model mean employees.
		customer := chinookLive
		if boss != view.show {
			customer = view.show
		}
		require.NoError(t, db.Scopes(view.scope).Joins("SupportRep").Find(&customers).Error)
		for _, c := range s.Customer {
			if s.shows(customer, c) {
				wantCustomers = append(wantCustomers, fmt.Sprint(c.ID, employed(c.SupportRepID, boss)))
			}
		}
		requireChinookSet(t, view.name, wantCustomers, chinookMap(customers, func(c chinookCustomer) string { return fmt.Sprint(c.ID, keyOf(c.SupportRep)) }))
	}

	var left, inner []chinookInvoiceLine
	require.NoError(t, db.Joins("Track").Joins("Invoice").Find(&left).Error)
	require.NoError(t, db.InnerJoins("Track").InnerJoins("Invoice").Find(&inner).Error)
	tracks, invoices := chinookByKey(s.Track), chinookByKey(s.Invoice)
	var wantLeft, wantInner, gotLeft []string
	for _, line := range s.InvoiceLine {
		track, invoice := s.shows(chinookLive, tracks[line.TrackID]), s.shows(chinookLive, invoices[line.InvoiceID])
		wantLeft = append(wantLeft, fmt.Sprint(line.ID, track, invoice))
		if track && invoice {
			wantInner = append(wantInner, fmt.Sprint(line.ID))
		}
	}
	for _, line := range left {
		gotLeft = append(gotLeft, fmt.Sprint(line.ID, line.Track != nil, line.Invoice != nil))
	}
	requireChinookSet(t, "lines", wantLeft, gotLeft)
	requireChinookSet(t, "lines, inner", wantInner, chinookMap(inner, func(line chinookInvoiceLine) string { return fmt.Sprint(line.ID) }))
}

// checkGroups counts by groups, and distinct values.
func (s *chinookStore) checkGroups(t *testing.T, db *gorm.DB) {
	t.Helper()
	for _, view := range chinookViews(&chinookTrack{}) {
		counts, composers := map[uint]int{}, map[string]bool{}
		for _, track := range s.Track {
			if s.shows(view.show, track) {
				counts[track.GenreID]++
				composers[track.Composer] = true
			}
		}
		var want, got, wantMany, gotMany, wantNames, names []string
		for genre, n := range counts {
			want = append(want, fmt.Sprint(genre, n))
			if n > 5 {
				wantMany = append(wantMany, fmt.Sprint(genre, n))
			}
		}
		for name := range composers {
			wantNames = append(wantNames, name)
		}
		var groups []struct{ GenreID, N uint }
		q := db.Model(&chinookTrack{}).Scopes(view.scope).Session(&gorm.Session{})
		grouped := q.Select("genre_id, count(*) AS n").Group("genre_id").Session(&gorm.Session{})
		require.NoError(t, grouped.Find(&groups).Error)
		for _, group := range groups {
			got = append(got, fmt.Sprint(group.GenreID, group.N))
		}
		requireChinookSet(t, view.name, want, got)
		require.NoError(t, grouped.Having("count(*) > ?", 5).Where("bytes > 0").Or("bytes = 0").Scan(&groups).Error)
		for _, group := range groups {
			gotMany = append(gotMany, fmt.Sprint(group.GenreID, group.N))
		}
		requireChinookSet(t, view.name+", having", wantMany, gotMany)
		require.NoError(t, q.Distinct().Pluck("composer", &names).Error)
		requireChinookSet(t, view.name+", distinct", wantNames, names)
		var n int64
		require.NoError(t, q.Distinct("composer").Count(&n).Error)
		require.EqualValues(t, len(wantNames), n, view.name)
	}
}
