package models

import (
	"github.com/gorm-softdelete/softdelete"
)

type AClub struct {
	ID     uint      `gorm:"primaryKey;autoIncrement:false"`
	People []*AHuman `gorm:"many2many:a_members;joinForeignKey:ClubID;joinReferences:HumanID"`
}

type AHuman struct {
	ID uint `gorm:"primaryKey;autoIncrement:false"`
}

type AMember struct {
	ClubID  uint `gorm:"primaryKey;autoIncrement:false"`
	HumanID uint `gorm:"primaryKey;autoIncrement:false"`
	Role    string
	softdelete.Tracked
}

func (AMember) TableName() string { return "a_members" }
