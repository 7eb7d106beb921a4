package plan_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
)

type writtenKey struct{}

// countWritten is an observer that counts into the context of an operation what it has written: the keys that the database gave back.
func countWritten(ctx context.Context, _ *gorm.DB, e softdelete.Event) error {
	written, ok := ctx.Value(writtenKey{}).(map[string]int64)
	if !ok {
		return nil
	}
	keys, err := e.Keys()
	written[e.Table] += int64(len(keys))
	return err
}

// Sixteen goroutines add, trash, restore and remove rows below two users, while plans for one of these are made and carried out.
// Whatever was carried out wrote what its plan says.
func TestNoPlanThatDidNotHold(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: testmodels.BlogModels, Observers: []softdelete.Observer{countWritten}})))
		require.NoError(t, db.AutoMigrate(append([]any{&testmodels.BlogLogin{}}, testmodels.BlogModels...)...))
		testmodels.FillBlog(t, db)
		var next atomic.Int64
		next.Store(100)
		stop := make(chan struct{})
		var others errgroup.Group
		for range 16 {
			others.Go(func() error {
				for {
					select {
					case <-stop:
						return nil
					default:
						if err := change(db, uint(next.Add(1))); err != nil && !isExpected(err) {
							return err
						}
					}
				}
			})
		}
		held, changed, ended := 0, 0, 0
		for i := range 60 {
			err := carryOut(t, db, i)
			switch {
			case err == nil:
				held++
			case errors.Is(err, softdelete.ErrPlanChanged):
				changed++
			case isExpected(err):
				ended++
			default:
				require.NoError(t, err)
			}
		}
		close(stop)
		require.NoError(t, others.Wait())
		t.Logf("%d plans held, %d had changed, %d were ended by the database or forbidden", held, changed, ended)
		require.NotZero(t, changed, "nothing came between")
		require.NoError(t, carryOut(t, db, 0), "where nobody is about, one holds")
	})
}

// carryOut makes a plan for what is the case, and carries it out: by the verb, or as an undo or an item of the trash.
func carryOut(t *testing.T, db *gorm.DB, i int) error {
	t.Helper()
	written := map[string]int64{}
	tx := db.WithContext(context.WithValue(t.Context(), writtenKey{}, written))
	user := &testmodels.BlogUser{ID: 1}
	var plan softdelete.Plan
	var err error
	var run func(expect func(*gorm.DB) *gorm.DB) error
	var stored testmodels.BlogUser
	if err := tx.Unscoped().Take(&stored, 1).Error; err != nil {
		return err
	}
	switch trash := trashOf(tx); {
	case !stored.DeletedAt.Valid:
		plan, err = softdelete.Preview(tx, softdelete.OpSoftDelete, user)
		run = func(expect func(*gorm.DB) *gorm.DB) error { return tx.Scopes(expect).Delete(user).Error }
	case i%3 == 0:
		plan, err = softdelete.Preview(tx, softdelete.OpRestore, user)
		run = func(expect func(*gorm.DB) *gorm.DB) error { return softdelete.Restore(tx.Scopes(expect), user).Error }
	case i%3 == 1:
		plan, err = trash.Preview(t.Context(), softdelete.OpRestore, userItem)
		run = func(expect func(*gorm.DB) *gorm.DB) error {
			_, err := trashOf(tx.Scopes(expect)).Restore(tx.Statement.Context, userItem)
			return err
		}
	default:
		plan, err = softdelete.PreviewUndo(tx, stored.DeletionID.UUID)
		run = func(expect func(*gorm.DB) *gorm.DB) error {
			_, err := softdelete.Undo(tx.Scopes(expect), stored.DeletionID.UUID)
			return err
		}
	}
	if err == nil {
		err = run(softdelete.Expect(plan))
	}
	if err == nil && !maps.Equal(plan.Rows, written) {
		err = fmt.Errorf("the plan of a %s was %v, and it wrote %v", plan.Operation, plan.Rows, written)
	}
	return err
}

// isExpected tells if an operation among others may end so.
func isExpected(err error) bool {
	for _, expected := range []error{softdelete.ErrRestricted, softdelete.ErrParentTrashed, softdelete.ErrNotFound, softdelete.ErrTrashed, gorm.ErrDuplicatedKey, gorm.ErrForeignKeyViolated} {
		if errors.Is(err, expected) {
			return true
		}
	}
	return database.GaveUp(err)
}

// change does something to rows below one of the users, more often to the other one.
func change(db *gorm.DB, id uint) error {
	post := 1 + rand.UintN(2)
	if rand.IntN(4) > 0 {
		post += 2
	}
	comment := &testmodels.BlogComment{}
	switch rand.IntN(6) {
	case 0, 1:
		return db.Create(&testmodels.BlogComment{ID: id, PostID: post}).Error
	case 2:
		return db.Where("post_id = ?", post).Order("id DESC").Limit(1).Delete(comment).Error
	case 3:
		return softdelete.Restore(db.Scopes(softdelete.RootOnly).Where("post_id = ?", post).Limit(1), comment).Error
	case 4:
		return softdelete.Purge(db.Where("post_id = ? AND id > 100", post).Limit(5), comment).Error
	default:
		return db.Create(&testmodels.BlogPostTag{PostID: post, TagID: id}).Error
	}
}
