package read_test

import (
	"reflect"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
)

// The models of the read tests are the same for every kind of marker M: a post has an owner, comments, a detail, tags
// through a join table that SetupJoinTable knows, and labels through one that only Config.Models knows. Both ends of a
// many-to-many need plain type names, so each kind defines those two itself: P is its post, T its tag.
type readPost[M, P, T any] struct {
	Base     M `gorm:"embedded"`
	Name     string
	Score    int
	OwnerID  *uint
	Owner    *readOwner[M, P]    `gorm:"foreignKey:OwnerID"`
	Comments []readComment[M, P] `gorm:"foreignKey:PostID"`
	Detail   *readDetail[M]      `gorm:"foreignKey:PostID"`
	Tags     []T                 `gorm:"many2many:read_taggings;joinForeignKey:PostID;joinReferences:TagID"`
	Labels   []T                 `gorm:"many2many:read_labelings;joinForeignKey:PostID;joinReferences:TagID"`
}

type readOwner[M, P any] struct {
	Base  M `gorm:"embedded"`
	Name  string
	Score int
	Posts []P `gorm:"foreignKey:OwnerID"`
}

type readComment[M, P any] struct {
	Base   M `gorm:"embedded"`
	Name   string
	Score  int
	PostID uint
	Post   *P `gorm:"foreignKey:PostID"`
}

type readDetail[M any] struct {
	Base   M `gorm:"embedded"`
	Name   string
	Score  int
	PostID uint
}

type readTag[M any] struct {
	Base  M `gorm:"embedded"`
	Name  string
	Score int
}

type readTagging[M, P any] struct {
	Base   M `gorm:"embedded"`
	Name   string
	PostID uint
	TagID  uint
}

type readLabeling[M, P any] struct {
	Base   M `gorm:"embedded"`
	Name   string
	PostID uint
	TagID  uint
}

// readNamer gives the models of every kind the same table names.
type readNamer struct{ schema.NamingStrategy }

func (n readNamer) TableName(name string) string {
	for _, part := range []string{"Owner", "Comment", "Detail", "Tagging", "Labeling"} {
		if strings.HasPrefix(name, "read"+part+"[") {
			return "read_" + strings.ToLower(part) + "s"
		}
	}
	for _, part := range []string{"Post", "Tag"} {
		if strings.HasSuffix(name, part) {
			return "read_" + strings.ToLower(part) + "s"
		}
	}
	return n.NamingStrategy.TableName(name)
}

// The markers, each with a key.
type (
	columnMark struct {
		ID   uint
		Gone gorm.DeletedAt `gorm:"column:removed_at;index"`
	}
	pointerMark struct {
		ID        uint
		DeletedAt *gorm.DeletedAt
	}
	secondMark struct {
		ID        uint
		DeletedAt soft_delete.DeletedAt
	}
	milliMark struct {
		ID        uint
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:milli"`
	}
	nanoMark struct {
		ID        uint
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:nano"`
	}
	unixFlagMark struct {
		ID    uint
		IsDel soft_delete.DeletedAt `gorm:"softDelete:flag"`
	}
	mixedMark struct {
		ID          uint
		DeletedTime time.Time
		IsDel       soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedTime"`
	}
	zeroMark struct {
		ID        uint
		DeletedAt gorm.DeletedAt `gorm:"zeroValue:1970-01-01 00:00:01;default:'1970-01-01 00:00:01'"`
	}
	timestampMark struct {
		ID uint
		softdelete.Timestamp
	}
	flaggedMark struct {
		ID uint
		softdelete.Flagged
	}
	trackedMark struct {
		ID uint
		softdelete.Tracked
	}
	customMark struct {
		ID        uint
		Removed   softdelete.Flag `gorm:"column:is_gone;not null;default:false"`
		RemovedAt *time.Time      `softdelete:"at"`
		RemovedBy string          `softdelete:"by"`
	}
)

// The posts and tags of each kind.
type (
	modelPost     readPost[gorm.Model, modelPost, modelTag]
	modelTag      readTag[gorm.Model]
	columnPost    readPost[columnMark, columnPost, columnTag]
	columnTag     readTag[columnMark]
	pointerPost   readPost[pointerMark, pointerPost, pointerTag]
	pointerTag    readTag[pointerMark]
	secondPost    readPost[secondMark, secondPost, secondTag]
	secondTag     readTag[secondMark]
	milliPost     readPost[milliMark, milliPost, milliTag]
	milliTag      readTag[milliMark]
	nanoPost      readPost[nanoMark, nanoPost, nanoTag]
	nanoTag       readTag[nanoMark]
	unixFlagPost  readPost[unixFlagMark, unixFlagPost, unixFlagTag]
	unixFlagTag   readTag[unixFlagMark]
	mixedPost     readPost[mixedMark, mixedPost, mixedTag]
	mixedTag      readTag[mixedMark]
	zeroPost      readPost[zeroMark, zeroPost, zeroTag]
	zeroTag       readTag[zeroMark]
	timestampPost readPost[timestampMark, timestampPost, timestampTag]
	timestampTag  readTag[timestampMark]
	flaggedPost   readPost[flaggedMark, flaggedPost, flaggedTag]
	flaggedTag    readTag[flaggedMark]
	trackedPost   readPost[trackedMark, trackedPost, trackedTag]
	trackedTag    readTag[trackedMark]
	customPost    readPost[customMark, customPost, customTag]
	customTag     readTag[customMark]
)

// readKind is a kind of model: its types by the first letter of their rows' names, and what it keeps of a delete.
type readKind struct {
	name         string
	types        map[byte]reflect.Type
	timed, actor bool
	planted      func(at time.Time) map[string]any // what a row trashed by hand holds
	generic      []readPath                        // the paths that need a type parameter
}

func kindOf[M, P, T any](name string, planted func(time.Time) map[string]any) readKind {
	return readKind{
		name: name,
		types: map[byte]reflect.Type{
			'p': reflect.TypeFor[P](), 't': reflect.TypeFor[T](), 'd': reflect.TypeFor[readDetail[M]](),
			'o': reflect.TypeFor[readOwner[M, P]](), 'c': reflect.TypeFor[readComment[M, P]](),
			'k': reflect.TypeFor[readTagging[M, P]](), 'l': reflect.TypeFor[readLabeling[M, P]](),
		},
		timed: true, planted: planted,
		generic: genericReadPaths[P, readComment[M, P]](),
	}
}

func (k readKind) with(change func(*readKind)) readKind {
	change(&k)
	return k
}

func (k readKind) one(letter byte) any { return reflect.New(k.types[letter]).Interface() }

func (k readKind) many(letter byte) any {
	return reflect.New(reflect.SliceOf(k.types[letter])).Interface()
}

// readKinds lists all kinds.
func readKinds() []readKind {
	column := func(name string) func(time.Time) map[string]any {
		return func(at time.Time) map[string]any { return map[string]any{name: at} }
	}
	number := func(unit func(time.Time) int64) func(time.Time) map[string]any {
		return func(at time.Time) map[string]any { return map[string]any{"deleted_at": unit(at)} }
	}
	deletedAt := column("deleted_at")
	timeless := func(k *readKind) { k.timed = false }
	actor := func(k *readKind) { k.actor = true }
	by := func(at time.Time) string {
		return map[bool]string{true: "ana", false: "bob"}[at.Before(handles.ReadMiddle)]
	}
	return []readKind{
		kindOf[gorm.Model, modelPost, modelTag]("gorm.Model", deletedAt),
		kindOf[columnMark, columnPost, columnTag]("gorm.DeletedAt in removed_at", column("removed_at")),
		kindOf[pointerMark, pointerPost, pointerTag]("*gorm.DeletedAt", deletedAt),
		kindOf[zeroMark, zeroPost, zeroTag]("gorm.DeletedAt with zeroValue", deletedAt),
		kindOf[secondMark, secondPost, secondTag]("soft_delete second", number(time.Time.Unix)),
		kindOf[milliMark, milliPost, milliTag]("soft_delete milli", number(time.Time.UnixMilli)),
		kindOf[nanoMark, nanoPost, nanoTag]("soft_delete nano", number(time.Time.UnixNano)),
		kindOf[unixFlagMark, unixFlagPost, unixFlagTag]("soft_delete flag", func(time.Time) map[string]any {
			return map[string]any{"is_del": 1}
		}).with(timeless),
		kindOf[mixedMark, mixedPost, mixedTag]("soft_delete mixed", func(at time.Time) map[string]any {
			return map[string]any{"is_del": 1, "deleted_time": at}
		}),
		kindOf[timestampMark, timestampPost, timestampTag]("Timestamp", deletedAt),
		kindOf[flaggedMark, flaggedPost, flaggedTag]("Flagged", func(time.Time) map[string]any {
			return map[string]any{"is_deleted": true}
		}).with(timeless),
		kindOf[trackedMark, trackedPost, trackedTag]("Tracked", func(at time.Time) map[string]any {
			return map[string]any{"deleted_at": at, "deleted_by": by(at)}
		}).with(actor),
		kindOf[customMark, customPost, customTag]("Flag in is_gone", func(at time.Time) map[string]any {
			return map[string]any{"is_gone": true, "removed_at": at, "removed_by": by(at)}
		}).with(actor),
	}
}
