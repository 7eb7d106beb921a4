package softdelete_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
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
		db := withPlugin(t, open, softdelete.Config{}, &aSecret{}, &anAddress{}, &aTrace{})
		strict := withPlugin(t, open, softdelete.Config{Strict: true})
		require.NoError(t, db.Create(&[]aSecret{{ID: 1, Email: secret + "1", Code: "c1"}, {ID: 2, Email: secret + "2", Code: "c2"}}).Error)
		require.NoError(t, db.Delete(&aSecret{}, []int{1, 2}).Error)
		liveUnique(t, db, "live_email", "an_addresses", "email")
		require.NoError(t, db.Create(&anAddress{ID: 1, Email: secret}).Error)
		require.NoError(t, db.Delete(&anAddress{ID: 1}).Error)
		require.NoError(t, db.Create(&anAddress{ID: 2, Email: secret}).Error)
		by := db.WithContext(softdelete.WithActor(t.Context(), secret))
		upsert := db.Clauses(onConflict("id"))
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
			"conflict":            {softdelete.Restore(db, &anAddress{ID: 1}).Error, softdelete.ErrConflict, "anAddress"},
			"not soft-deletable":  {softdelete.Restore(db, &aTrace{Hook: secret}, 1).Error, softdelete.ErrNotSoftDeletable, "aTrace"},
			"scope":               {db.Scopes(softdelete.OnlyTrashed).Where("hook = ?", secret).Find(&[]aTrace{}).Error, softdelete.ErrNotSoftDeletable, "aTrace"},
			"actor":               {by.Delete(&aSecret{ID: 1}).Error, gorm.ErrInvalidData, "aSecret"},
			"actor of a scope":    {db.Scopes(softdelete.TrashedBy(secret)).Find(&[]aSecret{}).Error, gorm.ErrInvalidData, "aSecret"},
			"wrong model":         {db.Create(&wrongReason{Why: 1}).Error, gorm.ErrInvalidField, "wrongReason"},
			"a scope of no use":   {db.Scopes(softdelete.TrashedBy(secret)).Find(&[]aPair{}).Error, gorm.ErrInvalidField, "aPair"},
			"no value of a model": {db.Scopes(softdelete.Revive).Model(&aSecret{}).Create(map[string]any{"email": secret}).Error, gorm.ErrInvalidData, "aSecret"},
		} {
			require.ErrorIs(t, c.err, c.want, name)
			require.Regexp(t, "^softdelete: ", c.err.Error(), name)
			require.ErrorContains(t, c.err, c.model, name)
			require.NotContains(t, c.err.Error(), secret, name)
		}
	})
}
