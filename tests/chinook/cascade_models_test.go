package chinook_test

import (
	"github.com/gorm-softdelete/softdelete"
)

// The models of the Chinook store again, all of them tracked. What goes along
// with what is said in all of the ways there are: by tag, by constraint, by tag
// against the constraint, by the child alone, on both sides of a join table.

type shopGenre struct {
	ID     uint `json:"GenreId" gorm:"primaryKey;autoIncrement:false"`
	Name   string
	Tracks []shopTrack `gorm:"foreignKey:GenreID" softdelete:"none"`
	softdelete.Tracked
}

type shopMediaType struct {
	ID   uint `json:"MediaTypeId" gorm:"primaryKey;autoIncrement:false"`
	Name string
	softdelete.Tracked
}

type shopArtist struct {
	ID     uint `json:"ArtistId" gorm:"primaryKey;autoIncrement:false"`
	Name   string
	Albums []shopAlbum `gorm:"foreignKey:ArtistID" softdelete:"cascade"`
	softdelete.Tracked
}

type shopAlbum struct {
	ID       uint `json:"AlbumId" gorm:"primaryKey;autoIncrement:false"`
	Title    string
	ArtistID uint
	Artist   *shopArtist
	Tracks   []shopTrack `gorm:"foreignKey:AlbumID;constraint:OnDelete:CASCADE"`
	softdelete.Tracked
}

// shopTrack does not know its invoice lines: they say themselves that they go
// along with it.
type shopTrack struct {
	ID           uint `json:"TrackId" gorm:"primaryKey;autoIncrement:false"`
	Name         string
	AlbumID      uint
	Album        *shopAlbum
	MediaTypeID  uint
	MediaType    *shopMediaType
	GenreID      uint
	Genre        *shopGenre
	Composer     string
	Milliseconds int
	Bytes        int64
	UnitPrice    float64        `gorm:"type:numeric(10,2)"`
	Playlists    []shopPlaylist `gorm:"many2many:shop_playlist_tracks;joinForeignKey:TrackID;joinReferences:PlaylistID" softdelete:"cascade"`
	softdelete.Tracked
}

type shopPlaylist struct {
	ID     uint `json:"PlaylistId" gorm:"primaryKey;autoIncrement:false"`
	Name   string
	Tracks []shopTrack `gorm:"many2many:shop_playlist_tracks;joinForeignKey:PlaylistID;joinReferences:TrackID" softdelete:"cascade"`
	softdelete.Tracked
}

type shopPlaylistTrack struct {
	PlaylistID uint `gorm:"primaryKey;autoIncrement:false"`
	Playlist   *shopPlaylist
	TrackID    uint `gorm:"primaryKey;autoIncrement:false"`
	Track      *shopTrack
	softdelete.Tracked
}

type shopEmployee struct {
	ID          uint `json:"EmployeeId" gorm:"primaryKey;autoIncrement:false"`
	LastName    string
	FirstName   string
	Title       string
	ReportsToID *uint          `json:"ReportsTo"`
	ReportsTo   *shopEmployee  `json:"-"`
	Reports     []shopEmployee `gorm:"foreignKey:ReportsToID" softdelete:"cascade"`
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
	softdelete.Tracked
}

// shopCustomer has no support while the employee is gone.
type shopCustomer struct {
	ID           uint `json:"CustomerId" gorm:"primaryKey;autoIncrement:false"`
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
	SupportRep   *shopEmployee `gorm:"constraint:OnDelete:SET NULL"`
	Invoices     []shopInvoice `gorm:"foreignKey:CustomerID;constraint:OnDelete:RESTRICT" softdelete:"cascade"`
	softdelete.Tracked
}

type shopInvoice struct {
	ID                uint `json:"InvoiceId" gorm:"primaryKey;autoIncrement:false"`
	CustomerID        uint
	Customer          *shopCustomer
	InvoiceDate       chinookTime
	BillingAddress    string
	BillingCity       string
	BillingState      string
	BillingCountry    string
	BillingPostalCode string
	Total             float64           `gorm:"type:numeric(10,2)"`
	Lines             []shopInvoiceLine `gorm:"foreignKey:InvoiceID;constraint:OnDelete:CASCADE"`
	softdelete.Tracked
}

type shopInvoiceLine struct {
	ID        uint `json:"InvoiceLineId" gorm:"primaryKey;autoIncrement:false"`
	InvoiceID uint
	Invoice   *shopInvoice
	TrackID   uint
	Track     *shopTrack `softdelete:"cascade"`
	UnitPrice float64    `gorm:"type:numeric(10,2)"`
	Quantity  int
	softdelete.Tracked
}

func (r shopGenre) key() uint         { return r.ID }
func (r shopMediaType) key() uint     { return r.ID }
func (r shopArtist) key() uint        { return r.ID }
func (r shopAlbum) key() uint         { return r.ID }
func (r shopTrack) key() uint         { return r.ID }
func (r shopEmployee) key() uint      { return r.ID }
func (r shopCustomer) key() uint      { return r.ID }
func (r shopInvoice) key() uint       { return r.ID }
func (r shopInvoiceLine) key() uint   { return r.ID }
func (r shopPlaylist) key() uint      { return r.ID }
func (r shopPlaylistTrack) key() uint { return chinookLink(r.PlaylistID, r.TrackID) }

// shopModels are all models, which have a table each.
func shopModels() []any {
	return []any{
		&shopPlaylistTrack{}, &shopPlaylist{}, &shopInvoiceLine{}, &shopInvoice{}, &shopCustomer{},
		&shopEmployee{}, &shopTrack{}, &shopAlbum{}, &shopArtist{}, &shopMediaType{}, &shopGenre{},
	}
}

// The models of a store that keeps what it has sold, on the same tables. They
// leave out columns that no cascade needs.

type keptArtist struct {
	ID     uint
	Name   string
	Albums []keptAlbum `gorm:"foreignKey:ArtistID;constraint:OnDelete:CASCADE"`
	softdelete.Tracked
}

type keptAlbum struct {
	ID       uint
	ArtistID uint
	Tracks   []keptTrack `gorm:"foreignKey:AlbumID" softdelete:"cascade"`
	softdelete.Tracked
}

type keptTrack struct {
	ID      uint
	AlbumID uint
	Links   []keptLink `gorm:"foreignKey:TrackID" softdelete:"cascade"`
	Lines   []keptLine `gorm:"foreignKey:TrackID" softdelete:"restrict"`
	softdelete.Tracked
}

type keptLink struct {
	PlaylistID uint `gorm:"primaryKey;autoIncrement:false"`
	TrackID    uint `gorm:"primaryKey;autoIncrement:false"`
	softdelete.Tracked
}

type keptLine struct {
	ID      uint
	TrackID uint
	softdelete.Tracked
}

func (keptArtist) TableName() string { return "shop_artists" }
func (keptAlbum) TableName() string  { return "shop_albums" }
func (keptTrack) TableName() string  { return "shop_tracks" }
func (keptLink) TableName() string   { return "shop_playlist_tracks" }
func (keptLine) TableName() string   { return "shop_invoice_lines" }
