package softdelete_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// pgError has the shape of pgconn.PgError.
type pgError struct{ Code, ConstraintName string }

func (e *pgError) Error() string    { return "ERROR: duplicate key value (SQLSTATE " + e.Code + ")" }
func (e *pgError) SQLState() string { return e.Code }

func TestConflictOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err        error
		constraint string
		conflict   bool
	}{
		"none":               {nil, "", false},
		"another":            {errors.New("disk full"), "", false},
		"foreign key":        {&pgError{"23503", "fk"}, "", false},
		"postgres":           {&pgError{"23505", "users_email"}, "users_email", true},
		"postgres wrapped":   {fmt.Errorf("%w: %w", gorm.ErrDuplicatedKey, &pgError{"23505", "users_email"}), "users_email", true},
		"sqlite":             {errors.New("constraint failed: UNIQUE constraint failed: users.email (2067)"), "users.email", true},
		"sqlite, composite":  {errors.New("UNIQUE constraint failed: users.a, users.b"), "users.a, users.b", true},
		"sqlite translated":  {gorm.ErrDuplicatedKey, "", true},
		"sqlite, expression": {errors.New("UNIQUE constraint failed: index 'users_lower'"), "users_lower", true},
		"mysql":              {errors.New("Error 1062 (23000): Duplicate entry 'it's for key 'x' for key 'users.idx_email'"), "idx_email", true},
		"mariadb":            {errors.New("Error 1062 (23000): Duplicate entry 'it's for key 'x' for key 'idx_email'"), "idx_email", true},
		"mysql without name": {errors.New("Error 1062 (23000): Duplicate entry 'ana'"), "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := softdelete.ConflictOf(c.err, "User")
			if !c.conflict {
				require.Nil(t, got)
				return
			}
			require.Equal(t, &softdelete.ConflictError{Model: "User", Constraint: c.constraint}, got)
			require.ErrorIs(t, got, softdelete.ErrConflict)
			require.ErrorIs(t, got, gorm.ErrDuplicatedKey)
			require.NotContains(t, got.Error(), "ana")
		})
	}
}

func TestSentinels(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, softdelete.ErrNotFound, gorm.ErrRecordNotFound)
	require.ErrorIs(t, softdelete.ErrConflict, gorm.ErrDuplicatedKey)
	require.ErrorIs(t, &softdelete.ModelError{}, gorm.ErrInvalidField)
	require.ErrorIs(t, &softdelete.ActorError{}, gorm.ErrInvalidData)
	for _, err := range []error{
		softdelete.ErrNotFound, softdelete.ErrTrashed, softdelete.ErrRestricted, softdelete.ErrConflict, softdelete.ErrAmbiguous,
		softdelete.ErrParentTrashed, softdelete.ErrNotSoftDeletable, softdelete.ErrNotInstalled,
	} {
		require.Regexp(t, "^softdelete: ", err.Error())
	}
}
