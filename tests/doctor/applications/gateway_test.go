package applications_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

type gormDB = gorm.DB

// gateway has GORM make its tables, by the tags unique, index and uniqueIndex; one field has two of them. Columns are called as
// what SQL reserves, and an account refers to the one that invited it.
type (
	gatewayUser struct {
		ID          int
		Username    string         `gorm:"size:60;unique;index"`
		DisplayName string         `gorm:"index;size:60"`
		AccessToken *string        `gorm:"type:char(32);column:access_token;uniqueIndex"`
		Group       string         `gorm:"type:varchar(32);default:default"`
		AffCode     *string        `gorm:"type:varchar(32);column:aff_code;uniqueIndex"`
		InviterID   int            `gorm:"type:int;index"`
		DeletedAt   gorm.DeletedAt `gorm:"index"`
	}
	gatewayToken struct {
		ID        int
		UserID    int
		Key       string         `gorm:"type:char(48);uniqueIndex"`
		Name      string         `gorm:"index;size:60"`
		Note      string         `gorm:"size:60"`
		DeletedAt gorm.DeletedAt `gorm:"index"`
	}
	gatewaySetting struct {
		Key       string `gorm:"primaryKey;size:60"`
		Value     string `gorm:"size:60"`
		DeletedAt gorm.DeletedAt
	}

	taggedGatewayUser struct {
		ID          int
		Username    string         `gorm:"size:60" softdelete:"unique"`
		DisplayName string         `gorm:"size:60" softdelete:"index"`
		AccessToken *string        `gorm:"type:char(32);column:access_token" softdelete:"unique"`
		Group       string         `gorm:"type:varchar(32);default:default"`
		AffCode     *string        `gorm:"type:varchar(32);column:aff_code" softdelete:"unique"`
		InviterID   int            `gorm:"type:int" softdelete:"index"`
		DeletedAt   gorm.DeletedAt `gorm:"index"`
	}
	taggedGatewayToken struct {
		ID        int
		UserID    int
		Key       string         `gorm:"type:char(48)" softdelete:"unique"`
		Name      string         `gorm:"size:60" softdelete:"index"`
		Note      string         `gorm:"size:60"`
		DeletedAt gorm.DeletedAt `gorm:"index"`
	}
)

func (gatewayUser) TableName() string        { return "gateway_users" }
func (gatewayToken) TableName() string       { return "gateway_tokens" }
func (taggedGatewayUser) TableName() string  { return "gateway_users" }
func (taggedGatewayToken) TableName() string { return "gateway_tokens" }

var gateway = &application{
	name:   "gateway",
	byGORM: []any{&gatewayUser{}, &gatewayToken{}, &gatewaySetting{}},
	rows: []string{
		"INSERT INTO gateway_users (id, username, display_name, access_token, aff_code, inviter_id, deleted_at) VALUES " +
			"(90101, 'root', 'Root', 'a101', 'f101', 0, NULL), (90102, 'ana', 'Ana', 'a102', 'f102', 90101, NULL), (90103, 'bob', 'Bob', 'a103', 'f103', 90102, '2024-05-01 10:00:00')",
		"INSERT INTO gateway_tokens (id, user_id, `key`, name, deleted_at) VALUES (90101, 90101, 'k101', 'one', NULL), (90102, 90103, 'k102', 'two', '2024-05-01 10:00:00'), (90103, 90103, 'k103', 'two', '2024-05-01 10:00:00')",
		"INSERT INTO gateway_settings (`key`, value) VALUES ('theme', 'light')",
	},
	models: []any{&gatewayUser{}, &gatewayToken{}, &gatewaySetting{}},
	tagged: []any{&taggedGatewayUser{}, &taggedGatewayToken{}, nil},
	keeps: []kept{
		{
			what: "a username", sets: "display_name", where: map[string]any{"username": "cyd"}, target: on("username"),
			row: func(n int) any { return &gatewayUser{Username: "cyd", DisplayName: note(n)} },
		},
		{
			what: "an access token", sets: "display_name", where: map[string]any{"access_token": "t"}, target: on("access_token"),
			row: func(n int) any {
				return &gatewayUser{Username: note(n) + "t", DisplayName: note(n), AccessToken: pointer("t")}
			},
		},
		{
			what: "a token", sets: "note", where: map[string]any{"key": "k"}, target: on("key"),
			row: func(n int) any { return &gatewayToken{UserID: 90101, Key: "k", Note: note(n)} },
		},
	},
	calls: func(t *testing.T, w *world) {
		t.Helper()
		var group string
		require.NoError(t, w.db.Model(w.as(&gatewayUser{})).Where("id = ?", 90102).Select("group").Find(&group).Error)
		require.Equal(t, "default", group)
		require.NoError(t, w.db.Save(w.as(&gatewaySetting{Key: "theme", Value: "dark"})).Error)
		require.NoError(t, w.db.Save(w.as(&gatewaySetting{Key: "lang", Value: "en"})).Error)
		var invited int64
		require.NoError(t, w.db.Model(w.as(&gatewayUser{})).Where("inviter_id IN ?", []int{90101, 90102}).Count(&invited).Error)
		require.EqualValues(t, 1, invited)
	},
}
