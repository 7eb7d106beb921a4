package softdelete_test

import (
	"context"
	"fmt"
	"sync"
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

// zooHooks keeps the hooks that were called, by name and row.
type zooHooks struct {
	mu    sync.Mutex
	calls []string
}

type zooHooksKey struct{}

func zooCalled(tx *gorm.DB, hook, table string, id int64, name string) error {
	if hooks, ok := tx.Statement.Context.Value(zooHooksKey{}).(*zooHooks); ok {
		hooks.mu.Lock()
		defer hooks.mu.Unlock()
		hooks.calls = append(hooks.calls, fmt.Sprintf("%s %s %d %s", hook, table, id, name))
	}
	return nil
}

func withZooHooks(ctx context.Context, hooks *zooHooks) context.Context {
	return context.WithValue(ctx, zooHooksKey{}, hooks)
}

func (i *zooItem) BeforeDelete(tx *gorm.DB) error  { return zooCalled(tx, "BeforeDelete", "zoo_items", i.ID, i.Name) }
func (i *zooItem) AfterDelete(tx *gorm.DB) error   { return zooCalled(tx, "AfterDelete", "zoo_items", i.ID, i.Name) }
func (i *zooItem) BeforeRestore(tx *gorm.DB) error { return zooCalled(tx, "BeforeRestore", "zoo_items", i.ID, i.Name) }
func (i *zooItem) AfterRestore(tx *gorm.DB) error  { return zooCalled(tx, "AfterRestore", "zoo_items", i.ID, i.Name) }
func (l *zooLabel) BeforeDelete(tx *gorm.DB) error { return zooCalled(tx, "BeforeDelete", "zoo_labels", l.ID, l.Name) }
func (l *zooLabel) AfterRestore(tx *gorm.DB) error { return zooCalled(tx, "AfterRestore", "zoo_labels", l.ID, l.Name) }
