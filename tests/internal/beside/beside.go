// Package beside holds the library's laws on a handle that has another plugin too: whichever of the two was used first, with
// GORM's default transaction and without, with prepared statements and without, on each database.
package beside

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// Plugin is another plugin.
type Plugin struct {
	Use       func(t *testing.T, db *gorm.DB) any // puts it on a handle; what it returns is World.Used
	Databases []string                            // those that it knows; nil for all
	Models    []any                               // tables of its own, which have no marker
	Observers []softdelete.Observer
}

// Way is one way to set up a handle.
type Way struct {
	Second      bool // the plugin is used after this library, not before it
	Transaction bool // GORM's default one
	Prepared    bool
}

func (w Way) String() string {
	name := "first"
	if w.Second {
		name = "second"
	}
	if !w.Transaction {
		name += ", no transaction"
	}
	if w.Prepared {
		name += ", prepared"
	}
	return name
}

// Ways are all of them.
func Ways() (ways []Way) {
	for _, second := range []bool{false, true} {
		for _, transaction := range []bool{true, false} {
			for _, prepared := range []bool{false, true} {
				ways = append(ways, Way{second, transaction, prepared})
			}
		}
	}
	return ways
}

// Config is what a handle is opened with.
func (w Way) Config() *gorm.Config {
	config := testdb.Config()
	config.SkipDefaultTransaction, config.PrepareStmt = !w.Transaction, w.Prepared
	config.DisableForeignKeyConstraintWhenMigrating = true
	return config
}

// World is a handle with both plugins on tables of its own, newly filled.
type World struct {
	Way

	Database string
	DB       *gorm.DB
	Plain    *gorm.DB                // the same tables, without the other plugin
	Used     any                     // what the plugin's Use returned
	Did      func(what string)       // is called after each step of the laws; nil for nothing
	Open     testdb.Opener           // further handles
	Context  context.Context         //nolint:containedctx // what the laws' statements run with
	Install  func(db *gorm.DB) error // puts this library on a handle, as on DB
}

// Each runs fn in each way, on each database that the plugin knows.
func Each(t *testing.T, p Plugin, fn func(t *testing.T, w *World)) {
	t.Helper()
	for _, database := range testdb.Names() {
		if p.Databases != nil && !slices.Contains(p.Databases, database) {
			continue
		}
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			open := testdb.OpenerFor(t, database)
			plain := open(t, Way{Transaction: true}.Config())
			install := func(db *gorm.DB) error {
				return db.Use(softdelete.New(softdelete.Config{Models: models(), Observers: append(slices.Clone(p.Observers), stop), OmitEventKeys: true}))
			}
			require.NoError(t, install(plain))
			require.NoError(t, plain.AutoMigrate(slices.Concat(models(), []any{&Label{}}, p.Models)...))
			for _, way := range Ways() {
				t.Run(way.String(), func(t *testing.T) {
					w := &World{Way: way, Database: database, Plain: plain, Open: open, Context: t.Context(), Install: install}
					w.DB = open(t, way.Config())
					if !way.Second {
						w.Used = p.Use(t, w.DB)
					}
					require.NoError(t, install(w.DB))
					if way.Second {
						w.Used = p.Use(t, w.DB)
					}
					w.fill(t)
					fn(t, w)
				})
			}
		})
	}
}

// errStopped is what an operation fails with whose context says so.
var errStopped = errors.New("stopped")

type stopKey struct{}

// stop is an observer that stops operations after all of their rows are written.
func stop(ctx context.Context, _ *gorm.DB, event softdelete.Event) error {
	if ctx.Value(stopKey{}) != nil && (event.Cascaded || event.Table != "authors") {
		return errStopped
	}
	return nil
}

// Raw lists one column of all rows that a condition names, with nobody's filter.
func (w *World) Raw(t *testing.T, query string) string {
	t.Helper()
	var list []sql.NullString
	require.NoError(t, w.Plain.Raw(query).Scan(&list).Error)
	texts := make([]string, len(list))
	for i, text := range list {
		if texts[i] = "NULL"; text.Valid {
			texts[i] = text.String
		}
	}
	return strings.Join(texts, " ")
}
