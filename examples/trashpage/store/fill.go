package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"reflect"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

const day = 24 * time.Hour

// Fill makes the tables, and rows whose ages are counted from now. The store is the same each time, ids of operations too. The
// plugin is installed on db.
func Fill(db *gorm.DB, now time.Time) error {
	if err := softdelete.AutoMigrate(db, Models()...); err != nil {
		return err
	}
	return db.Transaction(func(tx *gorm.DB) error {
		s := &story{db: tx, now: now.UTC().Truncate(time.Second), dice: rand.New(rand.NewPCG(1962, 10))}
		s.stock()
		s.everyday()
		s.told()
		return s.err
	})
}

// story makes rows as the application would have made them, at the time at which it would have. After an error it does nothing
// more.
type story struct {
	db   *gorm.DB
	now  time.Time
	dice *rand.Rand
	err  error
}

// ago is a handle by whose clock it is some time ago.
func (s *story) ago(age time.Duration) *gorm.DB {
	then := s.now.Add(-age)
	return s.db.Session(&gorm.Session{NowFunc: func() time.Time { return then }})
}

func (s *story) create(age time.Duration, rows any) {
	if s.err == nil {
		s.err = s.ago(age).CreateInBatches(rows, 100).Error
	}
}

// trash deletes rows by conditions, and gives the operation an id that is the same each time.
func (s *story) trash(id string, age time.Duration, actor, reason string, model any, conds ...any) {
	if s.err != nil {
		return
	}
	ctx := s.db.Statement.Context
	if actor != "" {
		ctx = softdelete.WithActor(ctx, actor)
	}
	if reason != "" {
		ctx = softdelete.WithReason(ctx, reason)
	}
	var deletion softdelete.Deletion
	tx := s.ago(age).WithContext(ctx).Scopes(softdelete.Into(&deletion)).Delete(model, conds...)
	if s.err = tx.Error; s.err != nil {
		s.err = fmt.Errorf("deleting %T %v: %w", model, conds, s.err)
	}
	if s.err == nil && tx.RowsAffected > 0 {
		s.rename(ctx, deletion, id, age)
	}
}

// rename gives an operation the id that it has in every store.
func (s *story) rename(ctx context.Context, deletion softdelete.Deletion, id string, age time.Duration) {
	if id == "" {
		id = s.id(s.now.Add(-age))
	}
	for _, model := range Models() {
		_, tracked := reflect.TypeOf(model).Elem().FieldByName("Tracked")
		if !tracked || s.err != nil {
			continue
		}
		s.err = s.db.WithContext(ctx).Scopes(softdelete.OnlyTrashed).Model(model).
			Where("deletion_id = ?", deletion.ID).UpdateColumn("deletion_id", id).Error
	}
}

// id is that of an operation: by its time, and the dice.
func (s *story) id(at time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(at.UnixMilli())<<16|0x7000|uint64(s.dice.UintN(1<<12)))
	binary.BigEndian.PutUint64(b[8:], 1<<63|s.dice.Uint64()>>2)
	return uuid.UUID(b).String()
}

func pick[T any](s *story, list []T) T { return list[s.dice.IntN(len(list))] }
