package models // want package:"tables comments .*posts"

import (
	"database/sql/driver"
	"time"

	"github.com/gorm-softdelete/softdelete"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"
)

const prefix = "shop_"

// Post has the marker of gorm.Model.
type Post struct {
	gorm.Model
	Title    string
	Comments []Comment
}

// Comment embeds by pointer, at some depth, under another column.
type Comment struct {
	*Base
	PostID uint
	Text   string
}

type Base struct {
	ID uint
	*Times
}

type Times struct {
	CreatedAt time.Time
	RemovedAt gorm.DeletedAt `gorm:"column:gone_at"`
}

// Note embeds by tag, with a prefix.
type Note struct {
	ID   uint
	Text string
	Life Life `gorm:"embedded;embeddedPrefix:life_"`
}

type Life struct {
	DeletedAt gorm.DeletedAt
}

// Order has a table of its own name.
type Order struct {
	ID     uint
	Number string
	softdelete.Tracked
}

func (Order) TableName() string { return prefix + "orders" } // want TableName:"returns shop_orders"

// Invoice is one of Order's kind, with its table.
type Invoice struct {
	Order
	Total int
}

// Flagged has a flag.
type Ticket struct {
	ID    uint
	Topic string
	softdelete.Flagged
}

// Session has a number.
type Session struct {
	ID        uint
	Token     string
	DeletedAt soft_delete.DeletedAt
}

// Moment adds its JSON to a marker.
type Moment struct{ gorm.DeletedAt }

// Value is there because Moment is a column.
func (m Moment) Value() (driver.Value, error) { return m.DeletedAt.Value() }

// Event has such a one.
type Event struct {
	ID      uint
	Place   string
	Removed Moment
}

// Alias is Post by another name.
type Alias = Post

// Tag is no soft-deletable model.
type Tag struct {
	ID   uint   `gorm:"primaryKey"`
	Name string `gorm:"size:20"`
}

// Shard has a table whose name is not constant.
type Shard struct {
	gorm.Model
	Key string
}

var shard = "shard_1"

func (Shard) TableName() string { return shard }

// PostView is another view of the posts, and no other table.
type PostView struct {
	ID    uint
	Title string
}

func (PostView) TableName() string { return "posts" } // want TableName:"returns posts"
