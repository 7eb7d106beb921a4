package trashui_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// The models of a music store: three, which hang on each other.
type (
	Artist struct {
		ID     uint    `gorm:"primaryKey;autoIncrement:false"`
		Name   string  `gorm:"size:60" softdelete:"unique"`
		Albums []Album `softdelete:"cascade"`
		softdelete.Tracked
	}
	Album struct {
		ID       uint   `gorm:"primaryKey;autoIncrement:false"`
		Title    string `gorm:"size:60"`
		ArtistID uint
		Artist   *Artist
		Tracks   []Track `softdelete:"cascade"`
		softdelete.Tracked
	}
	Track struct {
		ID      uint   `gorm:"primaryKey;autoIncrement:false"`
		Name    string `gorm:"size:60"`
		AlbumID uint
		Album   *Album
		softdelete.Tracked
	}
)

// counting is a logger that keeps the statements.
type counting struct {
	logger.Interface
	mu   sync.Mutex
	sent []string
}

func (c *counting) LogMode(logger.LogLevel) logger.Interface { return c }

func (c *counting) Trace(_ context.Context, _ time.Time, statement func() (string, int64), _ error) {
	sql, _ := statement()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, sql)
}

// TestStatements says how many statements a page costs, whatever number of rows it shows.
func TestStatements(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		sent := &counting{Interface: logger.Discard}
		s := &shop{at: noon}
		config := testdb.Config()
		config.Logger = sent
		config.NowFunc = func() time.Time { return s.at }
		s.db = open(t, config)
		models := []any{&Artist{}, &Album{}, &Track{}}
		require.NoError(t, s.db.Use(softdelete.New(softdelete.Config{Models: models})))
		require.NoError(t, softdelete.AutoMigrate(s.db, models...))
		for i := range uint(20) {
			a := Artist{ID: i + 1, Name: fmt.Sprint("artist ", i)}
			for j := range uint(3) {
				a.Albums = append(a.Albums, Album{ID: 10*(i+1) + j, Title: "t", Tracks: []Track{{ID: 100*(i+1) + 10*j, Name: "a"}, {ID: 100*(i+1) + 10*j + 1, Name: "b"}}})
			}
			require.NoError(t, s.db.Create(&a).Error)
			s.delete(t, time.Duration(i+1)*time.Hour, "ana", "why", &Artist{ID: i + 1})
		}
		var err error
		s.trash, err = softdelete.OpenTrash(s.db)
		require.NoError(t, err)
		page, err := s.trash.Deletions(t.Context(), softdelete.ListOptions{Limit: 1})
		require.NoError(t, err)
		id := page.Items[0].ID.String()
		require.NoError(t, s.db.Create(&Artist{ID: 99, Name: "live", Albums: []Album{{ID: 990}, {ID: 991, Tracks: []Track{{ID: 9910}}}}}).Error)
		mixed := func() {
			s.delete(t, time.Minute, "ana", "an album", &Album{ID: 990})
			s.delete(t, time.Minute, "ana", "a track", &Track{ID: 9910})
		}
		for _, allowed := range []bool{true, false} {
			s.options = trashui.Options{AllowAll: true}
			if !allowed {
				s.options.Authorize = refusing(func(trashui.Action, trashui.Target) bool { return false })
			}
			for _, test := range []struct {
				path       string
				most, asks int // where all is allowed, and where it is asked for
			}{
				{"", 11, 12},
				{"rows", 6, 6},
				{"rows?limit=500", 6, 6},
				{"rows?model=tracks&limit=500", 2, 2},
				{"deletions", 8, 12},
				{"deletions/" + id, 11, 10},
				{"rows/artists/1", 12, 12},
				{"rows/albums/10", 12, 12},
				{"rows/tracks/100", 12, 12},
				{"preview?op=restore&item=artists/1", 12, 12},
				// Items of all tables at once: the plan itself is ten of them.
				{"preview?op=restore&item=artists/1&item=albums/20&item=tracks/300&parents=1", 16, 16},
				{"preview?op=purge&item=artists/1&item=albums/20&item=tracks/300", 16, 16},
				// The plan itself is eight of them.
				{"preview?op=undo&id=" + id, 13, 13},
				// Deletions of rows of each table, which are named by two statements a table.
				{"mixed", 0, 0},
				{"", 15, 12},
				{"deletions", 12, 12},
			} {
				if test.path == "mixed" {
					if allowed {
						mixed()
					}
					continue
				}
				sent.sent = nil
				require.Equal(t, http.StatusOK, s.see(t, test.path).status, test.path)
				statements := slices.DeleteFunc(slices.Clone(sent.sent), func(sql string) bool { return !strings.HasPrefix(sql, "SELECT") && !strings.HasPrefix(sql, "WITH") })
				most := test.most
				if !allowed {
					most = test.asks
				}
				t.Log(test.path, len(statements), "statements of", len(sent.sent))
				require.LessOrEqual(t, len(statements), most, "%s\n%s", test.path, strings.Join(statements, "\n"))
				require.NotEmpty(t, statements)
				for _, sql := range statements {
					if !strings.HasPrefix(test.path, "rows/") {
						require.NotContains(t, sql, "SELECT *", "no row is loaded as a whole for its label")
					}
				}
			}
		}
	})
}
