package chinook_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// testStatements counts what is sent to the database: it depends on the
// relations, not on the rows.
func (s *shopStore) testStatements(t *testing.T) {
	t.Helper()
	db := s.handle(t, shopModels()...)
	log := record.Record(t, db)
	run := func(what string, artist shopArtist) (deleted, restored, undone []string) {
		t.Helper()
		family := s.family(s.gone, shopRowsOf("shop_artists", artist))
		require.Len(t, family.counts(), 5, "%s has not all kinds of rows", artist.Name)
		for _, back := range []func(d softdelete.Deletion) error{
			func(d softdelete.Deletion) error {
				_, err := softdelete.Undo(db, d.ID)
				undone = log.Take()
				return err
			},
			func(softdelete.Deletion) error {
				err := softdelete.Restore(db, &shopArtist{ID: artist.ID}).Error
				restored = log.Take()
				return err
			},
		} {
			var d softdelete.Deletion
			log.Take()
			require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&shopArtist{ID: artist.ID}).Error)
			deleted = log.Take()
			require.Equal(t, family.counts(), d.Rows)
			require.NoError(t, back(d))
			s.base.requireSame(t, dumpShop(t, db))
		}
		t.Logf("%s, %v: delete %v, restore %v, undo %v", what, family.counts(), shopSent(deleted), shopSent(restored), shopSent(undone))
		return deleted, restored, undone
	}
	small := s.small()
	run("first, "+small.Name, small) // what is sent once only is sent
	deleted, restored, undone := run(small.Name, small)
	manyDeleted, manyRestored, manyUndone := run("Iron Maiden", s.maiden())
	require.Equal(t, shopSent(deleted), shopSent(manyDeleted))
	require.Equal(t, shopSent(restored), shopSent(manyRestored))
	require.Equal(t, shopSent(undone), shopSent(manyUndone))
	for _, c := range []struct {
		sent   []string
		tables int
	}{{deleted, 5}, {restored, 5}, {undone, len(shopModels())}} { // an undo has to look at all
		require.Equal(t, 1, record.Starting(c.sent, "BEGIN"))
		require.Equal(t, 1, record.Starting(c.sent, "COMMIT"))
		require.LessOrEqual(t, len(c.sent), 2+3*c.tables, "some statements for each table:\n%s", strings.Join(c.sent, "\n"))
	}
	require.Equal(t, 5, record.Starting(deleted, "UPDATE"), strings.Join(deleted, "\n"))

	s.countRemovals(t, db, log)

	// All artists at once, by conditions and by their keys.
	artists := chinookCopy(s.Artist)
	family := s.family(s.gone, shopRowsOf("shop_artists", s.Artist...))
	for what, remove := range map[string]func(tx *gorm.DB) *gorm.DB{
		"by a condition": func(tx *gorm.DB) *gorm.DB { return tx.Where("id > ?", 0).Delete(&shopArtist{}) },
		"as a slice":     func(tx *gorm.DB) *gorm.DB { return tx.Delete(artists) },
	} {
		var d softdelete.Deletion
		log.Take()
		require.NoError(t, remove(db.Scopes(softdelete.Into(&d))).Error)
		all := log.Take()
		require.Equal(t, family.counts(), d.Rows)
		_, err := softdelete.Undo(db, d.ID)
		require.NoError(t, err)
		t.Logf("all artists %s, %v: delete %v, undo %v", what, family.counts(), shopSent(all), shopSent(log.Take()))
		require.Equal(t, record.Starting(deleted, "UPDATE"), record.Starting(all, "UPDATE"))
		require.LessOrEqual(t, len(all), len(deleted)+5)
		s.base.requireSame(t, dumpShop(t, db))
	}
}

// countRemovals counts what previews and removals send, in a transaction that is
// rolled back.
func (s *shopStore) countRemovals(t *testing.T, db *gorm.DB, log *record.Statements) {
	t.Helper()
	_, err := softdelete.Preview(db, softdelete.OpPurge, &shopArtist{ID: s.small().ID}) // the catalogue is read once only
	require.NoError(t, err)
	var first []map[string]int
	for _, artist := range []shopArtist{s.small(), s.most(s.maiden())} {
		tx := db.Begin()
		t.Cleanup(func() { tx.Rollback() })
		var sent []map[string]int
		step := func(err error) {
			require.NoError(t, err)
			sent = append(sent, shopSent(log.Take()))
		}
		preview := func(op softdelete.Operation) error {
			_, err := softdelete.Preview(tx, op, &shopArtist{ID: artist.ID})
			return err
		}
		log.Take()
		step(preview(softdelete.OpSoftDelete))
		step(preview(softdelete.OpForceDelete))
		step(tx.Delete(&shopArtist{ID: artist.ID}).Error)
		step(preview(softdelete.OpRestore))
		step(preview(softdelete.OpPurge))
		step(tx.SavePoint("trashed").Error)
		step(softdelete.Purge(tx, &shopArtist{ID: artist.ID}).Error)
		step(tx.RollbackTo("trashed").Error)
		step(softdelete.ForceDelete(tx, &shopArtist{ID: artist.ID}).Error)
		require.NoError(t, tx.Rollback().Error)
		t.Logf("%s, %v: previews of delete %v and force delete %v, delete %v, previews of restore %v and purge %v, purge %v, force delete %v", artist.Name,
			s.family(s.gone, shopRowsOf("shop_artists", artist)).counts(), sent[0], sent[1], sent[2], sent[3], sent[4], sent[6], sent[8])
		if first == nil {
			first = sent
		}
		require.Equal(t, first, sent)
		for _, removal := range []map[string]int{sent[6], sent[8]} {
			require.Equal(t, 5, removal["DELETE"])
			require.LessOrEqual(t, removal["SELECT"], 2*5)
		}
	}
	s.base.requireSame(t, dumpShop(t, db))
}

// small is the artist with the fewest rows that has rows of all kinds.
func (s *shopStore) small() shopArtist {
	var small shopArtist
	fewest := len(s.Track)
	for _, artist := range s.Artist {
		family := s.family(s.gone, shopRowsOf("shop_artists", artist))
		if len(family.counts()) == 5 && len(family) < fewest {
			small, fewest = artist, len(family)
		}
	}
	return small
}

// shopSent counts statements by their first word.
func shopSent(sent []string) map[string]int {
	counts := map[string]int{}
	for _, sql := range sent {
		word, _, _ := strings.Cut(sql, " ")
		counts[word]++
	}
	return counts
}
