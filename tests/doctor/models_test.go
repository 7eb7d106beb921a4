package doctor_test

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
)

// A clinic with something wrong with each table. Models named made… are what the
// tables are made by, sick… what Doctor is asked about, well… what the messages
// advise where SQL alone does not mend it.

// table-missing.
type sickGhost struct {
	ID    uint
	Name  string `softdelete:"unique"`
	Grave string `softdelete:"unique"`
	softdelete.Tracked
}

func (sickGhost) TableName() string { return "ghosts" }

// marker-column-missing.
type madeBed struct {
	ID   uint
	Room string `gorm:"index"`
}

func (madeBed) TableName() string { return "beds" }

type sickBed struct {
	ID   uint
	Room string
	softdelete.Tracked
}

func (sickBed) TableName() string { return "beds" }

type madeKey struct {
	ID   uint
	Door string
}

func (madeKey) TableName() string { return "keys" }

type sickKey struct {
	ID        uint
	Door      string
	DeletedAt soft_delete.DeletedAt `gorm:"softDelete:nano"`
}

func (sickKey) TableName() string { return "keys" }

// marker-look-alike, of each kind.
type sickNurse struct {
	ID        uint
	Name      string
	DeletedAt *time.Time `gorm:"index"`
}

func (sickNurse) TableName() string { return "nurses" }

type wellNurse struct {
	ID        uint
	Name      string
	DeletedAt gorm.DeletedAt `gorm:"index"`
}

func (wellNurse) TableName() string { return "nurses" }

type sickDoctor struct {
	ID        uint
	Name      string
	DeletedAt time.Time
}

func (sickDoctor) TableName() string { return "doctors" }

type wellDoctor struct {
	ID        uint
	Name      string
	DeletedAt gorm.DeletedAt
}

func (wellDoctor) TableName() string { return "doctors" }

type sickPorter struct {
	ID        uint
	IsDeleted bool
}

func (sickPorter) TableName() string { return "porters" }

type wellPorter struct {
	ID        uint
	IsDeleted softdelete.Flag `gorm:"not null;default:false"`
}

func (wellPorter) TableName() string { return "porters" }

type sickCook struct {
	ID        uint
	DeletedAt *int64
}

func (sickCook) TableName() string { return "cooks" }

type wellCook struct {
	ID        uint
	DeletedAt soft_delete.DeletedAt
}

func (wellCook) TableName() string { return "cooks" }

// unique-holds-trash, as a constraint and as an index, and marker-index-useless.
type sickPatient struct {
	gorm.Model
	Email  string `gorm:"size:100;unique"`
	Number string `gorm:"size:100;uniqueIndex"`
	Ward   string `gorm:"size:100;uniqueIndex:ward_bed"`
	Bed    int    `gorm:"uniqueIndex:ward_bed"`
}

func (sickPatient) TableName() string { return "patients" }

type wellPatient struct {
	gorm.Model
	Email  string `gorm:"size:100" softdelete:"unique"`
	Number string `gorm:"size:100;uniqueIndex"`
	Ward   string `gorm:"size:100;uniqueIndex:ward_bed"`
	Bed    int    `gorm:"uniqueIndex:ward_bed"`
}

func (wellPatient) TableName() string { return "patients" }

// unique-holds-trash: one trashed row to a value; cascade-inexact.
type sickPill struct {
	ID        uint
	Name      string          `gorm:"size:100;uniqueIndex:pill_name"`
	IsDeleted softdelete.Flag `gorm:"not null;default:false;uniqueIndex:pill_name"`
	Doses     []sickDose      `gorm:"foreignKey:PillID" softdelete:"cascade"`
}

func (sickPill) TableName() string { return "pills" }

type sickDose struct {
	ID     uint
	PillID uint
	softdelete.Flagged
}

func (sickDose) TableName() string { return "doses" }

type wellPill struct {
	ID         uint
	Name       string                `gorm:"size:100"`
	IsDeleted  softdelete.Flag       `gorm:"not null;default:false"`
	DeletionID softdelete.DeletionID `softdelete:"deletionID"`
	Doses      []wellDose            `gorm:"foreignKey:PillID" softdelete:"cascade"`
}

func (wellPill) TableName() string { return "pills" }

type wellDose struct {
	ID     uint
	PillID uint
	softdelete.Flagged
	DeletionID softdelete.DeletionID `softdelete:"deletionID"`
}

func (wellDose) TableName() string { return "doses" }

// unique-misses-live, and marker-index-missing.
type sickRoom struct {
	ID        uint
	Name      string         `gorm:"size:100;uniqueIndex:room_name"`
	DeletedAt gorm.DeletedAt `gorm:"uniqueIndex:room_name"`
}

func (sickRoom) TableName() string { return "rooms" }

// unique-missing, live-index-missing, deletion-index-missing.
type madeVisit struct {
	ID        uint
	Code      string `gorm:"size:100"`
	PatientID uint
	softdelete.Tracked
}

func (madeVisit) TableName() string { return "visits" }

type sickVisit struct {
	ID        uint
	Code      string `gorm:"size:100" softdelete:"unique"`
	PatientID uint   `softdelete:"index"`
	softdelete.Tracked
}

func (sickVisit) TableName() string { return "visits" }

// child-not-soft-deletable and join-table-hard-deletes; index-holds-trash.
type sickOffice struct {
	ID     uint
	Street string       `gorm:"size:100;index"`
	Desks  []sickDesk   `gorm:"foreignKey:OfficeID" softdelete:"cascade"`
	Staff  []sickPerson `gorm:"many2many:office_staff"`
	softdelete.Tracked
}

func (sickOffice) TableName() string { return "offices" }

type sickDesk struct {
	ID       uint
	OfficeID uint
}

func (sickDesk) TableName() string { return "desks" }

type sickPerson struct {
	ID   uint
	Name string
}

func (sickPerson) TableName() string { return "people" }

type wellOffice struct {
	ID     uint
	Street string       `gorm:"size:100"`
	Desks  []wellDesk   `gorm:"foreignKey:OfficeID" softdelete:"cascade"`
	Staff  []wellPerson `gorm:"many2many:office_staff;joinForeignKey:SickOfficeID;joinReferences:SickPersonID"`
	softdelete.Tracked
}

func (wellOffice) TableName() string { return "offices" }

type wellDesk struct {
	ID       uint
	OfficeID uint
	softdelete.Tracked
}

func (wellDesk) TableName() string { return "desks" }

type wellPerson struct {
	ID   uint
	Name string
}

func (wellPerson) TableName() string { return "people" }

type wellOfficeStaff struct {
	SickOfficeID uint `gorm:"primaryKey"`
	SickPersonID uint `gorm:"primaryKey"`
	softdelete.Tracked
}

func (wellOfficeStaff) TableName() string { return "office_staff" }
