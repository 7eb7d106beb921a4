// Package store is the database of examples/trashpage: a music store, and two months of what people have deleted in it.
package store

import (
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

type (
	// Artist goes with all albums.
	Artist struct {
		ID     uint
		Name   string  `gorm:"size:160" softdelete:"unique"`
		Albums []Album `softdelete:"cascade"`
		softdelete.Tracked
	}

	// Album goes with its tracks, its cover and its reviews.
	Album struct {
		ID       uint
		ArtistID uint `gorm:"index"`
		Artist   *Artist
		Title    string `gorm:"size:160"`
		Released int
		Tracks   []Track  `softdelete:"cascade"`
		Covers   []Cover  `softdelete:"cascade"`
		Reviews  []Review `softdelete:"cascade"`
		softdelete.Tracked
	}

	// Track goes with its places in playlists. It is live under a live album only.
	Track struct {
		ID        uint
		AlbumID   uint   `gorm:"index"`
		Album     *Album `softdelete:"liveParent"`
		GenreCode string `gorm:"size:40"`
		Title     string `gorm:"size:200"`
		Seconds   int
		Entries   []PlaylistTrack `softdelete:"cascade"`
		softdelete.Tracked
	}

	// Genre has a text for its key, with a slash in it, and a marker that says no time.
	Genre struct {
		Code string `gorm:"primaryKey;size:40"`
		Name string `gorm:"size:80"`
		softdelete.Flagged
	}

	// Cover is a picture, by the path of its file.
	Cover struct {
		Path    string `gorm:"primaryKey;size:200"`
		AlbumID uint   `gorm:"index"`
		Album   *Album
		Image   []byte
		softdelete.Tracked
	}

	// Review is what people have written of an album. Those that were deleted are kept for two weeks.
	Review struct {
		ID      uint
		AlbumID uint `gorm:"index"`
		Album   *Album
		Author  string `gorm:"size:80"`
		Stars   int
		Text    string
		softdelete.Tracked
	}

	// Customer goes with playlists and devices. An invoice forbids it. The e-mail is unique among live customers.
	Customer struct {
		ID           uint
		Name         string `gorm:"size:80"`
		Email        string `gorm:"size:120" softdelete:"unique"`
		City         string `gorm:"size:40"`
		PasswordHash string `gorm:"size:64"`
		APIToken     string `gorm:"size:64"`
		CreatedAt    time.Time
		Playlists    []Playlist `softdelete:"cascade"`
		Devices      []Device   `softdelete:"cascade"`
		Invoices     []Invoice  `softdelete:"restrict"`
		softdelete.Tracked
	}

	// Device has a secret, of which the page says nothing but that it is there.
	Device struct {
		ID         uint
		CustomerID uint `gorm:"index"`
		Customer   *Customer
		Name       string `gorm:"size:80"`
		PushToken  string `gorm:"size:64"`
		softdelete.Tracked
	}

	// Playlist goes with its entries; its tracks stay.
	Playlist struct {
		ID         uint
		CustomerID uint `gorm:"index"`
		Customer   *Customer
		Name       string  `gorm:"size:80"`
		Tracks     []Track `gorm:"many2many:playlist_tracks" softdelete:"cascade"`
		softdelete.Tracked
	}

	// PlaylistTrack is a track's place in a playlist: a key of two columns.
	PlaylistTrack struct {
		PlaylistID uint `gorm:"primaryKey"`
		TrackID    uint `gorm:"primaryKey"`
		softdelete.Tracked
	}

	// Invoice is kept in the trash for ten years.
	Invoice struct {
		ID         uint
		CustomerID uint `gorm:"index"`
		Customer   *Customer
		Number     string `gorm:"size:20" softdelete:"unique"`
		Cents      int64
		CreatedAt  time.Time
		softdelete.Tracked
	}

	// GiftCard has GORM's own marker, which does not say who deleted it, nor with which operation.
	GiftCard struct {
		ID        uint
		Code      string `gorm:"size:20" softdelete:"unique"`
		Cents     int64
		DeletedAt gorm.DeletedAt `gorm:"index"`
	}
)

// TrashRetention of reviews: what was spam is spam.
func (Review) TrashRetention() time.Duration { return 14 * day }

// TrashRetention of invoices is what the law asks for.
func (Invoice) TrashRetention() time.Duration { return 10 * 365 * day }

// Retention is how long all others are kept, by Trash.WithRetention.
const Retention = 90 * day

// Models are all of them.
func Models() []any {
	return []any{
		&Artist{}, &Album{}, &Track{}, &Genre{}, &Cover{}, &Review{}, &Customer{}, &Device{}, &Playlist{}, &PlaylistTrack{}, &Invoice{}, &GiftCard{},
	}
}
