package store

import (
	"fmt"
	"strings"
	"time"
)

var (
	firstWords  = []string{"Halogen", "Paper", "Northern", "Velvet", "Quiet", "Copper", "Static", "Harbour", "Winter", "Golden", "Salt", "Motel", "Electric", "Broken", "Juniper", "Neon"}
	secondWords = []string{"Hearts", "Cranes", "Lights", "Engine", "Parade", "Coast", "Tigers", "Radio", "Orchard", "Saints", "Rivers", "Machine", "Choir", "Atlas", "Foxes", "Signal"}
	songWords   = []string{"Slow", "Letters", "Midnight", "Ferry", "Window", "Summer", "Ghost", "Train", "Blue", "Kitchen", "Static", "Morning", "Glass", "Rooftop", "Distance", "Honey", "Sleep", "Avenue", "Tide", "Postcard"}
	firstNames  = []string{"Ana", "Ben", "Chiara", "Dmitri", "Elif", "Femi", "Greta", "Hiro", "Ines", "Jonas", "Kofi", "Lena", "Mira", "Noor", "Oskar", "Priya", "Quentin", "Rosa", "Sven", "Tomás"}
	lastNames   = []string{"Aalto", "Becker", "Costa", "Dubois", "Eriksen", "Farkas", "García", "Haddad", "Ito", "Jansen", "Kowalski", "Lindqvist", "Moreau", "Novak", "Okafor", "Petrov", "Quispe", "Rossi", "Sato", "Yılmaz"}
	cities      = []string{"Berlin", "Ghent", "Tromsø", "Cork", "Lisbon", "Leeds", "Kyoto", "Halifax", "Zürich", "Łódź"}
	lists       = []string{"For the road", "Sunday kitchen", "Running", "Songs for Mum", "Party 2026", "Focus", "Sleep", "Summer, again"}
	genres      = []string{"rock", "rock/psychedelic", "rock/indie", "pop", "pop/synth", "jazz", "jazz/bebop", "folk", "electronic/ambient", "electronic/90%"}
	opinions    = []string{"On repeat for a week.", "The second half is better than the first.", "Nice cover.", "I wanted to like this.", "My neighbours know every word by now.", "Mixed too loud."}
)

// Sizes of the store.
const (
	artists      = 40
	customers    = 120
	albumsEach   = 3
	reviewsAbout = 900
)

// stock is what the store has before anything is deleted.
func (s *story) stock() {
	s.catalogue()
	s.people()
	s.words()
}

func (s *story) catalogue() {
	var styles []Genre
	for _, code := range genres {
		styles = append(styles, Genre{Code: code, Name: strings.ReplaceAll(code, "/", ", ")})
	}
	s.create(400*day, &styles)
	var list []Artist
	for i := range artists {
		list = append(list, Artist{Name: firstWords[i%len(firstWords)] + " " + secondWords[(i*5+i/16)%len(secondWords)]})
	}
	s.create(400*day, &list)
	var albums []Album
	for _, artist := range list {
		for n := range albumsEach + int(artist.ID)%2 {
			albums = append(albums, Album{ArtistID: artist.ID, Title: s.title(), Released: 1998 + (int(artist.ID)*3+n*2)%28})
		}
	}
	s.create(399*day, &albums)
	var tracks []Track
	var covers []Cover
	for _, album := range albums {
		for range 8 + s.dice.IntN(5) {
			tracks = append(tracks, Track{AlbumID: album.ID, GenreCode: pick(s, genres), Title: s.title(), Seconds: 120 + s.dice.IntN(240)})
		}
		covers = append(covers, Cover{Path: fmt.Sprintf("covers/%d/%s, front.png", album.Released, strings.ToLower(album.Title)), AlbumID: album.ID, Image: s.picture()})
	}
	s.create(399*day, &tracks)
	s.create(399*day, uniquePaths(covers))
}

// uniquePaths numbers the covers of albums of the same name and year.
func uniquePaths(covers []Cover) *[]Cover {
	seen := map[string]bool{}
	for i := range covers {
		if seen[covers[i].Path] {
			covers[i].Path = fmt.Sprintf("%s (%d)", covers[i].Path, covers[i].AlbumID)
		}
		seen[covers[i].Path] = true
	}
	return &covers
}

func (s *story) people() {
	var list []Customer
	for i := range customers {
		first, last := firstNames[i%len(firstNames)], lastNames[(i*7+i/20)%len(lastNames)]
		list = append(list, Customer{
			Name: first + " " + last, Email: fmt.Sprintf("%s.%d@mail.example", strings.ToLower(first), i+1), City: pick(s, cities),
			PasswordHash: fmt.Sprintf("$2a$10$%022d%031d", i, i*i), APIToken: fmt.Sprintf("tok_%032x", s.dice.Uint64()),
		})
	}
	s.create(390*day, &list)
	var devices []Device
	var playlists []Playlist
	var invoices []Invoice
	for _, c := range list {
		devices = append(devices, Device{CustomerID: c.ID, Name: pick(s, []string{"Phone", "Tablet", "Kitchen radio", "Car"}), PushToken: fmt.Sprintf("%032x", s.dice.Uint64())})
		if c.ID%2 == 0 {
			playlists = append(playlists, Playlist{CustomerID: c.ID, Name: pick(s, lists)})
		}
		for range []int{0, 0, 1, 2, 3}[c.ID%5] {
			invoices = append(invoices, Invoice{CustomerID: c.ID, Number: fmt.Sprintf("R-%d", 20001+len(invoices)), Cents: 990 + s.dice.Int64N(5000)})
		}
	}
	s.create(300*day, &devices)
	s.create(200*day, &playlists)
	s.create(100*day, &invoices)
	var entries []PlaylistTrack
	for _, p := range playlists {
		from := s.dice.IntN(1000)
		for n := range 8 + s.dice.IntN(10) {
			entries = append(entries, PlaylistTrack{PlaylistID: p.ID, TrackID: uint(1 + (from+n*13)%1100)})
		}
	}
	s.create(190*day, &entries)
	cards := make([]GiftCard, 30)
	for i := range cards {
		cards[i] = GiftCard{Code: fmt.Sprintf("GIFT-%04d", 1000+i*37), Cents: 2500}
	}
	s.create(150*day, &cards)
}

// words are what people write.
func (s *story) words() {
	reviews := make([]Review, reviewsAbout)
	for i := range reviews {
		reviews[i] = Review{AlbumID: uint(1 + s.dice.IntN(artists*albumsEach)), Author: pick(s, firstNames), Stars: 1 + s.dice.IntN(5), Text: pick(s, opinions)}
	}
	s.create(80*day, &reviews)
}

func (s *story) title() string {
	words := []string{pick(s, songWords), pick(s, songWords)}
	if s.dice.IntN(4) == 0 {
		words = append(words, pick(s, songWords))
	}
	return strings.Join(words, " ")
}

// picture is bytes that are no text.
func (s *story) picture() []byte {
	picture := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 200+s.dice.IntN(2000))...)
	for i := 8; i < len(picture); i++ {
		picture[i] = byte(s.dice.Uint32())
	}
	return picture
}

// hours is some time of a working day, most often.
func (s *story) hours() time.Duration {
	return time.Duration(s.dice.IntN(10*60))*time.Minute + time.Duration(s.dice.IntN(60))*time.Second
}
