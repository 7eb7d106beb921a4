package rawsql_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// lines is a logger that keeps what it is told.
type lines struct {
	mu       sync.Mutex
	warnings []string
	infos    []string
}

func (l *lines) LogMode(logger.LogLevel) logger.Interface { return l }
func (l *lines) Info(_ context.Context, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.infos = append(l.infos, fmt.Sprintf(format, args...))
}

func (l *lines) Warn(_ context.Context, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.warnings = append(l.warnings, fmt.Sprintf(format, args...))
}
func (l *lines) Error(context.Context, string, ...any)                                    {}
func (l *lines) Trace(context.Context, time.Time, func() (sql string, rows int64), error) {}

func openLogging(t *testing.T, opener testdb.Opener, policy softdelete.RawPolicy) (*gorm.DB, *lines) {
	t.Helper()
	config := testdb.Config()
	kept := &lines{}
	config.Logger = kept
	db := opener(t, config)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{RawSQL: policy, Models: []any{&post{}, &author{}, &comment{}, &tag{}}})))
	require.NoError(t, softdelete.AutoMigrate(db, &post{}, &author{}, &comment{}, &tag{}))
	kept.warnings, kept.infos = nil, nil
	return db, kept
}

// TestLog has it run, and warns once for each place, by the logger of the handle that the plugin came on.
func TestLog(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, opener testdb.Opener) {
		db, kept := openLogging(t, opener, softdelete.RawLog)
		require.NoError(t, db.Create(&author{ID: 1}).Error)
		require.NoError(t, db.Create(&post{ID: 1, AuthorID: 1, Title: "secret"}).Error)
		var running sync.WaitGroup
		for range 8 {
			running.Add(1)
			go func() {
				defer running.Done()
				session := db.Session(&gorm.Session{Logger: logger.Discard})
				for range 5 {
					var titles []string
					assert.NoError(t, session.Raw("SELECT title FROM posts WHERE title = ?", "secret").Scan(&titles).Error) // the first place
					assert.Equal(t, []string{"secret"}, titles)
				}
			}()
		}
		running.Wait()
		require.NoError(t, db.Exec("UPDATE posts SET title = 'public'").Error) // the second one
		require.Len(t, kept.warnings, 2)
		for _, warning := range kept.warnings {
			assert.Contains(t, warning, "posts without deleted_at, at ")
			assert.Contains(t, warning, "log_test.go:")
			assert.NotContains(t, warning, "secret")
		}
		assert.Empty(t, kept.infos)
	})
}

// TestGaps says at GORM's level Info what could not be read.
func TestGaps(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, opener testdb.Opener) {
		db, kept := openLogging(t, opener, softdelete.RawLog)
		for range 2 {
			_ = db.Exec("CALL no_such_procedure('posts')").Error
		}
		assert.Empty(t, kept.warnings)
		require.Len(t, kept.infos, 1)
		assert.Contains(t, kept.infos[0], "could not be read as a whole")
		assert.Contains(t, kept.infos[0], "log_test.go:")
	})
}

// TestAllow looks at nothing.
func TestAllow(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, opener testdb.Opener) {
		db, kept := openLogging(t, opener, softdelete.RawAllow)
		for table, calls := range found {
			for _, c := range calls {
				if err := c.run(db); err != nil {
					assert.NotErrorIs(t, err, softdelete.ErrRawSQL, "%s: %s", table, c.name)
				}
			}
		}
		assert.Empty(t, kept.warnings)
	})
}

// TestUnknownPolicy is refused when the plugin comes on a handle.
func TestUnknownPolicy(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, opener testdb.Opener) {
		err := opener(t).Use(softdelete.New(softdelete.Config{RawSQL: 7}))
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		assert.Contains(t, err.Error(), "Config.RawSQL is 7")
	})
}

// TestLateModel has a model known from its first statement on, whatever was read before.
func TestLateModel(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, opener testdb.Opener) {
		db := opener(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{RawSQL: softdelete.RawRefuse})))
		require.NoError(t, db.Exec("CREATE TABLE lates (id int, deleted_at timestamp NULL)").Error)
		type late struct {
			ID uint
			softdelete.Timestamp
		}
		const sql = "SELECT id FROM lates"
		require.NoError(t, scan(db.Raw(sql), &[]uint{}))
		require.NoError(t, db.Find(&[]late{}).Error)
		require.ErrorIs(t, scan(db.Raw(sql), &[]uint{}), softdelete.ErrRawSQL)
	})
}

// TestNothingRuns has a refused write and its transaction change nothing, and the handle go on.
func TestNothingRuns(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, opener testdb.Opener) {
		db := open(t, opener)
		err := db.Transaction(func(tx *gorm.DB) error {
			if err := tx.Create(&author{ID: 9, Name: "ben"}).Error; err != nil {
				return err
			}
			return tx.Exec("DELETE FROM posts").Error
		})
		require.ErrorIs(t, err, softdelete.ErrRawSQL)
		require.ErrorIs(t, db.First(&author{}, 9).Error, gorm.ErrRecordNotFound)
		var n int64
		require.NoError(t, db.Model(&post{}).Scopes(softdelete.WithTrashed).Count(&n).Error)
		assert.EqualValues(t, 2, n)
		assert.True(t, strings.HasPrefix(err.Error(), "softdelete: "))
	})
}

// TestAtOnce has many refuse at once what is refused, while models become known.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, opener testdb.Opener) {
		db := open(t, opener)
		type late struct {
			ID uint
			softdelete.Timestamp
		}
		var running sync.WaitGroup
		for i := range 8 {
			running.Go(func() {
				for n := range 3 {
					for _, c := range aroundByClauses {
						assert.ErrorIs(t, c.run(db), softdelete.ErrRawSQL, c.name)
					}
					_, err := softdelete.Enabled(db.Table(fmt.Sprintf("lates_%d_%d", i, n)), &late{})
					assert.NoError(t, err)
					assert.ErrorIs(t, scan(db.Raw(fmt.Sprintf("SELECT %d FROM posts", n)), &[]uint{}), softdelete.ErrRawSQL)
				}
			})
		}
		running.Wait()
		require.NoError(t, db.Find(&[]post{}).Error)
	})
}
