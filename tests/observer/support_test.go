package observer_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/watch"
)

// watchedBlog is testmodels.OpenBlog on a handle that is observed.
func watchedBlog(t *testing.T, open testdb.Opener, config softdelete.Config) (*gorm.DB, *watch.Watcher) {
	t.Helper()
	w := &watch.Watcher{}
	config.Models, config.Observers = testmodels.BlogModels, append(config.Observers, w.Observe)
	db := open(t)
	require.NoError(t, db.Use(softdelete.New(config)))
	require.NoError(t, db.AutoMigrate(append([]any{&testmodels.BlogLogin{}}, testmodels.BlogModels...)...))
	refillBlog(t, db, w)
	return db, w
}

// refillBlog is testmodels.FillBlog, of which the watcher forgets.
func refillBlog(t *testing.T, db *gorm.DB, w *watch.Watcher) {
	t.Helper()
	react := w.React
	w.React = nil
	testmodels.FillBlog(t, db)
	w.Take()
	w.React = react
}
