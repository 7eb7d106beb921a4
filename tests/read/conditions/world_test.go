package conditions_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// Owner, Tag and Note are the world: an owner has three tags named "a", of which
// the first is live, and each tag has a note.
type Owner struct {
	ID   uint
	Name string
	Tags []Tag
	softdelete.Timestamp
}

type Tag struct {
	ID      uint
	Name    string
	Rank    int
	OwnerID uint
	Notes   []Note
	softdelete.Tracked
}

// Note is not soft-deletable.
type Note struct {
	ID    uint
	TagID uint
	Tag   *Tag
}

const liveTag = 1

type world struct {
	db   *gorm.DB
	kind string
	seed []string
}

func newWorld(t *testing.T, open testdb.Opener) *world {
	t.Helper()
	// Without foreign keys, which would keep a purge from removing what it must not.
	db := open(t, &gorm.Config{DisableForeignKeyConstraintWhenMigrating: true})
	require.NoError(t, db.Use(softdelete.New()))
	require.NoError(t, db.AutoMigrate(&Owner{}, &Tag{}, &Note{}))
	w := &world{db: db, kind: db.Name()}
	w.reset(t)
	w.seed = w.rows(t)
	return w
}

// reset gives the tables their rows back.
func (w *world) reset(t *testing.T) {
	t.Helper()
	for _, table := range []string{"notes", "tags", "owners"} {
		require.NoError(t, w.db.Exec("DELETE FROM "+table).Error)
	}
	require.NoError(t, w.db.Exec("INSERT INTO owners (id, name) VALUES (1, 'ana')").Error)
	require.NoError(t, w.db.Exec("INSERT INTO tags (id, name, "+w.db.Statement.Quote("rank")+", owner_id, deleted_at, deletion_id) VALUES "+
		"(1, 'a', 1, 1, NULL, NULL), "+
		"(2, 'a', 1, 1, '2020-01-02 03:04:05', '018f0000-0000-7000-8000-000000000002'), "+
		"(3, 'a', 1, 1, '2020-01-02 03:04:06', '018f0000-0000-7000-8000-000000000003')").Error)
	require.NoError(t, w.db.Exec("INSERT INTO notes (id, tag_id) VALUES (1, 1), (2, 2), (3, 3)").Error)
}

// rows lists the tags as they are in the table.
func (w *world) rows(t *testing.T) []string {
	t.Helper()
	var rows []map[string]any
	require.NoError(t, w.db.Raw("SELECT id, name, "+w.db.Statement.Quote("rank")+" AS r, deleted_at FROM tags ORDER BY id").Scan(&rows).Error)
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = fmt.Sprint(row["id"], " ", row["name"], " ", row["r"], " ", row["deleted_at"])
	}
	return list
}

// settle compares the tags with what they were, says which rows are gone or
// changed, and gives them back.
func (w *world) settle(t *testing.T) (changed []string) {
	t.Helper()
	now := map[string]bool{}
	list := w.rows(t)
	for _, row := range list {
		now[row] = true
	}
	for _, row := range w.seed {
		if !now[row] {
			changed = append(changed, row)
		}
	}
	if len(changed) > 0 || len(list) != len(w.seed) {
		w.reset(t)
	}
	if len(list) > len(w.seed) {
		changed = append(changed, "a row more")
	}
	return changed
}

func (w *world) isLive(row string) bool { return row == w.seed[0] }
