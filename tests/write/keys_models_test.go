package write_test

import (
	"strconv"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// The models differ in who makes their keys, and in what an update of theirs may write.
type (
	// aLabel may not be updated at all: once the marker is out of it, nothing is left of an upsert.
	aLabel struct {
		ID   uint
		Name string `gorm:"size:191;uniqueIndex;<-:create"`
		softdelete.Tracked
	}
	// aShelf has a column that an upsert writes.
	aShelf struct {
		ID        uint
		Name      string `gorm:"size:191;uniqueIndex"`
		Score     int
		UpdatedAt time.Time
		softdelete.Tracked
	}
	// aNick is unique among live rows.
	aNick struct {
		ID   uint
		Name string `gorm:"size:191;<-:create" softdelete:"unique"`
		softdelete.Tracked
	}
	// aBadge gets its key from a hook.
	aBadge struct {
		ID   string `gorm:"size:40;primaryKey"`
		Name string `gorm:"size:191;uniqueIndex;<-:create"`
		softdelete.Tracked
	}
	// aStall has a key of two columns.
	aStall struct {
		Market string `gorm:"size:40;primaryKey"`
		Number int    `gorm:"primaryKey;autoIncrement:false"`
		Name   string `gorm:"size:191;uniqueIndex;<-:create"`
		softdelete.Tracked
	}
)

var made atomic.Int64

func (b *aBadge) BeforeCreate(*gorm.DB) error {
	if b.ID == "" {
		b.ID = "made-" + strconv.FormatInt(made.Add(1), 10)
	}
	return nil
}

// named is a value that a test makes, and looks at after.
type named interface {
	name() string
	key() string
}

func number(n uint) string { return strconv.FormatUint(uint64(n), 10) }

func (l *aLabel) name() string { return l.Name }
func (l *aLabel) key() string  { return number(l.ID) }
func (s *aShelf) name() string { return s.Name }
func (s *aShelf) key() string  { return number(s.ID) }
func (n *aNick) name() string  { return n.Name }
func (n *aNick) key() string   { return number(n.ID) }
func (b *aBadge) name() string { return b.Name }
func (b *aBadge) key() string  { return b.ID }
func (s *aStall) name() string { return s.Name }
func (s *aStall) key() string  { return s.Market + "/" + strconv.Itoa(s.Number) }
