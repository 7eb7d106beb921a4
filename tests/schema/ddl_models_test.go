package schema_test

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
)

// The models that the schema made by AutoMigrate is compared with the one by DDL for: each kind of marker, of index, of table.
type (
	ddlTeam struct {
		gorm.Model        // with GORM's index on the marker
		Name       string `gorm:"size:40;unique" softdelete:"unique"`
		Slug       string `gorm:"size:40;uniqueIndex" softdelete:"unique"`
		Users      []ddlUser
	}
	ddlAddress struct {
		Street string `gorm:"size:40"`
		City   string `gorm:"size:40" softdelete:"index"`
	}
	ddlUser struct {
		ID        uint
		Tenant    string     `gorm:"size:40" softdelete:"unique:ddl_login,priority:2"`
		Login     string     `gorm:"size:40" softdelete:"unique:ddl_login,priority:1"`
		Email     *string    `gorm:"size:40" softdelete:"unique,index:ddl_mail"`
		DdlTeamID uint       `softdelete:"index"`
		BossID    *uint      `gorm:"index" softdelete:"index"`
		Boss      *ddlUser   `gorm:"constraint:OnDelete:CASCADE"`
		Home      ddlAddress `gorm:"embedded;embeddedPrefix:home_"`
		Tags      []ddlTag   `gorm:"many2many:ddl_user_tags"`
		softdelete.Tracked
	}
	ddlTag struct {
		ID   uint
		Word string `gorm:"size:40"`
	}
	ddlUserTag struct {
		DdlUserID uint `gorm:"primaryKey"`
		DdlTagID  uint `gorm:"primaryKey"`
		softdelete.Tracked
	}
	ddlFlagged struct {
		ID   uint
		Code string `gorm:"size:40" softdelete:"unique"`
		softdelete.Flagged
		RemovedAt *time.Time `softdelete:"at"`
	}
	ddlBareFlag struct {
		ID   uint
		Code string `gorm:"size:40" softdelete:"unique;index:ddl_codes"`
		softdelete.Flagged
	}
	ddlSeconds struct {
		Code      string                `gorm:"size:40;primaryKey" `
		Other     string                `gorm:"size:40" softdelete:"unique:ddl_seconds_key"`
		More      int                   `softdelete:"unique:ddl_seconds_key"`
		DeletedAt soft_delete.DeletedAt `gorm:"column:removed_at"`
	}
	ddlMixed struct {
		ID        uuid.UUID `gorm:"type:char(36);primaryKey"`
		Code      string    `gorm:"size:40;column:kode" softdelete:"unique"`
		DeletedAt time.Time
		IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedAt"`
		By        string                `gorm:"size:40" softdelete:"by"`
		Operation *string               `gorm:"size:36" softdelete:"deletionID"`
	}
	ddlOwnTable struct {
		ID        uint
		Code      string         `gorm:"size:40" softdelete:"unique"`
		DeletedAt gorm.DeletedAt `gorm:"index:ddl_gone;column:gone_at"`
	}
	ddlPlain struct {
		ID   uint
		Code string `gorm:"size:40;uniqueIndex"`
		Kind string `gorm:"size:40;index:ddl_kind,sort:desc"`
	}
	ddlCity struct {
		ID        uint
		CountryID uint        `softdelete:"unique:ddl_city"` // leads the unique index, beside a foreign key
		Name      string      `gorm:"size:40" softdelete:"unique:ddl_city"`
		Country   *ddlCountry `gorm:"constraint:OnDelete:CASCADE"`
		DeletedAt gorm.DeletedAt
	}
	ddlCountry struct {
		ID uint
		softdelete.Timestamp
	}
)

func (ddlOwnTable) TableName() string { return "ddl_things" }

func ddlModels() []any {
	return []any{
		&ddlTeam{}, &ddlUser{}, &ddlTag{}, &ddlUserTag{}, &ddlFlagged{}, &ddlBareFlag{}, &ddlSeconds{}, &ddlMixed{}, &ddlOwnTable{}, &ddlPlain{},
		&ddlCity{}, &ddlCountry{},
	}
}
