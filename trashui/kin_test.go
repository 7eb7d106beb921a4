package trashui_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// A song names its singer by a smaller struct of the same table, and its genre by one that has no trash.
type (
	Singer struct {
		ID      uint
		Country string `gorm:"size:60"`
		City    string `gorm:"size:60"`
		Name    string `gorm:"size:60"`
		softdelete.Tracked
	}
	SingerOfSong struct {
		ID uint
		softdelete.Timestamp
	}
	Genre struct {
		ID    uint
		Title string `gorm:"size:60"`
	}
	SingerOfDuet struct {
		ID uint
	}
	Song struct {
		ID       uint
		DuetID   uint
		Duet     *SingerOfDuet
		SingerID uint
		Singer   *SingerOfSong
		GenreID  uint
		Genre    *Genre
		softdelete.Tracked
	}
)

func (SingerOfSong) TableName() string { return "singers" }
func (SingerOfDuet) TableName() string { return "singers" }

// TestParentsOfOtherTypes says that what a row belongs to is shown whatever struct it is loaded into.
func TestParentsOfOtherTypes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := &shop{at: noon}
		s.db = open(t)
		require.NoError(t, s.db.Use(softdelete.New(softdelete.Config{Models: []any{&Singer{}, &Song{}, &Genre{}}})))
		require.NoError(t, softdelete.AutoMigrate(s.db, &Genre{}, &Singer{}, &Song{}))
		require.NoError(t, s.db.Create(&Singer{ID: 1, Name: "Ana"}).Error)
		require.NoError(t, s.db.Create(&Genre{ID: 1, Title: "Fado"}).Error)
		require.NoError(t, s.db.Create(&Song{ID: 1, SingerID: 1, DuetID: 1, GenreID: 1}).Error)
		require.NoError(t, s.db.Delete(&Song{ID: 1}).Error)
		var err error
		s.trash, err = softdelete.OpenTrash(s.db)
		require.NoError(t, err)
		s.options = trashui.Options{AllowAll: true}
		for _, trashed := range []bool{false, true} {
			a := s.get(t, "rows/songs/1")
			require.Equal(t, http.StatusOK, a.status, a.body)
			require.Equal(t, []any{
				map[string]any{"relation": "Song.Duet", "table": "singers", "model": "SingerOfDuet", "key": []any{"1"}, "label": "1", "trashed": trashed},
				map[string]any{"relation": "Song.Singer", "table": "singers", "model": "SingerOfSong", "key": []any{"1"}, "label": "1", "trashed": trashed},
				map[string]any{"relation": "Song.Genre", "table": "genres", "model": "Genre", "key": []any{"1"}, "label": "Fado", "trashed": false},
			}, a.json(t)["parents"])
			if !trashed {
				require.NoError(t, s.db.Delete(&Singer{ID: 1}).Error)
			}
		}
	})
}
