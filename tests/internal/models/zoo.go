package models

import (
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

type ZooOwner struct {
	ID      int64 `gorm:"primaryKey;autoIncrement:false"`
	Name    string
	Profile *ZooProfile `gorm:"foreignKey:OwnerID" softdelete:"cascade"`
	Houses  []ZooHouse  `gorm:"foreignKey:OwnerID" softdelete:"cascade"`
	Guests  []ZooGuest  `gorm:"foreignKey:HostID" softdelete:"none"`
	softdelete.Tracked
}

type ZooProfile struct {
	ID      int64 `gorm:"primaryKey;autoIncrement:false"`
	Name    string
	OwnerID int64
	softdelete.Tracked
}

type ZooHouse struct {
	ID      int64 `gorm:"primaryKey;autoIncrement:false"`
	Name    string
	OwnerID *int64
	Rooms   []ZooRoom  `gorm:"foreignKey:HouseID" softdelete:"cascade"`
	Guests  []ZooGuest `gorm:"foreignKey:HouseID" softdelete:"restrict"`
	softdelete.Tracked
}

type ZooRoom struct {
	ID      int64 `gorm:"primaryKey;autoIncrement:false"`
	Name    string
	HouseID *int64
	softdelete.Tracked
}

type ZooGuest struct {
	ID      int64 `gorm:"primaryKey;autoIncrement:false"`
	Name    string
	HostID  *int64
	HouseID *int64
	RoomID  *int64
	Room    *ZooRoom `softdelete:"cascade"`
	softdelete.Tracked
}

type ZooNode struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	ParentID  *int64
	Parent    *ZooNode
	Children  []ZooNode `gorm:"foreignKey:ParentID" softdelete:"cascade"`
	AliasOfID *int64
	AliasOf   *ZooNode  `softdelete:"restrict"`
	Leaves    []ZooLeaf `gorm:"foreignKey:NodeID" softdelete:"cascade"`
	softdelete.Tracked
}

type ZooLeaf struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	NodeID    *int64
	Removed   gorm.DeletedAt
	Operation *string `gorm:"size:36" softdelete:"deletionID"`
}

type ZooTeam struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	CaptainID *int64
	Captain   *ZooPlayer  `gorm:"foreignKey:CaptainID" softdelete:"cascade"`
	Players   []ZooPlayer `gorm:"foreignKey:TeamID" softdelete:"cascade"`
	softdelete.Tracked
}

type ZooPlayer struct {
	ID     int64 `gorm:"primaryKey;autoIncrement:false"`
	Name   string
	TeamID *int64
	softdelete.Flagged
	RemovedAt *time.Time `softdelete:"at"`
	RemovalID []byte     `softdelete:"deletionID"`
	RemovedBy *string    `softdelete:"by"`
}

type ZooMatch struct {
	ID     int64 `gorm:"primaryKey;autoIncrement:false"`
	Name   string
	HomeID *int64
	Home   *ZooTeam `softdelete:"restrict"`
	AwayID *int64
	Away   *ZooTeam `softdelete:"cascade"`
	softdelete.Tracked
}

type ZooOrder struct {
	Tenant int64 `gorm:"primaryKey;autoIncrement:false"`
	No     int64 `gorm:"primaryKey;autoIncrement:false"`
	Name   string
	Lines  []ZooLine `gorm:"foreignKey:Tenant,OrderNo;references:Tenant,No" softdelete:"cascade"`
	softdelete.Timestamp
	Operation *string `gorm:"size:36" softdelete:"deletionID"`
	Why       string  `softdelete:"reason"`
}

type ZooLine struct {
	Tenant  int64 `gorm:"primaryKey;autoIncrement:false"`
	OrderNo int64 `gorm:"primaryKey;autoIncrement:false"`
	Line    int64 `gorm:"primaryKey;autoIncrement:false"`
	Name    string
	Parts   []ZooPart `gorm:"foreignKey:Tenant,OrderNo,LineNo;references:Tenant,OrderNo,Line" softdelete:"cascade"`
	softdelete.Tracked
}

type ZooPart struct {
	ID      int64 `gorm:"primaryKey;autoIncrement:false"`
	Tenant  *int64
	OrderNo *int64
	LineNo  *int64
	Name    string
	softdelete.Tracked
}
