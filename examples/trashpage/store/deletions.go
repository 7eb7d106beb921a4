package store

import (
	"strings"
	"time"
)

// What tests and docs speak of by name. Ids of operations are the same in every store.
const (
	// Mistake is the operation that trashed an artist with all albums and tracks, three hours ago.
	Mistake = "019acc7e-31a0-7d42-9c1b-5e0f7a26b301"

	// MistakeID is that artist.
	MistakeID = 7

	// TakenID is a trashed customer whose e-mail a live one has now, with a playlist.
	TakenID = 36

	// HeldID is a trashed customer with a live invoice, who cannot be removed for good.
	HeldID = 41

	// TrackID is a trashed track of an album that was trashed later, by another operation.
	TrackID = 200

	// AlbumID is that album.
	AlbumID = 21
)

// everyday is what went by in two months: some hundred deletions, by several people and jobs.
func (s *story) everyday() {
	for age := 60 * day; age > day; age -= day {
		for range []int{2, 3, 4, 6, 7, 9, 13}[s.dice.IntN(7)] {
			s.one(age - s.hours())
		}
	}
}

// one is a deletion as there are many.
func (s *story) one(age time.Duration) {
	switch kind := s.dice.IntN(20); {
	case kind < 6:
		s.trash("", age, "moderator", pick(s, []string{"spam", "advertising", "insulting", "off topic"}), &Review{}, "id IN ?", s.some(reviewsAbout, 1+s.dice.IntN(5)))
	case kind < 11:
		s.trash("", age, pick(s, []string{"ana", "ben", "chiara"}), pick(s, []string{"uploaded twice", "wrong take", "replaced by the remaster", "cuts off after a minute"}), &Track{}, "id IN ? AND album_id > 60", s.some(1000, 1+s.dice.IntN(3)))
	case kind < 13:
		s.trash("", age, pick(s, []string{"ben", "chiara"}), pick(s, []string{"licence has ended", "rights are unclear", "not for sale here", "the label asked for it"}), &Album{}, "id = ? AND artist_id > 12", 40+s.dice.IntN(90))
	case kind < 15:
		s.trash("", age, "", "", &GiftCard{}, "id IN ?", s.some(30, 1))
	case kind < 17:
		s.trash("", age, "listener", "", &Playlist{}, "id IN ? AND customer_id > 60", s.some(60, 1))
	case kind < 18:
		s.trash("", age, "support", "asked to close the account", &Customer{}, "id IN ? AND id % 5 < 2 AND id > 60", s.some(customers, 3))
	case kind < 19:
		s.trash("", age, "cron/cleanup", "older than two years", &Invoice{}, "id IN ? AND customer_id > 60", s.some(140, 2+s.dice.IntN(4)))
	default:
		s.trash("", age, "listener", "", &PlaylistTrack{}, "track_id IN ? AND playlist_id > 10", s.some(1100, 40))
	}
}

// some are ids.
func (s *story) some(of, n int) []int {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = 1 + s.dice.IntN(of)
	}
	return ids
}

// told are the deletions that have a story.
func (s *story) told() {
	s.trash("", 50*day, "ana", "not used", &Genre{}, "code IN ?", []string{"rock/psychedelic", "electronic/90%"})
	s.trash("019a8d11-0b68-7c1e-9a52-6b1f0d3c8e47", 12*day+2*time.Hour, "support", "asked to close the account", &Customer{}, TakenID)
	s.create(4*day, &Customer{Name: "Quentin Farkas", Email: s.emailOf(TakenID), City: "Ghent", PasswordHash: "$2a$10$x", APIToken: "tok_x"})
	s.trash("019a9f0c-7d20-7b55-8e0a-93c1d4f2a6b8", 9*day, "support", "asked to close the account", &Customer{}, HeldID)
	s.create(8*day, &Invoice{CustomerID: HeldID, Number: "R-29999", Cents: 4200}) // booked late, to an account in the trash
	s.trash("019aa3f2-44c8-7d09-b3e6-0c58a1f7d924", 8*day+time.Hour, "ben", "uploaded twice", &Track{}, "id IN ?", []int{TrackID, TrackID + 1})
	s.trash("019aae5e-9b30-7f83-a417-d20e65b9c35a", 6*day, "ben", "rights are unclear", &Album{}, AlbumID)
	s.hostile(5 * day)
	s.trash("", 26*time.Hour, "ana", "replaced by the remaster", &Track{}, "id IN ?", []int{300, 301, 302})
	s.trash(Mistake, 3*time.Hour+4*time.Minute, "ana", "duplicate entry", &Artist{}, MistakeID)
	spam := make([]Review, 6)
	for i := range spam {
		spam[i] = Review{AlbumID: uint(10 + i), Author: "Best prices", Stars: 5, Text: "Great album!!! Also look at my watches."}
	}
	s.create(2*time.Hour, &spam)
	s.trash("", 40*time.Minute, "moderator", "spam", &Review{}, "author = ?", "Best prices")
}

func (s *story) emailOf(id uint) (email string) {
	if s.err == nil {
		s.err = s.db.Unscoped().Model(&Customer{}).Where("id = ?", id).Pluck("email", &email).Error
	}
	return email
}

// hostile is what people type who try a form.
func (s *story) hostile(age time.Duration) {
	reviews := []Review{
		{Author: `<script>alert(1)</script>`, Text: `<img src=x onerror="alert(document.cookie)"> "quoted" & 'so'`},
		{Author: "\u202egnp.exe\u202c", Text: "שלום עולם — مرحبا بالعالم, right to left, and \u202ea turned one"},
		{Author: "Robert'); DROP TABLE reviews;--", Text: strings.Repeat("A very long story without any end. ", 200)},
		{Author: strings.Repeat("W", 80), Text: strings.Repeat("Wwwwwwwwww", 60)},
		{Author: "javascript:alert(1)", Text: "two\nlines\r\nand\ta tab, \x1b[31mred\x1b[0m, and \u200b nothing"},
	}
	for i := range reviews {
		reviews[i].AlbumID, reviews[i].Stars = 1, 1
	}
	s.create(age+time.Hour, &reviews)
	covers := []Cover{
		{Path: "käse 100%, back/../cover #1?.png", Image: []byte{0xff, 0xd8, 0xff, 0xe0, 0}},
		{Path: "..", Image: []byte("a text")},
		{Path: "日本/ジャケット.png"},
	}
	for i := range covers {
		covers[i].AlbumID = 1
	}
	s.create(age+time.Hour, &covers)
	ids := make([]uint, len(reviews))
	for i, r := range reviews {
		ids[i] = r.ID
	}
	s.trash("019ab385-0e80-7a2b-9c74-f1e8d06b5a93", age, `"><b onmouseover=alert(1)>eve</b>`, `<a href="javascript:alert(1)">see here</a>`+"\r\nSet-Cookie: a=b", &Review{}, "id IN ?", ids)
	s.trash("019ab388-7f40-7e6c-8d13-2a4b9c7e05f1", age-5*time.Minute, "ana", "odd names of files", &Cover{}, "path IN ?", []string{covers[0].Path, covers[1].Path, covers[2].Path})
}
