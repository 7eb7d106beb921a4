package softdelete_test

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestDeleteSetsTheValuesOfTrashedRows(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{})
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "ana"), "spam")
		matches := func(note *aNote) {
			t.Helper()
			var row aNote
			require.NoError(t, db.Unscoped().First(&row, note.ID).Error)
			require.True(t, row.DeletedAt.Valid)
			require.True(t, row.DeletedAt.Time.Equal(note.DeletedAt.Time), "%v %v", row.DeletedAt.Time, note.DeletedAt.Time)
			require.Equal(t, row.DeletedBy, note.DeletedBy)
			require.Equal(t, row.DeleteReason, note.DeleteReason)
			require.Equal(t, row.DeletionID, note.DeletionID)
		}

		notes := theNotes(t, db)
		require.NoError(t, db.WithContext(ctx).Delete(notes["a"]).Error)
		matches(notes["a"])
		require.Equal(t, "ana", *notes["a"].DeletedBy)

		was := *notes["a"]
		require.Zero(t, db.WithContext(softdelete.WithActor(ctx, "bob")).Delete(notes["a"]).RowsAffected)
		require.Equal(t, was, *notes["a"], "trashed already")
		stale := aNote{ID: 1, Title: "a"}
		require.Zero(t, db.Delete(&stale).RowsAffected)
		require.Equal(t, aNote{ID: 1, Title: "a"}, stale, "a stale value of a trashed row is left as it was")
		gone := aNote{ID: 99}
		require.Zero(t, db.Delete(&gone).RowsAffected)
		require.Equal(t, aNote{ID: 99}, gone)

		slice := []*aNote{{ID: 5}, notes["b"], {ID: 99}, notes["c"]}
		require.EqualValues(t, 2, db.WithContext(ctx).Delete(slice).RowsAffected)
		require.Equal(t, aNote{ID: 5}, *slice[0])
		require.Equal(t, aNote{ID: 99}, *slice[2])
		matches(notes["b"])
		matches(notes["c"])
		require.Equal(t, notes["b"].DeletionID, notes["c"].DeletionID)
		require.Equal(t, notes["b"].DeletedAt, notes["c"].DeletedAt)

		var empty aNote
		require.EqualValues(t, 1, db.WithContext(ctx).Where("title = ?", "d").Delete(&empty).RowsAffected)
		require.Equal(t, aNote{}, empty, "an empty value stands for no row")

		notes = theNotes(t, db)
		require.Zero(t, db.Where("rank = 7").Delete(notes["a"]).RowsAffected)
		require.False(t, notes["a"].DeletedAt.Valid)
		three := []aNote{*notes["a"], *notes["b"], *notes["c"]}
		require.EqualValues(t, 1, db.Where("rank = 2").Delete(&three).RowsAffected)
		require.Equal(t, []bool{false, true, false}, []bool{three[0].DeletedAt.Valid, three[1].DeletedAt.Valid, three[2].DeletedAt.Valid})
		twice := []aNote{*notes["c"], *notes["c"]}
		require.EqualValues(t, 1, db.Delete(&twice).RowsAffected)
		require.True(t, twice[0].DeletedAt.Valid && twice[1].DeletedAt.Valid)
	})
}

func TestDeleteWithoutAFilledKeyLeavesValuesAlone(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{})
		theNotes(t, db)
		slice := []aNote{{Title: "no key"}, {ID: 2}}
		require.EqualValues(t, 1, db.Delete(&slice).RowsAffected)
		require.Equal(t, aNote{Title: "no key"}, slice[0])
		require.True(t, slice[1].DeletedAt.Valid)
		require.Equal(t, []string{"a", "c", "d"}, liveNotes(t, db))
	})
}

// aMarked has one row of each kind of marker.
type (
	aPointer struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		Title     string
		RemovedAt *gorm.DeletedAt `gorm:"column:gone_at"`
	}
	aZero struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		Title     string
		DeletedAt gorm.DeletedAt `gorm:"zeroValue:1970-01-01 00:00:01;default:'1970-01-01 00:00:01'"`
	}
	aSecond struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		Title     string
		DeletedAt soft_delete.DeletedAt
	}
	aMilli struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		Title     string
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:milli"`
	}
	aNano struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		Title     string
		DeletedAt *soft_delete.DeletedAt `gorm:"softDelete:nano"`
	}
	aFlag struct {
		ID    uint `gorm:"primaryKey;autoIncrement:false"`
		Title string
		IsDel soft_delete.DeletedAt `gorm:"softDelete:flag"`
	}
	aMixed struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		Title     string
		DeletedAt time.Time
		IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedAt"`
	}
	aStamped struct {
		ID    uint `gorm:"primaryKey;autoIncrement:false"`
		Title string
		softdelete.Timestamp
	}
	aFlagged struct {
		ID    uint `gorm:"primaryKey;autoIncrement:false"`
		Title string
		softdelete.Flagged
		At *time.Time `softdelete:"at"`
	}
	aTracked struct {
		ID    uint `gorm:"primaryKey;autoIncrement:false"`
		Title string
		softdelete.Tracked
	}
)

// someMarked calls fn with a constructor for each kind of marker.
func someMarked() map[string]func(id uint, title string) any {
	return map[string]func(id uint, title string) any{
		"*gorm.DeletedAt":      func(id uint, title string) any { return &aPointer{ID: id, Title: title} },
		"zero value":           func(id uint, title string) any { return &aZero{ID: id, Title: title} },
		"soft_delete second":   func(id uint, title string) any { return &aSecond{ID: id, Title: title} },
		"soft_delete milli":    func(id uint, title string) any { return &aMilli{ID: id, Title: title} },
		"*soft_delete nano":    func(id uint, title string) any { return &aNano{ID: id, Title: title} },
		"soft_delete flag":     func(id uint, title string) any { return &aFlag{ID: id, Title: title} },
		"soft_delete mixed":    func(id uint, title string) any { return &aMixed{ID: id, Title: title} },
		"softdelete.Timestamp": func(id uint, title string) any { return &aStamped{ID: id, Title: title} },
		"softdelete.Flagged":   func(id uint, title string) any { return &aFlagged{ID: id, Title: title} },
		"softdelete.Tracked":   func(id uint, title string) any { return &aTracked{ID: id, Title: title} },
	}
}

func TestEachMarkerIsSetAndCleared(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		for kind, make := range someMarked() {
			db := withPlugin(t, open, softdelete.Config{}, make(1, "a"))
			table := tableOf(t, db, make(1, "a"))
			require.NoError(t, db.Create(make(1, "a")).Error, kind)
			require.NoError(t, db.Create(make(2, "b")).Error, kind)
			live := stored(t, db, table, "id")
			value := make(1, "a")
			require.EqualValues(t, 1, db.Delete(value).RowsAffected, kind)
			trashed, err := softdelete.IsTrashed(db, value)
			require.NoError(t, err, kind)
			require.True(t, trashed, kind)
			loaded := make(1, "")
			require.ErrorIs(t, db.First(make(1, ""), 1).Error, gorm.ErrRecordNotFound, kind)
			require.NoError(t, db.Unscoped().First(loaded, 1).Error, kind)
			trashed, err = softdelete.IsTrashed(db, loaded)
			require.NoError(t, err, kind)
			require.True(t, trashed, kind)
			rows := stored(t, db, table, "id")
			require.NotEqual(t, live[0], rows[0], kind)
			require.Equal(t, live[1], rows[1], kind)
			require.Zero(t, db.Delete(make(1, "a")).RowsAffected, kind)
			require.Equal(t, rows, stored(t, db, table, "id"), "%s: stamped again", kind)

			require.EqualValues(t, 1, softdelete.Restore(db, value).RowsAffected, kind)
			trashed, err = softdelete.IsTrashed(db, value)
			require.NoError(t, err, kind)
			require.False(t, trashed, kind)
			require.Equal(t, live, stored(t, db, table, "id"), "%s: a restore gives back the row as it was", kind)
		}
	})
}

func tableOf(t *testing.T, db *gorm.DB, model any) string {
	t.Helper()
	stmt := &gorm.Statement{DB: db}
	require.NoError(t, stmt.Parse(model))
	return stmt.Schema.Table
}

// aBy is a model whose "by" column has type A and deletion id type D.
type aBy[A, D any] struct {
	ID        uint
	By        A      `softdelete:"by"`
	Why       string `softdelete:"reason"`
	Operation D      `softdelete:"deletionID"`
	DeletedAt gorm.DeletedAt
}

// deletedBy trashes a row of such a model by an actor and returns the row.
func deletedBy[A, D any](t *testing.T, open testdb.Opener, actor any) (row aBy[A, D], d softdelete.Deletion, err error) {
	t.Helper()
	db := open(t)
	require.NoError(t, db.Use(softdelete.New()))
	tx := db.Table("by")
	require.NoError(t, db.Exec("DROP TABLE IF EXISTS "+`"by"`).Error)
	require.NoError(t, tx.AutoMigrate(&aBy[A, D]{}))
	var zero aBy[A, D]
	created := zero
	require.NoError(t, db.Table("by").Omit("by", "operation").Create(&created).Error)
	ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), actor), "why")
	value := aBy[A, D]{ID: created.ID}
	tx = db.WithContext(ctx).Table("by").Scopes(softdelete.Into(&d)).Delete(&value)
	require.NoError(t, db.Table("by").Unscoped().First(&row, created.ID).Error)
	if tx.Error != nil {
		require.False(t, row.DeletedAt.Valid, "nothing is written")
		require.Equal(t, aBy[A, D]{ID: created.ID}, value)
		require.Equal(t, softdelete.Deletion{}, d)
		return row, d, tx.Error
	}
	require.Equal(t, row.By, value.By)
	require.Equal(t, row.Operation, value.Operation)
	require.Equal(t, "why", row.Why)
	require.Equal(t, uuid.Version(7), d.ID.Version())
	require.Equal(t, uuid.RFC4122, d.ID.Variant())
	require.Equal(t, "why", d.Reason)
	return row, d, nil
}

type aName string

func (n aName) String() string { return "name:" + string(n) }

type aPerson struct{ id int }

func (p aPerson) String() string { return "person" + string(rune('0'+p.id)) }

func TestActorsOfEachType(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		id := uuid.New()
		ana := "ana"
		text, d, err := deletedBy[string, string](t, open, "ana")
		require.NoError(t, err)
		require.Equal(t, "ana", text.By)
		require.Equal(t, "ana", d.By)
		require.Equal(t, d.ID.String(), text.Operation)

		pointer, d, err := deletedBy[*string, uuid.UUID](t, open, &ana)
		require.NoError(t, err)
		require.Equal(t, "ana", *pointer.By)
		require.Equal(t, d.ID, pointer.Operation)

		number, d, err := deletedBy[uint, *uuid.UUID](t, open, 7)
		require.NoError(t, err)
		require.Equal(t, uint(7), number.By)
		require.Equal(t, "7", d.By)
		require.Equal(t, d.ID, *number.Operation)

		signed, d, err := deletedBy[int64, []byte](t, open, "-7")
		require.NoError(t, err)
		require.Equal(t, int64(-7), signed.By)
		require.Equal(t, d.ID[:], signed.Operation)

		key, d, err := deletedBy[uuid.UUID, softdelete.DeletionID](t, open, id)
		require.NoError(t, err)
		require.Equal(t, id, key.By)
		require.Equal(t, id.String(), d.By)
		require.Equal(t, d.ID, key.Operation.UUID)
		key, _, err = deletedBy[uuid.UUID, softdelete.DeletionID](t, open, id.String())
		require.NoError(t, err)
		require.Equal(t, id, key.By)

		null, _, err := deletedBy[sql.NullString, string](t, open, "ana")
		require.NoError(t, err)
		require.Equal(t, sql.NullString{String: "ana", Valid: true}, null.By)
		nullNumber, _, err := deletedBy[sql.NullInt64, string](t, open, uint8(7))
		require.NoError(t, err)
		require.Equal(t, sql.NullInt64{Int64: 7, Valid: true}, nullNumber.By)

		for actor, want := range map[any]string{7: "7", id: id.String(), aPerson{3}: "person3", aName("x"): "x", sql.NullString{String: "n", Valid: true}: "n"} {
			row, _, err := deletedBy[string, string](t, open, actor)
			require.NoError(t, err)
			require.Equal(t, want, row.By)
		}
		nobody, d, err := deletedBy[*string, string](t, open, nil)
		require.NoError(t, err)
		require.Nil(t, nobody.By)
		require.Empty(t, d.By)
	})
}

func TestActorsThatDoNotFit(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		misfit := func(err error) {
			t.Helper()
			var actor *softdelete.ActorError
			require.ErrorAs(t, err, &actor)
			require.ErrorIs(t, err, gorm.ErrInvalidData)
			require.Equal(t, "by", actor.Column)
			require.NotContains(t, err.Error(), "secret")
		}
		_, _, err := deletedBy[uint, string](t, open, "secret")
		misfit(err)
		_, _, err = deletedBy[uint, string](t, open, -1)
		misfit(err)
		_, _, err = deletedBy[uint8, string](t, open, 300)
		misfit(err)
		_, _, err = deletedBy[int64, string](t, open, uint64(1)<<63)
		misfit(err)
		_, _, err = deletedBy[uuid.UUID, string](t, open, "secret")
		misfit(err)
		_, _, err = deletedBy[sql.NullInt64, string](t, open, "secret")
		misfit(err)
		_, _, err = deletedBy[string, string](t, open, struct{ Password string }{"secret"})
		misfit(err)
		_, _, err = deletedBy[uint, string](t, open, 1.5)
		misfit(err)
	})
}

func TestActorIsBound(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{})
		notes := theNotes(t, db)
		log := record(t, db)
		evil := "x', deleted_at = NULL --?"
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), evil), evil)
		require.NoError(t, db.WithContext(ctx).Delete(notes["a"]).Error)
		require.NotContains(t, log.take()[1], "x'")
		require.Equal(t, evil, *notes["a"].DeletedBy)
		require.Equal(t, []string{evil}, column[string](t, db, "SELECT delete_reason FROM a_notes WHERE id = 1"))
	})
}

func TestDeleteReport(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aNote{}, &aStamped{})
		notes := theNotes(t, db)
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), 42), "because")
		var d softdelete.Deletion
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Where("rank < 4").Delete(&aNote{}).Error)
		var row aNote
		require.NoError(t, db.Unscoped().First(&row, 1).Error)
		require.Equal(t, row.DeletionID.UUID, d.ID)
		require.True(t, row.DeletedAt.Time.Equal(d.At))
		require.Equal(t, "42", d.By)
		require.Equal(t, "because", d.Reason)
		require.Equal(t, map[string]int64{"a_notes": 3}, d.Rows)
		first := d

		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(notes["d"]).Error)
		require.NotEqual(t, first.ID, d.ID)
		require.Empty(t, d.By)

		require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(notes["d"]).Error)
		require.Equal(t, softdelete.Deletion{}, d, "no row was trashed")
		d = first
		require.Error(t, db.Scopes(softdelete.Into(&d)).Where("no_such_column = 1").Delete(&aNote{}).Error)
		require.Equal(t, softdelete.Deletion{}, d, "after an error")
		d = first
		require.ErrorIs(t, db.Scopes(softdelete.Into(&d)).Delete(&aNote{}).Error, gorm.ErrMissingWhereClause)
		require.Equal(t, softdelete.Deletion{}, d, "after an error")
		d = first
		require.Error(t, db.Scopes(softdelete.Into(&d)).Transaction(func(*gorm.DB) error { return errors.New("stop") }))

		require.NoError(t, db.Create(&aStamped{ID: 1}).Error)
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&aStamped{ID: 1}).Error)
		require.Equal(t, "42", d.By, "also for a model without a column for it")
		require.Equal(t, uuid.Version(7), d.ID.Version())
		require.Equal(t, map[string]int64{"a_stampeds": 1}, d.Rows)
		require.ErrorIs(t, db.Scopes(softdelete.Into(nil)).Delete(&aStamped{ID: 1}).Error, gorm.ErrInvalidValue)
	})
}
