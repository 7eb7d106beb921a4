package marker_test

import (
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
)

// box and ball are a parent and its children, marked by the fields of M.
type (
	box[M any] struct {
		ID    uint `gorm:"primaryKey;autoIncrement:false"`
		Title string
		Balls []ball[M] `gorm:"foreignKey:BoxID" softdelete:"cascade"`
		Mark  M         `gorm:"embedded"`
	}
	ball[M any] struct {
		ID    uint `gorm:"primaryKey;autoIncrement:false"`
		BoxID uint
		Title string
		Mark  M `gorm:"embedded"`
	}
)

func (box[M]) TableName() string  { return "boxes" }
func (ball[M]) TableName() string { return "balls" }

// form is one way to write a marker.
type form struct {
	name string

	// exact: its time tells operations apart. timed: it has one.
	exact, timed bool

	// alone: GORM alone reads and writes rows of it as it means them.
	alone  bool
	quoted bool
	along  string

	box   func(id uint, balls ...uint) any
	ball  func(id, box uint) any
	balls func() any // a pointer to a slice
}

type option func(*form)

func seconds(f *form) { f.exact = false }
func noTime(f *form)  { f.exact, f.timed = false, false }
func ours(f *form)    { f.alone = false }

// quoted: GORM alone has NULL where the plugin has the zero value.
func quoted(f *form) { f.quoted = true }

// along: the plugin writes a column that GORM alone leaves.
func along(f *form) { f.along = "is_del" }

func formOf[M any](name string, options ...option) form {
	f := form{name: name, exact: true, timed: true, alone: true}
	f.box = func(id uint, balls ...uint) any {
		made := &box[M]{ID: id, Title: fmt.Sprint("box ", id)}
		for _, n := range balls {
			made.Balls = append(made.Balls, ball[M]{ID: n, BoxID: id, Title: fmt.Sprint("ball ", n)})
		}
		return made
	}
	f.ball = func(id, box uint) any { return &ball[M]{ID: id, BoxID: box, Title: fmt.Sprint("ball ", id)} }
	f.balls = func() any { return &[]ball[M]{} }
	for _, option := range options {
		option(&f)
	}
	return f
}

// Base is a struct that models embed.
type Base struct{ DeletedAt gorm.DeletedAt }

// forms are all that there are.
func forms() []form {
	return []form{
		formOf[struct{ DeletedAt gorm.DeletedAt }]("time"),
		formOf[struct {
			GoneAt *gorm.DeletedAt `gorm:"index;column:removed_at"`
		}]("pointer to a time"),
		formOf[struct {
			DeletedAt gorm.DeletedAt `gorm:"<-:false"`
		}]("time nobody may write"),
		formOf[struct {
			DeletedAt gorm.DeletedAt `gorm:"<-:create;index"`
		}]("time for creates"),
		formOf[struct {
			DeletedAt gorm.DeletedAt `gorm:"->"`
		}]("time to read"),
		formOf[struct{ DeletedAt embedding }]("embedding"),
		formOf[struct{ DeletedAt *embedding }]("pointer to embedding"),
		formOf[struct {
			DeletedAt embeddingMore `gorm:"index"`
		}]("embedding and more"),
		formOf[struct{ DeletedAt typed }]("typed"),
		formOf[struct{ DeletedAt defined }]("defined"),
		formOf[struct{ DeletedAt *defined }]("pointer to defined"),
		formOf[struct{ DeletedAt named }]("named"),
		formOf[struct {
			Base
			DeletedAt embedding
		}]("embedding in the place of an embedded struct's"),
		formOf[struct {
			Base
			DeletedAt *time.Time
		}]("time.Time in the place of an embedded struct's"),
		formOf[struct {
			DeletedAt gorm.DeletedAt `gorm:"zeroValue:1970-01-01 00:00:01;default:'1970-01-01 00:00:01'"`
		}]("zero value"),
		formOf[struct {
			DeletedAt gorm.DeletedAt `gorm:"zeroValue:'1970-01-01 00:00:01';default:'1970-01-01 00:00:01';not null"`
		}]("zero value in quotes", ours),
		formOf[struct {
			DeletedAt embedding `gorm:"ZEROVALUE: '1970-01-01 00:00:01'"`
		}]("zero value in quotes without a default", quoted),
		formOf[struct{ DeletedAt soft_delete.DeletedAt }]("seconds", seconds),
		formOf[struct {
			DeletedAt soft_delete.DeletedAt `gorm:"default:null"`
		}]("seconds or NULL", seconds),
		formOf[struct {
			DeletedAt soft_delete.DeletedAt `gorm:"softDelete: Milli;not null;default:0"`
		}]("milli"),
		formOf[struct {
			DeletedAt soft_delete.DeletedAt `gorm:"default:0;SOFTDELETE:NANO"`
		}]("nano"),
		formOf[struct {
			DeletedAt *soft_delete.DeletedAt `gorm:"softDelete:nano;default:0"`
		}]("pointer to nano"),
		formOf[struct {
			DeletedAt *soft_delete.DeletedAt `gorm:"softDelete:milli;default:null"`
		}]("pointer to milli or NULL"),
		formOf[struct {
			RemovedAt time.Time
			DeletedAt soft_delete.DeletedAt `gorm:"softDelete:,DeletedAtField:RemovedAt"`
		}]("seconds with a time"),
		formOf[struct {
			Marker    soft_delete.DeletedAt `gorm:"not null;default:0;softDelete:milli,DeletedAtField:DeletedAt"`
			DeletedAt *time.Time            `gorm:"index"`
		}]("milli with a time"),
		formOf[struct {
			Marker    soft_delete.DeletedAt `gorm:"softDelete: deletedAtField:RemovedAt , nano"`
			RemovedAt sql64
		}]("nano with a number, in another order"),
		formOf[struct {
			Marker    soft_delete.DeletedAt `gorm:"softDelete:DeletedAtField:removed_at,DeletedAtFieldUnit:nano"`
			RemovedAt int64
		}]("nano by the unit of the field, and that by its column"),
		formOf[struct {
			IsDel soft_delete.DeletedAt `gorm:"softDelete:flag"`
		}]("flag", noTime),
		formOf[struct {
			IsDel soft_delete.DeletedAt `gorm:"softDelete: Flag ;default:null"`
		}]("flag or NULL", noTime),
		formOf[struct {
			DeletedAt time.Time
			IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedAt"`
		}]("mixed"),
		formOf[struct {
			DeletedAt int64
			IsDel     soft_delete.DeletedAt `gorm:"softDelete:DeletedAtFieldUnit:milli,DeletedAtField:DeletedAt,flag"`
		}]("mixed, a number"),
		formOf[struct {
			DeletedAt *uint64
			IsDel     *soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedAt;default:0"`
		}]("mixed, pointers", seconds),
		formOf[struct {
			IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedAt"`
			DeletedAt gorm.DeletedAt
		}]("mixed, the flag first"),
		formOf[struct {
			DeletedAt gorm.DeletedAt
			IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedAt"`
		}]("mixed, the time first", along),
		formOf[struct {
			DeletedAt time.Time
			IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField: DeletedAt"`
		}]("mixed, a name with a blank", noTime),
		formOf[struct {
			DeletedAt definedUnix `gorm:"softDelete:milli"`
		}]("defined unix"),
		formOf[struct{ DeletedAt signedUnix }]("signed unix"),
		formOf[struct {
			DeletedAt embeddingUnix `gorm:"softDelete:nano"`
		}]("embedding unix"),
		formOf[struct {
			IsDel embeddingUnix `gorm:"softDelete:flag"`
		}]("embedding unix as a flag", noTime),
		formOf[struct{ softdelete.Flagged }]("the plugin's flag", noTime, ours),
		formOf[struct{ Gone embeddingFlag }]("embedding the plugin's flag", noTime, ours),
		formOf[struct {
			softdelete.Flagged
			At embedding `softdelete:"at"`
		}]("the plugin's flag with a time", ours),
		formOf[struct{ softdelete.Timestamp }]("the plugin's time"),
	}
}

type sql64 = uint64
