package session

import (
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
)

// GORM's TranslateError puts errors of its own in the place of the database's,
// which say which constraint was violated. The plugin's statements run without it,
// and their errors are translated after, so that they say both.

// withRawErrors is a handle's configuration with TranslateError off.
func withRawErrors(config *gorm.Config) *gorm.Config {
	if !config.TranslateError {
		return config
	}
	raw := *config
	raw.TranslateError = false
	return &raw
}

// WithoutTranslation runs a step of a statement without TranslateError.
func WithoutTranslation(step func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		config, failed := db.Config, db.Error != nil
		db.Config = withRawErrors(config)
		defer func() {
			db.Config = config
			if !failed {
				db.Error = Translated(db, db.Error)
			}
		}()
		step(db)
	}
}

// Translated is an error as the handle wants it.
func Translated(db *gorm.DB, err error) error {
	translator, ok := db.Dialector.(gorm.ErrorTranslator)
	if err == nil || !db.TranslateError || !ok {
		return err
	}
	as := translator.Translate(err)
	if _, found := dialect.ViolatedConstraint(err); !found {
		return as
	}
	return &translatedError{as: as, raw: err}
}

// translatedError is a violated unique index as GORM says it, and as the database
// does.
type translatedError struct{ as, raw error }

func (e *translatedError) Error() string { return e.as.Error() }

func (e *translatedError) Unwrap() []error { return []error{e.as, e.raw} }
