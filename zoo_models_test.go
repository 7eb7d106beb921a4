package softdelete_test

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
)

// The zoo is what the property tests of cascades draw their schemas from: worlds of a few models each, which have between
// them every kind of relation, policy and marker. What the oracle knows of them is written beside them once more, by hand,
// in zoo_worlds_test.go.

// Home: every model tells its operation. A guest is held by its house (restrict) and goes with its room (cascade).
type (
	zooOwner struct {
		ID      int64 `gorm:"primaryKey;autoIncrement:false"`
		Name    string
		Profile *zooProfile `gorm:"foreignKey:OwnerID" softdelete:"cascade"`
		Houses  []zooHouse  `gorm:"foreignKey:OwnerID" softdelete:"cascade"`
		Guests  []zooGuest  `gorm:"foreignKey:HostID" softdelete:"none"`
		softdelete.Tracked
	}
	zooProfile struct {
		ID      int64 `gorm:"primaryKey;autoIncrement:false"`
		Name    string
		OwnerID int64
		softdelete.Tracked
	}
	zooHouse struct {
		ID      int64 `gorm:"primaryKey;autoIncrement:false"`
		Name    string
		OwnerID *int64
		Rooms   []zooRoom  `gorm:"foreignKey:HouseID" softdelete:"cascade"`
		Guests  []zooGuest `gorm:"foreignKey:HouseID" softdelete:"restrict"`
		softdelete.Tracked
	}
	zooRoom struct {
		ID      int64 `gorm:"primaryKey;autoIncrement:false"`
		Name    string
		HouseID *int64
		softdelete.Tracked
	}
	zooGuest struct {
		ID      int64 `gorm:"primaryKey;autoIncrement:false"`
		Name    string
		HostID  *int64
		HouseID *int64
		RoomID  *int64
		Room    *zooRoom `softdelete:"cascade"`
		softdelete.Tracked
	}
)

// Press: markers are times of several precisions, relations are declared by the child only, policies partly by constraint.
type (
	zooAuthor struct {
		gorm.Model
		Name string
	}
	zooArticle struct {
		ID       int64 `gorm:"primaryKey;autoIncrement:false"`
		Name     string
		AuthorID *uint
		Author   *zooAuthor `gorm:"constraint:OnDelete:CASCADE"`
		softdelete.Timestamp
	}
	zooComment struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		ArticleID *int64
		Article   *zooArticle `softdelete:"cascade"`
		AuthorID  *uint
		Author    *zooAuthor     `gorm:"constraint:OnDelete:RESTRICT"`
		RemovedAt gorm.DeletedAt `gorm:"column:removed_at"`
	}
	zooReply struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		CommentID *int64
		Comment   *zooComment `softdelete:"cascade"`
		ArticleID *int64
		Article   *zooArticle           `gorm:"constraint:OnDelete:SET NULL"`
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:milli"`
	}
	zooRating struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		ArticleID *int64
		Article   *zooArticle            `softdelete:"cascade"`
		DeletedAt *soft_delete.DeletedAt `gorm:"softDelete:nano"`
	}
)

// Forest: a self-referencing tree, of which the rows may well hang on each other in circles, and aliases that are held.
type (
	zooNode struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		ParentID  *int64
		Parent    *zooNode
		Children  []zooNode `gorm:"foreignKey:ParentID" softdelete:"cascade"`
		AliasOfID *int64
		AliasOf   *zooNode  `softdelete:"restrict"`
		Leaves    []zooLeaf `gorm:"foreignKey:NodeID" softdelete:"cascade"`
		softdelete.Tracked
	}
	zooLeaf struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		NodeID    *int64
		Removed   gorm.DeletedAt
		Operation *string `gorm:"size:36" softdelete:"deletionID"`
	}
)

// League: teams hang on their captain and players on their team. A match is held by its home team, and goes with the other.
type (
	zooTeam struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		CaptainID *int64
		Captain   *zooPlayer  `gorm:"foreignKey:CaptainID" softdelete:"cascade"`
		Players   []zooPlayer `gorm:"foreignKey:TeamID" softdelete:"cascade"`
		softdelete.Tracked
	}
	zooPlayer struct {
		ID     int64 `gorm:"primaryKey;autoIncrement:false"`
		Name   string
		TeamID *int64
		softdelete.Flagged
		RemovedAt *time.Time `softdelete:"at"`
		RemovalID []byte     `softdelete:"deletionID"`
		RemovedBy *string    `softdelete:"by"`
	}
	zooMatch struct {
		ID     int64 `gorm:"primaryKey;autoIncrement:false"`
		Name   string
		HomeID *int64
		Home   *zooTeam `softdelete:"restrict"`
		AwayID *int64
		Away   *zooTeam `softdelete:"cascade"`
		softdelete.Tracked
	}
)

// Shipping: composite keys, of which a part is shared.
type (
	zooOrder struct {
		Tenant int64 `gorm:"primaryKey;autoIncrement:false"`
		No     int64 `gorm:"primaryKey;autoIncrement:false"`
		Name   string
		Lines  []zooLine `gorm:"foreignKey:Tenant,OrderNo;references:Tenant,No" softdelete:"cascade"`
		softdelete.Timestamp
		Operation *string `gorm:"size:36" softdelete:"deletionID"`
		Why       string  `softdelete:"reason"`
	}
	zooLine struct {
		Tenant  int64 `gorm:"primaryKey;autoIncrement:false"`
		OrderNo int64 `gorm:"primaryKey;autoIncrement:false"`
		Line    int64 `gorm:"primaryKey;autoIncrement:false"`
		Name    string
		Parts   []zooPart `gorm:"foreignKey:Tenant,OrderNo,LineNo;references:Tenant,OrderNo,Line" softdelete:"cascade"`
		softdelete.Tracked
	}
	zooPart struct {
		ID      int64 `gorm:"primaryKey;autoIncrement:false"`
		Tenant  *int64
		OrderNo *int64
		LineNo  *int64
		Name    string
		softdelete.Tracked
	}
	zooHold struct {
		ID      int64 `gorm:"primaryKey;autoIncrement:false"`
		Name    string
		Tenant  *int64
		OrderNo *int64
		Order   *zooOrder `gorm:"foreignKey:Tenant,OrderNo;references:Tenant,No" softdelete:"restrict"`
		softdelete.Timestamp
	}
)
