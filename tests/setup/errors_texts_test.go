package setup_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// aSecret has a number for an actor, so that a text does not fit it.
type aSecret struct {
	ID    uint   `gorm:"primaryKey;autoIncrement:false"`
	Email string `gorm:"size:191;uniqueIndex"`
	Code  string `gorm:"size:191;uniqueIndex"`
	Who   int    `softdelete:"by"`
	Gone  gorm.DeletedAt
}

// TestErrorsNameTheModelAndNoValues says what the message of each error holds.
func TestErrorsNameTheModelAndNoValues(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		const secret = "s3cret"
		db := handles.WithPlugin(t, open, softdelete.Config{}, &aSecret{}, &models.AnAddress{}, &models.ATrace{})
		strict := handles.WithPlugin(t, open, softdelete.Config{Strict: true})
		require.NoError(t, db.Create(&[]aSecret{{ID: 1, Email: secret + "1", Code: "c1"}, {ID: 2, Email: secret + "2", Code: "c2"}}).Error)
		require.NoError(t, db.Delete(&aSecret{}, []int{1, 2}).Error)
		database.LiveUnique(t, db, "live_email", "an_addresses", "email")
		require.NoError(t, db.Create(&models.AnAddress{ID: 1, Email: secret}).Error)
		require.NoError(t, db.Delete(&models.AnAddress{ID: 1}).Error)
		require.NoError(t, db.Create(&models.AnAddress{ID: 2, Email: secret}).Error)
		by := db.WithContext(softdelete.WithActor(t.Context(), secret))
		upsert := db.Clauses(handles.OnConflict("id"))
		for name, c := range map[string]struct {
			err, want error
			model     string
		}{
			"not found":           {strict.Delete(&aSecret{ID: 99}).Error, softdelete.ErrNotFound, "aSecret"},
			"not found, update":   {strict.Model(&aSecret{ID: 1}).Update("email", secret).Error, softdelete.ErrNotFound, "aSecret"},
			"trashed, save":       {db.Save(&aSecret{ID: 1, Email: secret}).Error, softdelete.ErrTrashed, "aSecret"},
			"trashed, slice":      {db.Save(&[]aSecret{{ID: 1, Email: secret}}).Error, softdelete.ErrTrashed, "aSecret"},
			"trashed, upsert":     {upsert.Create(&aSecret{ID: 1, Email: secret}).Error, softdelete.ErrTrashed, "aSecret"},
			"ambiguous":           {db.Scopes(softdelete.Revive).Create(&aSecret{Email: secret + "1", Code: "c2"}).Error, softdelete.ErrAmbiguous, "aSecret"},
			"conflict":            {softdelete.Restore(db, &models.AnAddress{ID: 1}).Error, softdelete.ErrConflict, "AnAddress"},
			"not soft-deletable":  {softdelete.Restore(db, &models.ATrace{Hook: secret}, 1).Error, softdelete.ErrNotSoftDeletable, "ATrace"},
			"scope":               {db.Scopes(softdelete.OnlyTrashed).Where("hook = ?", secret).Find(&[]models.ATrace{}).Error, softdelete.ErrNotSoftDeletable, "ATrace"},
			"actor":               {by.Delete(&aSecret{ID: 1}).Error, gorm.ErrInvalidData, "aSecret"},
			"actor of a scope":    {db.Scopes(softdelete.TrashedBy(secret)).Find(&[]aSecret{}).Error, gorm.ErrInvalidData, "aSecret"},
			"wrong model":         {db.Create(&models.WrongReason{Why: 1}).Error, gorm.ErrInvalidField, "WrongReason"},
			"a scope of no use":   {db.Scopes(softdelete.TrashedBy(secret)).Find(&[]models.APair{}).Error, gorm.ErrInvalidField, "APair"},
			"no value of a model": {db.Scopes(softdelete.Revive).Model(&aSecret{}).Create(map[string]any{"email": secret}).Error, gorm.ErrInvalidData, "aSecret"},
		} {
			require.ErrorIs(t, c.err, c.want, name)
			require.Regexp(t, "^softdelete: ", c.err.Error(), name)
			require.ErrorContains(t, c.err, c.model, name)
			require.NotContains(t, c.err.Error(), secret, name)
		}
	})
}
