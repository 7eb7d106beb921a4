package applications_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// applications are all of them.
// kin is the database whose SQL another one speaks.
var kin = database.Kin

var applications = []*application{tailnet, registry, gateway, deploys, tenants, knowledge, fleet, flags, catalog}

// each runs a test on each application and database.
func each(t *testing.T, run func(t *testing.T, app *application, database string)) {
	t.Helper()
	for _, app := range applications {
		t.Run(app.name, func(t *testing.T) {
			t.Parallel()
			for _, database := range testdb.Names() {
				t.Run(database, func(t *testing.T) {
					t.Parallel()
					run(t, app, database)
				})
			}
		})
	}
}

// TestApplicationsAsTheyAre says that an application does with the plugin what it did
// without, before anything of its schema changes.
func TestApplicationsAsTheyAre(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, app *application, database string) {
		w := settle(t, app, database, false, false)
		before := w.dump(t)
		w.asWas(t)
		w.plugin = true
		w.start(t)
		w.asWas(t)
		require.Equal(t, before, w.dump(t))
	})
}

// TestRemediesOfApplications says that all remedies can be run as they are printed, twice, with the models as they are; and
// that the application works as it did, and loses nothing when it is started again.
func TestRemediesOfApplications(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, app *application, database string) {
		for _, whole := range []bool{false, true} {
			if whole && kin(database) == "mariadb" {
				continue // Its driver takes a statement at a time.
			}
			w := settle(t, app, database, true, false)
			w.curedTwice(t, whole)
			w.asWasOrBetter(t)
			if !whole {
				w.startsAgain(t)
			}
		}
	})
}

// TestTagsOfApplications says the same of the models with the tags that Doctor advises: what was trashed is free again then.
func TestTagsOfApplications(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, app *application, database string) {
		for _, whole := range []bool{false, true} {
			if whole && kin(database) == "mariadb" {
				continue
			}
			w := settle(t, app, database, true, true)
			w.curedTwice(t, whole)
			w.asAdvised(t, true)
			w.isSilent(t)
			if !whole {
				w.startsAgain(t)
				w.isSilent(t)
			}
		}
	})
}

// TestAutoMigrateOfApplications says that softdelete.AutoMigrate does for the tags what the remedies do, wherever GORM's can.
func TestAutoMigrateOfApplications(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, app *application, database string) {
		w := settle(t, app, database, true, true)
		if _, can := w.lostByGORM(t); !can {
			return
		}
		rows := w.dump(t)
		require.NoError(t, softdelete.AutoMigrate(w.db, w.all()...))
		w.start(t)
		require.Equal(t, rows, w.dump(t))
		w.asAdvised(t, false)
		after := w.catalogue(t)
		require.NoError(t, softdelete.AutoMigrate(w.db, w.all()...))
		require.Equal(t, after, w.catalogue(t))
	})
}

// TestRemediesThatRowsForbid says that a remedy which live rows that agree forbid changes nothing, and the others do not depend on it.
func TestRemediesThatRowsForbid(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, app *application, database string) {
		w := settle(t, app, database, true, false)
		agree := false
		for _, k := range app.keeps {
			if isOn(database, k.open) {
				agree = true
				require.NoError(t, w.create(k.row(1)))
				require.NoError(t, w.create(k.row(2)))
			}
		}
		if !agree {
			return
		}
		failed := 0
		for _, f := range doctored.Doctored(t, w.db, w.registered()...) {
			before := w.catalogue(t)
			if err := w.run(f.Remedy, false); err == nil {
				continue
			}
			failed++
			require.Equal(t, softdelete.CodeUniqueMissesLive, f.Code)
			require.Equal(t, before, w.catalogue(t), f.Remedy)
		}
		require.NotZero(t, failed)
	})
}

// curedTwice runs all remedies, and again: nothing changes the second time.
func (w *world) curedTwice(t *testing.T, whole bool) {
	t.Helper()
	findings := doctored.Doctored(t, w.db, w.all()...)
	said := map[string]int{}
	rows := w.dump(t)
	for n, f := range findings {
		require.NotContains(t, w.fine, f.Index, "nothing is to be said of it: %s", f)
		for line := range strings.Lines(f.Remedy) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "PRAGMA ") || line == "BEGIN IMMEDIATE;" || line == "COMMIT;" {
				continue
			}
			other, is := said[line]
			require.True(t, !is || other == n, "%s and %s of %s share %s", findings[other].Code, f.Code, f.Table, line)
			said[line] = n
		}
	}
	for _, f := range findings {
		require.NoError(t, w.run(f.Remedy, whole), "%s of %s (%s)\n%s", f.Code, f.Table, f.Message, f.Remedy)
	}
	w.start(t)
	require.Equal(t, rows, w.dump(t), "rows after the remedies")
	after := w.catalogue(t)
	for _, again := range doctored.Doctored(t, w.db, w.all()...) {
		for _, f := range findings {
			require.False(t, f.Remedy != "" && f.Code == again.Code && f.Table == again.Table && f.Message == again.Message,
				"is still there after its remedy: %s\n%s\nbefore: %s", again, again.Remedy, f)
		}
	}
	for _, f := range findings {
		_ = w.run(f.Remedy, whole)
	}
	require.Equal(t, after, w.catalogue(t), "indexes after the remedies were run again")
	require.Equal(t, rows, w.dump(t), "rows after the remedies were run again")
}

// run runs a remedy on one connection, up to the line that fails.
func (w *world) run(remedy string, whole bool) error {
	if remedy == "" {
		return nil
	}
	return w.db.Connection(func(tx *gorm.DB) error {
		if whole {
			return tx.Exec(remedy).Error
		}
		for line := range strings.Lines(remedy) {
			if err := tx.Exec(line).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// startsAgain migrates the models by GORM and by the plugin: rows, indexes and what is kept apart are there after it.
func (w *world) startsAgain(t *testing.T) {
	t.Helper()
	lost, can := w.lostByGORM(t)
	if !can {
		return
	}
	rows := w.dump(t)
	for n, migrate := range []func() error{
		func() error { return w.db.AutoMigrate(w.all()...) },
		func() error { return softdelete.AutoMigrate(w.db, w.all()...) },
		func() error { return w.db.AutoMigrate(w.all()...) },
	} {
		before := w.catalogue(t)
		w.start(t)
		require.NoError(t, migrate())
		w.start(t)
		require.Equal(t, rows, w.dump(t), "rows after AutoMigrate")
		after := w.catalogue(t)
		for name, text := range before {
			if _, is := after[name]; !is && !lost[name] && !strings.Contains(name, "sqlite_autoindex") {
				require.Fail(t, "lost by AutoMigrate", "%s: %s", name, text)
			}
		}
		switch {
		case n == 1: // What it may lack, the next one lacks too.
		case w.isTagged:
			w.asAdvised(t, true)
		default:
			w.asWasOrBetter(t)
		}
	}
}

// lostByGORM lists what GORM's AutoMigrate drops without the plugin, of tables that are none of its business. GORM
// cannot migrate some tables made by SQL at all: with a string without a length in an index, or a unique constraint of one column
// that no tag tells of.
func (w *world) lostByGORM(t *testing.T) (lost map[string]bool, can bool) {
	t.Helper()
	bare, _ := losses.LoadOrStore(fmt.Sprint(w.name, w.database, w.isTagged), &loss{})
	l := bare.(*loss)
	l.once.Do(func() {
		bare := settle(t, w.application, w.database, false, w.isTagged)
		before := bare.catalogue(t)
		if bare.db.AutoMigrate(bare.all()...) != nil {
			return
		}
		after := bare.catalogue(t)
		l.lost = map[string]bool{}
		for name := range before {
			_, is := after[name]
			table := strings.Fields(name)[1]
			l.lost[name] = !is && !slices.ContainsFunc(w.all(), func(model any) bool {
				soft, err := softdelete.Enabled(w.db, model)
				return err == nil && soft && tables.TableOf(t, w.db, model) == table
			})
		}
	})
	return l.lost, l.lost != nil
}

// loss is what GORM's AutoMigrate drops of an application's database.
type loss struct {
	once sync.Once
	lost map[string]bool
}

var losses sync.Map // of each application, database and set of models

// isSilent checks that Doctor finds nothing more than what no SQL can mend.
func (w *world) isSilent(t *testing.T) {
	t.Helper()
	for _, f := range doctored.Doctored(t, w.db, w.all()...) {
		require.Contains(t, w.leaves, f.Code+" "+f.Table, "%s", f)
	}
}
