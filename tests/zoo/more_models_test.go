package zoo_test

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
)

// Meetup: join tables that SetupJoinTable knows, that only Config.Models knows, and that are plain. Languages have keys of
// text.
type (
	zooPerson struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		Languages []zooLanguage `gorm:"many2many:zoo_speaks;joinForeignKey:PersonID;joinReferences:LanguageID" softdelete:"cascade"`
		Clubs     []zooClub     `gorm:"many2many:zoo_memberships;joinForeignKey:PersonID;joinReferences:ClubID" softdelete:"cascade"`
		Topics    []zooTopic    `gorm:"many2many:zoo_person_topics;joinForeignKey:PersonID;joinReferences:TopicID" softdelete:"cascade"`
		softdelete.Tracked
	}
	zooLanguage struct {
		ID     string `gorm:"primaryKey"`
		Name   string
		People []zooPerson `gorm:"many2many:zoo_speaks;joinForeignKey:LanguageID;joinReferences:PersonID" softdelete:"cascade"`
		softdelete.Tracked
	}
	zooSpeak struct {
		PersonID   int64  `gorm:"primaryKey;autoIncrement:false"`
		LanguageID string `gorm:"primaryKey"`
		softdelete.Tracked
	}
	zooClub struct {
		ID   int64 `gorm:"primaryKey;autoIncrement:false"`
		Name string
		softdelete.Tracked
	}
	zooMembership struct {
		PersonID int64 `gorm:"primaryKey;autoIncrement:false"`
		ClubID   int64 `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
	zooTopic struct {
		ID   int64 `gorm:"primaryKey;autoIncrement:false"`
		Name string
		softdelete.Tracked
	}
)

// Wall: polymorphic relations, to notes on notes as well. A video is held by its notes.
type (
	zooPage struct {
		ID    int64 `gorm:"primaryKey;autoIncrement:false"`
		Name  string
		Notes []zooNote   `gorm:"polymorphic:Owner" softdelete:"cascade"`
		Cover *zooPicture `gorm:"polymorphic:Owner;polymorphicValue:page" softdelete:"cascade"`
		softdelete.Tracked
	}
	zooVideo struct {
		ID    int64 `gorm:"primaryKey;autoIncrement:false"`
		Name  string
		Notes []zooNote   `gorm:"polymorphic:Owner" softdelete:"restrict"`
		Cover *zooPicture `gorm:"polymorphic:Owner;polymorphicValue:video" softdelete:"none"`
		softdelete.Tracked
	}
	zooNote struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		OwnerID   int64
		OwnerType string
		Notes     []zooNote             `gorm:"polymorphic:Owner" softdelete:"cascade"`
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:nano"`
	}
	zooPicture struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		OwnerID   int64
		OwnerType string
		softdelete.Tracked
	}
)

// Fuse box: markers that cannot tell what trashed their row: flags without a time, and whole seconds.
type (
	zooBox struct {
		ID    int64 `gorm:"primaryKey;autoIncrement:false"`
		Name  string
		Lamps []zooLamp `gorm:"foreignKey:BoxID" softdelete:"cascade"`
		Fuses []zooFuse `gorm:"foreignKey:BoxID" softdelete:"cascade"`
		softdelete.Timestamp
	}
	zooLamp struct {
		ID    int64 `gorm:"primaryKey;autoIncrement:false"`
		Name  string
		BoxID *int64
		Bulbs []zooBulb `gorm:"foreignKey:LampID" softdelete:"cascade"`
		softdelete.Flagged
	}
	zooBulb struct {
		ID     int64 `gorm:"primaryKey;autoIncrement:false"`
		Name   string
		LampID *int64
		IsDel  soft_delete.DeletedAt `gorm:"softDelete:flag"`
	}
	zooFuse struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		BoxID     *int64
		Wires     []zooWire `gorm:"foreignKey:FuseID" softdelete:"cascade"`
		DeletedAt soft_delete.DeletedAt
	}
	zooWire struct {
		ID     int64 `gorm:"primaryKey;autoIncrement:false"`
		Name   string
		FuseID *int64
		softdelete.Tracked
	}
)

// Mill: another marker at each level, all of them telling. Relations are in embedded structs, on either side.
type (
	zooMill struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		Inside    zooMillInside         `gorm:"embedded"`
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:milli"`
	}
	zooMillInside struct {
		Wheels []zooWheel `gorm:"foreignKey:MillID" softdelete:"cascade"`
	}
	zooWheel struct {
		ID     int64 `gorm:"primaryKey;autoIncrement:false"`
		Name   string
		MillID *int64
		Cogs   []zooCog `gorm:"foreignKey:WheelID" softdelete:"cascade"`
		softdelete.Flagged
		RemovedAt *time.Time `softdelete:"at"`
	}
	zooCog struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		WheelID   *int64
		Teeth     []zooTooth            `gorm:"foreignKey:CogID" softdelete:"cascade"`
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:nano"`
	}
	zooTooth struct {
		ID        int64 `gorm:"primaryKey;autoIncrement:false"`
		Name      string
		CogID     *int64
		DeletedAt gorm.DeletedAt `gorm:"zeroValue:1970-01-01 00:00:01;default:'1970-01-01 00:00:01'"`
	}
	zooSack struct {
		ID      int64 `gorm:"primaryKey;autoIncrement:false"`
		Name    string
		Place   zooPlace `gorm:"embedded;embeddedPrefix:place_"`
		Removed *gorm.DeletedAt
	}
	zooPlace struct {
		MillID  *int64
		Mill    *zooMill `softdelete:"cascade"`
		WheelID *int64
		Wheel   *zooWheel `softdelete:"restrict"`
	}
)
