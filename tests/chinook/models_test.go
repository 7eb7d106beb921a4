package chinook_test

import (
	"database/sql/driver"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
)

// The models of the Chinook store, each with another kind of marker. Their
// names in JSON are those of the data, their foreign keys those of its schema.

type chinookGenre struct {
	ID        uint `json:"GenreId"`
	Name      string
	DeletedAt soft_delete.DeletedAt `gorm:"softDelete:nano"`
}

type chinookMediaType struct {
	ID        uint `json:"MediaTypeId"`
	Name      string
	DeletedAt time.Time             `json:"-"`
	IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedAt"`
}

type chinookArtist struct {
	ID     uint `json:"ArtistId"`
	Name   string
	Albums []chinookAlbum `gorm:"foreignKey:ArtistID"`
	softdelete.Tracked
}

type chinookAlbum struct {
	ID       uint `json:"AlbumId"`
	Title    string
	ArtistID uint
	Artist   *chinookArtist
	Tracks   []chinookTrack `gorm:"foreignKey:AlbumID"`
	softdelete.Timestamp
}

type chinookTrack struct {
	ID           uint `json:"TrackId"`
	Name         string
	AlbumID      uint
	Album        *chinookAlbum
	MediaTypeID  uint
	MediaType    *chinookMediaType
	GenreID      uint
	Genre        *chinookGenre
	Composer     string
	Milliseconds int
	Bytes        int64
	UnitPrice    float64           `gorm:"type:numeric(10,2)"`
	Playlists    []chinookPlaylist `gorm:"many2many:chinook_playlist_tracks;joinForeignKey:TrackID;joinReferences:PlaylistID"`

	RemovedAt  soft_delete.DeletedAt `gorm:"softDelete:milli"`
	RemovedBy  string                `softdelete:"by"`
	RemovedWhy *string               `softdelete:"reason"`
}

type chinookEmployee struct {
	ID          uint `json:"EmployeeId"`
	LastName    string
	FirstName   string
	Title       string
	ReportsToID *uint             `json:"ReportsTo"`
	ReportsTo   *chinookEmployee  `json:"-"`
	Reports     []chinookEmployee `gorm:"foreignKey:ReportsToID"`
	BirthDate   chinookTime
	HireDate    chinookTime
	Address     string
	City        string
	State       string
	Country     string
	PostalCode  string
	Phone       string
	Fax         string
	Email       string
	DeletedAt   gorm.DeletedAt `gorm:"column:left_at;index"`
}

type chinookCustomer struct {
	ID           uint `json:"CustomerId"`
	FirstName    string
	LastName     string
	Company      string
	Address      string
	City         string
	State        string
	Country      string
	PostalCode   string
	Phone        string
	Fax          string
	Email        string
	SupportRepID *uint
	SupportRep   *chinookEmployee
	Invoices     []chinookInvoice `gorm:"foreignKey:CustomerID"`
	DeletedAt    *gorm.DeletedAt
}

type chinookInvoice struct {
	ID                uint `json:"InvoiceId"`
	CustomerID        uint
	Customer          *chinookCustomer
	InvoiceDate       chinookTime
	BillingAddress    string
	BillingCity       string
	BillingState      string
	BillingCountry    string
	BillingPostalCode string
	Total             float64              `gorm:"type:numeric(10,2)"`
	Lines             []chinookInvoiceLine `gorm:"foreignKey:InvoiceID"`
	Cancelled         softdelete.Flag      `gorm:"not null;default:false"`
	CancelledAt       *time.Time           `softdelete:"at"`
}

// chinookInvoiceLine is the one that is not soft-deletable.
type chinookInvoiceLine struct {
	ID        uint `json:"InvoiceLineId"`
	InvoiceID uint
	Invoice   *chinookInvoice
	TrackID   uint
	Track     *chinookTrack
	UnitPrice float64 `gorm:"type:numeric(10,2)"`
	Quantity  int
}

type chinookPlaylist struct {
	ID     uint `json:"PlaylistId"`
	Name   string
	Tracks []chinookTrack `gorm:"many2many:chinook_playlist_tracks;joinForeignKey:PlaylistID;joinReferences:TrackID"`
	softdelete.Flagged
}

type chinookPlaylistTrack struct {
	PlaylistID uint `gorm:"primaryKey;autoIncrement:false"`
	Playlist   *chinookPlaylist
	TrackID    uint `gorm:"primaryKey;autoIncrement:false"`
	Track      *chinookTrack
	DeletedAt  gorm.DeletedAt `gorm:"column:unlinked_at"`
}

// chinookRow is a row that can be told from others of its table.
type chinookRow interface{ key() uint }

func (r chinookGenre) key() uint         { return r.ID }
func (r chinookMediaType) key() uint     { return r.ID }
func (r chinookArtist) key() uint        { return r.ID }
func (r chinookAlbum) key() uint         { return r.ID }
func (r chinookTrack) key() uint         { return r.ID }
func (r chinookEmployee) key() uint      { return r.ID }
func (r chinookCustomer) key() uint      { return r.ID }
func (r chinookInvoice) key() uint       { return r.ID }
func (r chinookInvoiceLine) key() uint   { return r.ID }
func (r chinookPlaylist) key() uint      { return r.ID }
func (r chinookPlaylistTrack) key() uint { return chinookLink(r.PlaylistID, r.TrackID) }

// chinookLinkSQL is chinookLink in SQL.
const chinookLinkSQL = "playlist_id * 100000 + track_id"

func chinookLink(playlist, track uint) uint { return playlist*100000 + track }

// chinookTables are the tables, with the columns by which a dump is ordered and
// those that deletes may write.
var chinookTables = []struct {
	name, order string
	written     []string
}{
	{"chinook_genres", "id", []string{"deleted_at"}},
	{"chinook_media_types", "id", []string{"is_del", "deleted_at"}},
	{"chinook_artists", "id", []string{"deleted_at", "deleted_by", "delete_reason", "deletion_id"}},
	{"chinook_albums", "id", []string{"deleted_at"}},
	{"chinook_tracks", "id", []string{"removed_at", "removed_by", "removed_why"}},
	{"chinook_employees", "id", []string{"left_at"}},
	{"chinook_customers", "id", []string{"deleted_at"}},
	{"chinook_invoices", "id", []string{"cancelled", "cancelled_at"}},
	{"chinook_invoice_lines", "id", nil},
	{"chinook_playlists", "id", []string{"is_deleted"}},
	{"chinook_playlist_tracks", "playlist_id, track_id", []string{"unlinked_at"}},
}

// chinookKeys are the foreign keys, of tables without their prefix.
var chinookKeys = []struct{ table, column string }{
	{"albums", "artist_id"},
	{"tracks", "album_id"},
	{"tracks", "media_type_id"},
	{"tracks", "genre_id"},
	{"employees", "reports_to_id"},
	{"customers", "support_rep_id"},
	{"invoices", "customer_id"},
	{"invoice_lines", "invoice_id"},
	{"invoice_lines", "track_id"},
	{"playlist_tracks", "playlist_id"},
	{"playlist_tracks", "track_id"},
}

// chinookTime is a time as the data has it, without a zone.
type chinookTime struct{ time.Time }

func (chinookTime) GormDataType() string { return "time" }

func (c *chinookTime) UnmarshalJSON(data []byte) (err error) {
	c.Time, err = time.Parse(`"2006-01-02T15:04:05"`, string(data))
	return err
}

func (c chinookTime) Value() (driver.Value, error) { return c.Time, nil }

func (c *chinookTime) Scan(value any) error {
	t, ok := value.(time.Time)
	if !ok {
		return fmt.Errorf("a time is a %T", value)
	}
	c.Time = t.UTC()
	return nil
}
