package neighbours_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// A user has no marker: what a read of users joins has. Roles hang on users by a join table that keeps its rows, labels by one
// that only the plugin's configuration knows.
type orderUser struct {
	ID     uint
	Name   string
	TeamID *uint
	Team   *orderTeam
	Posts  []orderPost  `gorm:"foreignKey:AuthorID"`
	Roles  []orderRole  `gorm:"many2many:order_grants;joinForeignKey:UserID;joinReferences:RoleID"`
	Labels []orderLabel `gorm:"many2many:order_labelings;joinForeignKey:UserID;joinReferences:LabelID"`
}

type orderTeam struct {
	ID      uint
	Name    string
	OwnerID *uint
	Owner   *orderOwner
	softdelete.Timestamp
}

type orderOwner struct {
	ID   uint
	Name string
	softdelete.Timestamp
}

type orderPost struct {
	ID       uint
	Title    string
	AuthorID uint
	Author   *orderUser
	Notes    []orderNote `gorm:"foreignKey:PostID"`
	softdelete.Tracked
}

type orderNote struct {
	ID     uint
	Text   string
	PostID uint
	Post   *orderPost
	softdelete.Flagged
}

type orderRole struct {
	ID   uint
	Name string
}

type orderGrant struct {
	UserID uint `gorm:"primaryKey"`
	RoleID uint `gorm:"primaryKey"`
	softdelete.Timestamp
}

type orderLabel struct {
	ID   uint
	Name string
	softdelete.Timestamp
}

type orderLabeling struct {
	UserID  uint `gorm:"primaryKey"`
	LabelID uint `gorm:"primaryKey"`
	softdelete.Timestamp
}

func (orderGrant) TableName() string    { return "order_grants" }
func (orderLabeling) TableName() string { return "order_labelings" }

func orderModels() []any {
	return []any{
		&orderOwner{}, &orderTeam{}, &orderUser{}, &orderPost{}, &orderNote{}, &orderRole{}, &orderGrant{}, &orderLabel{}, &orderLabeling{},
	}
}

// orderPlugin is the plugin as an application has it that registers what GORM does not tell of.
func orderPlugin() *softdelete.Plugin {
	return softdelete.New(softdelete.Config{Models: []any{&orderLabeling{}}})
}

// fillOrder writes the world of the tests, by a handle that no other plugin is on. Of each kind of row the even ones are
// trashed, and of the two teams, owners and roles' links the second.
func fillOrder(t *testing.T, db *gorm.DB) {
	t.Helper()
	useOrder(t, db)
	require.NoError(t, db.Use(orderPlugin()))
	require.NoError(t, db.AutoMigrate(orderModels()...))
	one, two := uint(1), uint(2)
	require.NoError(t, db.Create(&[]orderOwner{{ID: 1, Name: "olga"}, {ID: 2, Name: "otto"}}).Error)
	require.NoError(t, db.Create(&[]orderTeam{{ID: 1, Name: "red", OwnerID: &two}, {ID: 2, Name: "blue", OwnerID: &one}}).Error)
	require.NoError(t, db.Create(&[]orderUser{{ID: 1, Name: "ana", TeamID: &one}, {ID: 2, Name: "ben", TeamID: &two}}).Error)
	require.NoError(t, db.Create(&[]orderPost{
		{ID: 1, Title: "a", AuthorID: 1}, {ID: 2, Title: "b", AuthorID: 1}, {ID: 3, Title: "c", AuthorID: 2}, {ID: 4, Title: "d", AuthorID: 2},
	}).Error)
	require.NoError(t, db.Create(&[]orderNote{
		{ID: 1, Text: "x", PostID: 1}, {ID: 2, Text: "y", PostID: 1}, {ID: 3, Text: "z", PostID: 3}, {ID: 4, Text: "w", PostID: 2},
	}).Error)
	require.NoError(t, db.Create(&[]orderRole{{ID: 1, Name: "reader"}, {ID: 2, Name: "writer"}}).Error)
	require.NoError(t, db.Create(&[]orderGrant{{UserID: 1, RoleID: 1}, {UserID: 1, RoleID: 2}, {UserID: 2, RoleID: 2}}).Error)
	require.NoError(t, db.Create(&[]orderLabel{{ID: 1, Name: "new"}, {ID: 2, Name: "old"}, {ID: 3, Name: "odd"}}).Error)
	require.NoError(t, db.Create(&[]orderLabeling{{UserID: 1, LabelID: 1}, {UserID: 1, LabelID: 2}, {UserID: 1, LabelID: 3}}).Error)
	require.NoError(t, db.Delete(&orderOwner{}, 2).Error)
	require.NoError(t, db.Delete(&orderTeam{}, 2).Error)
	require.NoError(t, db.Delete(&orderPost{}, []uint{2, 4}).Error)
	require.NoError(t, db.Delete(&orderNote{}, []uint{2, 4}).Error)
	require.NoError(t, db.Delete(&orderLabel{}, 2).Error)
	require.NoError(t, db.Where("user_id = 1 AND role_id = 2").Delete(&orderGrant{}).Error)
	require.NoError(t, db.Where("label_id = 3").Delete(&orderLabeling{}).Error)
}

// useOrder is what an application does on each handle before it uses any plugin.
func useOrder(t *testing.T, db *gorm.DB) {
	t.Helper()
	require.NoError(t, db.SetupJoinTable(&orderUser{}, "Roles", &orderGrant{}))
}
