package delete_test

import (
	"database/sql"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

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
	require.NoError(t, db.Exec(database.Quoted(db, `DROP TABLE IF EXISTS "by"`)).Error)
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
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		notes := models.TheNotes(t, db)
		log := record.Record(t, db)
		evil := "x', deleted_at = NULL --?"
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), evil), evil)
		require.NoError(t, db.WithContext(ctx).Delete(notes["a"]).Error)
		require.NotContains(t, log.Take()[1], "x'")
		require.Equal(t, evil, *notes["a"].DeletedBy)
		require.Equal(t, []string{evil}, tables.Column[string](t, db, "SELECT delete_reason FROM a_notes WHERE id = 1"))
	})
}
