package zoo_test

import (
	"github.com/gorm-softdelete/softdelete"
)

// Archive: children without a marker, in the middle of a cascade and under a restriction.
type (
	zooProject struct {
		ID    int64 `gorm:"primaryKey;autoIncrement:false"`
		Name  string
		Logs  []zooLog  `gorm:"foreignKey:ProjectID" softdelete:"cascade"`
		Files []zooFile `gorm:"foreignKey:ProjectID" softdelete:"cascade"`
		Locks []zooLock `gorm:"foreignKey:ProjectID" softdelete:"restrict"`
		softdelete.Tracked
	}
	zooLog struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		ProjectID *int64
		Entries   []zooEntry `gorm:"foreignKey:LogID" softdelete:"cascade"`
	}
	zooEntry struct {
		ID    int64 `gorm:"primaryKey;autoIncrement:false"`
		Name  string
		LogID *int64
		softdelete.Timestamp
	}
	zooFile struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		ProjectID *int64
		Versions  []zooVersion `gorm:"foreignKey:FileID;constraint:OnDelete:CASCADE" softdelete:"none"`
		softdelete.Tracked
	}
	zooVersion struct {
		ID     int64 `gorm:"primaryKey;autoIncrement:false"`
		Name   string
		FileID *int64
		softdelete.Tracked
	}
	zooLock struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		ProjectID *int64
	}
)

// Law: the database has the foreign keys, with what they do on a delete.
type (
	zooState struct {
		ID      int64 `gorm:"primaryKey;autoIncrement:false"`
		Name    string
		WholeID *int64
		Parts   []zooState  `gorm:"foreignKey:WholeID;constraint:OnDelete:CASCADE"`
		Cities  []zooCity   `gorm:"foreignKey:StateID;constraint:OnDelete:CASCADE"`
		Towns   []zooTown   `gorm:"foreignKey:StateID;constraint:OnDelete:RESTRICT"`
		Rivers  []zooRiver  `gorm:"foreignKey:StateID;constraint:OnDelete:SET NULL"`
		Bridges []zooBridge `gorm:"foreignKey:StateID" softdelete:"cascade"`
		softdelete.Tracked
	}
	zooCity struct {
		ID      int64 `gorm:"primaryKey;autoIncrement:false"`
		Name    string
		StateID *int64
		Streets []zooStreet `gorm:"foreignKey:CityID;constraint:OnDelete:CASCADE"`
		softdelete.Tracked
	}
	zooStreet struct {
		ID     int64 `gorm:"primaryKey;autoIncrement:false"`
		Name   string
		CityID *int64
	}
	zooTown struct {
		ID      int64 `gorm:"primaryKey;autoIncrement:false"`
		Name    string
		StateID *int64
		softdelete.Tracked
	}
	zooRiver struct {
		ID      int64 `gorm:"primaryKey;autoIncrement:false"`
		Name    string
		StateID *int64
		softdelete.Timestamp
	}
	zooBridge struct {
		ID      int64 `gorm:"primaryKey;autoIncrement:false"`
		Name    string
		StateID *int64
		CityID  *int64
		City    *zooCity
		softdelete.Tracked
	}
)

// Post: the hooks of items run in a cascade, those of labels do not.
type (
	zooParcel struct {
		ID     int64 `gorm:"primaryKey;autoIncrement:false"`
		Name   string
		Items  []zooItem  `gorm:"foreignKey:ParcelID" softdelete:"cascade,hooks"`
		Labels []zooLabel `gorm:"foreignKey:ParcelID" softdelete:"cascade"`
		softdelete.Tracked
	}
	zooItem struct {
		ID       int64 `gorm:"primaryKey;autoIncrement:false"`
		Name     string
		ParcelID *int64
		Seals    []zooSeal `gorm:"foreignKey:ItemID" softdelete:"cascade"`
		softdelete.Tracked
	}
	zooLabel struct {
		ID       int64 `gorm:"primaryKey;autoIncrement:false"`
		Name     string
		ParcelID *int64
		softdelete.Timestamp
	}
	zooSeal struct {
		ID     int64 `gorm:"primaryKey;autoIncrement:false"`
		Name   string
		ItemID *int64
		softdelete.Tracked
	}
)

// Porch: the operation is told by its id in the middle only, above and below by its time.
type (
	zooPorch struct {
		ID     int64 `gorm:"primaryKey;autoIncrement:false"`
		Name   string
		Swings []zooSwing `gorm:"foreignKey:PorchID" softdelete:"cascade"`
		softdelete.Timestamp
	}
	zooSwing struct {
		ID       int64 `gorm:"primaryKey;autoIncrement:false"`
		Name     string
		PorchID  *int64
		Cushions []zooCushion `gorm:"foreignKey:SwingID" softdelete:"cascade"`
		softdelete.Tracked
	}
	zooCushion struct {
		ID      int64 `gorm:"primaryKey;autoIncrement:false"`
		Name    string
		SwingID *int64
		softdelete.Timestamp
	}
)

// Desk: values that are unique among live rows, which may be taken by the time that a row comes back.
type (
	zooDesk struct {
		ID   int64 `gorm:"primaryKey;autoIncrement:false"`
		Name string
		Pens []zooPen `gorm:"foreignKey:DeskID" softdelete:"cascade"`
		softdelete.Tracked
	}
	zooPen struct {
		ID     int64 `gorm:"primaryKey;autoIncrement:false"`
		Name   string
		DeskID *int64
		Code   string   `gorm:"size:191;uniqueIndex:zoo_pens_code,where:deleted_at IS NULL"`
		Caps   []zooCap `gorm:"foreignKey:PenID" softdelete:"cascade"`
		softdelete.Tracked
	}
	zooCap struct {
		ID     int64 `gorm:"primaryKey;autoIncrement:false"`
		Name   string
		PenID  *int64
		DeskID *int64
		Desk   *zooDesk `softdelete:"cascade"`
		Code   string   `gorm:"size:191;uniqueIndex:zoo_caps_code,where:deleted_at IS NULL"`
		softdelete.Timestamp
	}
)
