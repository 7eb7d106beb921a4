package plan_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// held is an operation that can be held to a plan, and how that is made.
type held struct {
	trashes bool // the user of the blog is in the trash before
	undo    bool
	preview func(db *gorm.DB) (softdelete.Plan, error)
	run     func(db *gorm.DB, expect func(*gorm.DB) *gorm.DB) error
}

// operations are all that Expect is for, in each form of call.
func operations() map[string]held {
	user := func() *testmodels.BlogUser { return &testmodels.BlogUser{ID: 1} }
	preview := func(op softdelete.Operation) func(*gorm.DB) (softdelete.Plan, error) {
		return func(db *gorm.DB) (softdelete.Plan, error) { return softdelete.Preview(db, op, user()) }
	}
	verb := func(run func(*gorm.DB, any, ...any) *gorm.DB) func(*gorm.DB, func(*gorm.DB) *gorm.DB) error {
		return func(db *gorm.DB, expect func(*gorm.DB) *gorm.DB) error { return run(db.Scopes(expect), user()).Error }
	}
	return map[string]held{
		"delete": {trashes: false, preview: preview(softdelete.OpSoftDelete), run: func(db *gorm.DB, expect func(*gorm.DB) *gorm.DB) error {
			return db.Scopes(expect).Delete(user()).Error
		}},
		"delete by conditions": {trashes: false, preview: preview(softdelete.OpSoftDelete), run: func(db *gorm.DB, expect func(*gorm.DB) *gorm.DB) error {
			return expect(db).Where("id = ?", 1).Delete(&testmodels.BlogUser{}).Error
		}},
		"delete by generics": {trashes: false, preview: preview(softdelete.OpSoftDelete), run: func(db *gorm.DB, expect func(*gorm.DB) *gorm.DB) error {
			_, err := gorm.G[testmodels.BlogUser](db).Scopes(softdelete.StatementScope(expect)).Where("id = ?", 1).Delete(db.Statement.Context)
			return err
		}},
		"restore":      {trashes: true, preview: preview(softdelete.OpRestore), run: verb(softdelete.Restore)},
		"purge":        {trashes: true, preview: preview(softdelete.OpPurge), run: verb(softdelete.Purge)},
		"force delete": {trashes: false, preview: preview(softdelete.OpForceDelete), run: verb(softdelete.ForceDelete)},
		"undo": {trashes: true, undo: true, preview: func(db *gorm.DB) (softdelete.Plan, error) { return softdelete.PreviewUndo(db, operationOn(db)) }, run: func(db *gorm.DB, expect func(*gorm.DB) *gorm.DB) error {
			_, err := softdelete.Undo(db.Scopes(expect), operationOn(db))
			return err
		}},
		"trash undo": {trashes: true, undo: true, preview: func(db *gorm.DB) (softdelete.Plan, error) {
			return trashOf(db).PreviewUndo(db.Statement.Context, operationOn(db))
		}, run: func(db *gorm.DB, expect func(*gorm.DB) *gorm.DB) error {
			_, err := trashOf(db.Scopes(expect)).Undo(db.Statement.Context, operationOn(db))
			return err
		}},
		"trash restore": {trashes: true, preview: func(db *gorm.DB) (softdelete.Plan, error) {
			return trashOf(db).Preview(db.Statement.Context, softdelete.OpRestore, userItem)
		}, run: func(db *gorm.DB, expect func(*gorm.DB) *gorm.DB) error {
			_, err := trashOf(db.Scopes(expect)).Restore(db.Statement.Context, userItem)
			return err
		}},
		"trash purge": {trashes: true, preview: func(db *gorm.DB) (softdelete.Plan, error) {
			return trashOf(db).Preview(db.Statement.Context, softdelete.OpPurge, userItem)
		}, run: func(db *gorm.DB, expect func(*gorm.DB) *gorm.DB) error {
			_, err := trashOf(db.Scopes(expect)).Purge(db.Statement.Context, userItem)
			return err
		}},
		"bin restore": {trashes: true, preview: preview(softdelete.OpRestore), run: func(db *gorm.DB, expect func(*gorm.DB) *gorm.DB) error {
			_, err := softdelete.Of[testmodels.BlogUser](db).Scopes(expect).Restore(db.Statement.Context, 1)
			return err
		}},
		"bin purge": {trashes: true, preview: preview(softdelete.OpPurge), run: func(db *gorm.DB, expect func(*gorm.DB) *gorm.DB) error {
			_, err := softdelete.Of[testmodels.BlogUser](db).Scopes(expect).Purge(db.Statement.Context, 1)
			return err
		}},
	}
}

var userItem = softdelete.Item{Table: "blog_users", Key: []any{uint(1)}}

func trashOf(db *gorm.DB) *softdelete.Trash {
	trash, err := softdelete.OpenTrash(db)
	if err != nil {
		panic(err)
	}
	return trash
}

// operationOn is the operation that has trashed the user.
func operationOn(db *gorm.DB) uuid.UUID {
	var user testmodels.BlogUser
	db.Session(&gorm.Session{}).Unscoped().Take(&user, 1)
	return user.DeletionID.UUID
}

// eachOperation runs a test for each operation on a blog of its own, by whatever a caller has around it.
func eachOperation(t *testing.T, fn func(t *testing.T, db *gorm.DB, op held)) {
	t.Helper()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		blog := testmodels.OpenBlog(t, open)
		for name, op := range operations() {
			ways := []string{"by itself"}
			if slices.Contains([]string{"delete", "restore", "purge", "undo", "trash restore"}, name) { // which begin their transactions each in another way
				ways = append(ways, "without default transaction", "in a transaction", "prepared")
			}
			for _, in := range ways {
				t.Run(name+" "+in, func(t *testing.T) {
					testmodels.FillBlog(t, blog)
					db := blog.WithContext(t.Context())
					if op.trashes {
						require.NoError(t, db.Delete(&testmodels.BlogUser{ID: 1}).Error)
					}
					switch in {
					case "without default transaction":
						db = db.Session(&gorm.Session{SkipDefaultTransaction: true})
					case "prepared":
						db = db.Session(&gorm.Session{PrepareStmt: true})
					case "in a transaction":
						tx := db.Begin()
						require.NoError(t, tx.Error)
						defer tx.Commit()
						db = tx
					}
					fn(t, db, op)
				})
			}
		}
	})
}

func TestExpectedPlanIsCarriedOut(t *testing.T) {
	t.Parallel()
	eachOperation(t, func(t *testing.T, db *gorm.DB, op held) {
		plan, err := op.preview(db)
		require.NoError(t, err)
		again, err := op.preview(db)
		require.NoError(t, err)
		require.Equal(t, plan, again, "a preview changes nothing")
		before := models.BlogDump(t, db)
		require.NoError(t, op.run(db, softdelete.Expect(plan)))
		require.NotEqual(t, before, models.BlogDump(t, db))
	})
}

func TestChangedPlanChangesNothing(t *testing.T) {
	t.Parallel()
	eachOperation(t, func(t *testing.T, db *gorm.DB, op held) {
		plan, err := op.preview(db)
		require.NoError(t, err)
		if op.trashes {
			require.NoError(t, db.Exec("DELETE FROM blog_comments WHERE id = 1").Error)
		} else {
			require.NoError(t, db.Create(&testmodels.BlogComment{ID: 99, PostID: 1}).Error)
		}
		before := models.BlogDump(t, db)
		require.ErrorIs(t, op.run(db, softdelete.Expect(plan)), softdelete.ErrPlanChanged)
		require.Equal(t, before, models.BlogDump(t, db))
		require.ErrorIs(t, op.run(db, softdelete.ExpectFingerprint(plan.Fingerprint())), softdelete.ErrPlanChanged)
		require.Equal(t, before, models.BlogDump(t, db))

		plan, err = op.preview(db)
		require.NoError(t, err)
		require.NoError(t, op.run(db, softdelete.ExpectFingerprint(plan.Fingerprint())), "that of now fits")
	})
}

func TestPlanOfAnotherOperationNeverFits(t *testing.T) {
	t.Parallel()
	eachOperation(t, func(t *testing.T, db *gorm.DB, op held) {
		own, err := op.preview(db)
		require.NoError(t, err)
		before := models.BlogDump(t, db)
		for kind := softdelete.OpSoftDelete; kind <= softdelete.OpForceDelete; kind++ {
			for _, id := range []uint{1, 2} {
				other, err := softdelete.Preview(db, kind, &testmodels.BlogUser{ID: id})
				require.NoError(t, err)
				if kind == own.Operation && id == 1 && !op.undo {
					require.Equal(t, own.Fingerprint(), other.Fingerprint())
					continue
				}
				require.NotEqual(t, own.Fingerprint(), other.Fingerprint())
				require.ErrorIs(t, op.run(db, softdelete.Expect(other)), softdelete.ErrPlanChanged)
			}
		}
		for _, text := range []string{"", "nonsense", own.Fingerprint() + " "} {
			err := op.run(db, softdelete.ExpectFingerprint(text))
			require.ErrorIs(t, err, softdelete.ErrPlanChanged)
			require.Equal(t, text == "", isInvalid(err))
		}
		require.True(t, isInvalid(op.run(db, softdelete.Expect(softdelete.Plan{Operation: own.Operation, Rows: own.Rows}))), "no preview made it")
		require.Equal(t, before, models.BlogDump(t, db))
	})
}

func isInvalid(err error) bool { return errors.Is(err, gorm.ErrInvalidValue) }

// What forbids an operation is a part of its plan, and comes after that the plan has changed.
func TestForbiddenPlan(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		user := &testmodels.BlogUser{ID: 1}
		free, err := softdelete.Preview(db, softdelete.OpSoftDelete, user)
		require.NoError(t, err)
		require.False(t, free.Forbidden())
		require.NoError(t, db.Create(&testmodels.BlogInvoice{ID: 1, UserID: 1}).Error)
		err = db.Scopes(softdelete.Expect(free)).Delete(user).Error
		require.ErrorIs(t, err, softdelete.ErrPlanChanged)
		require.NotErrorIs(t, err, softdelete.ErrRestricted)
		forbidden, err := softdelete.Preview(db, softdelete.OpSoftDelete, user)
		require.NoError(t, err)
		require.True(t, forbidden.Forbidden())
		err = db.Scopes(softdelete.Expect(forbidden)).Delete(user).Error
		require.ErrorIs(t, err, softdelete.ErrRestricted)
		require.NotErrorIs(t, err, softdelete.ErrPlanChanged)
		require.NoError(t, db.Create(&testmodels.BlogInvoice{ID: 2, UserID: 1}).Error)
		require.ErrorIs(t, db.Scopes(softdelete.Expect(forbidden)).Delete(user).Error, softdelete.ErrPlanChanged, "two invoices forbid it now")

		require.NoError(t, db.Delete(&testmodels.BlogPost{ID: 1}).Error)
		require.NoError(t, db.Where("1 = 1").Delete(&testmodels.BlogInvoice{}).Error)
		require.NoError(t, db.Delete(user).Error)
		comment := &testmodels.BlogComment{ID: 1}
		below, err := softdelete.Preview(db, softdelete.OpRestore, comment)
		require.NoError(t, err)
		require.Equal(t, []string{"BlogPost"}, below.TrashedParents)
		require.ErrorIs(t, softdelete.Restore(db.Scopes(softdelete.Expect(below)), comment).Error, softdelete.ErrParentTrashed)
		along, err := softdelete.Preview(db.Scopes(softdelete.WithParents), softdelete.OpRestore, comment)
		require.NoError(t, err)
		require.ErrorIs(t, softdelete.Restore(db.Scopes(softdelete.Expect(below), softdelete.WithParents), comment).Error, softdelete.ErrPlanChanged)
		require.NoError(t, softdelete.Restore(db.Scopes(softdelete.Expect(along), softdelete.WithParents), comment).Error)
	})
}

// Reads are not held to anything; other writes are refused.
func TestExpectElsewhere(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		plan, err := softdelete.Preview(db, softdelete.OpSoftDelete, &testmodels.BlogUser{ID: 1})
		require.NoError(t, err)
		before := models.BlogDump(t, db)
		held := db.Scopes(softdelete.Expect(plan)).Session(&gorm.Session{})
		var n int64
		require.NoError(t, held.Model(&testmodels.BlogUser{}).Count(&n).Error)
		require.EqualValues(t, 2, n)
		trash, err := softdelete.OpenTrash(held)
		require.NoError(t, err)
		_, err = trash.Empty(t.Context(), softdelete.EmptyOptions{All: true})
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		_, err = trash.RestoreAll(t.Context())
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		for name, write := range map[string]func(tx *gorm.DB) error{
			"update": func(tx *gorm.DB) error {
				return tx.Model(&testmodels.BlogUser{}).Where("id = 1").Update("name", "x").Error
			},
			"create":   func(tx *gorm.DB) error { return tx.Create(&testmodels.BlogUser{ID: 9}).Error },
			"save":     func(tx *gorm.DB) error { return tx.Save(&testmodels.BlogUser{ID: 1}).Error },
			"raw":      func(tx *gorm.DB) error { return tx.Exec("DELETE FROM blog_users").Error },
			"unscoped": func(tx *gorm.DB) error { return tx.Unscoped().Delete(&testmodels.BlogUser{ID: 1}).Error },
		} {
			require.ErrorIs(t, write(held), gorm.ErrInvalidValue, name)
		}
		require.ErrorIs(t, held.Where("1 = 1").Delete(&testmodels.BlogLogin{}).Error, softdelete.ErrNotSoftDeletable)
		require.Equal(t, before, models.BlogDump(t, db))
		dry := held.Session(&gorm.Session{DryRun: true}).Delete(&testmodels.BlogUser{ID: 1})
		require.NoError(t, dry.Error)
		require.Contains(t, dry.Statement.SQL.String(), "UPDATE")
	})
}
