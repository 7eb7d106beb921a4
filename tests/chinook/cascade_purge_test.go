package chinook_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// remove purges or force deletes, and requires that the rows that should be are
// gone for good and nothing else has changed, as a preview had said.
func (s *shopStore) remove(t *testing.T, db *gorm.DB, op softdelete.Operation, want shopRows, own int64, value any, conds ...any) {
	t.Helper()
	before := dumpShop(t, db)
	plan, err := softdelete.Preview(db, op, value, conds...)
	require.NoError(t, err)
	models.RequirePlan(t, softdelete.Plan{Operation: op, Rows: want.counts()}, plan)
	verb := softdelete.Purge
	if op == softdelete.OpForceDelete {
		verb = softdelete.ForceDelete
	}
	requireChinookRestored(t, own)(chinookAffected(verb(db, value, conds...)))
	before.without(want).requireSame(t, dumpShop(t, db))
}

// testPurge purges an artist, with all that was trashed with it or before it.
func (s *shopStore) testPurge(t *testing.T) {
	t.Helper()
	maiden := s.maiden()
	artist := shopRowsOf("shop_artists", maiden)
	requireChinookRestored(t, 0)(chinookAffected(softdelete.Purge(s.db, &maiden)))
	s.base.requireSame(t, dumpShop(t, s.db))

	family := s.family(s.gone, artist)
	d := s.trash(t, s.db, s.base, family, 1, &maiden)
	trashed := dumpShop(t, s.db)
	// The line that lives under a track that was trashed before.
	want := softdelete.RestrictError{Model: "shopTrack", Relation: "shopInvoiceLine.Track", Count: 1}
	plan, err := softdelete.Preview(s.db, softdelete.OpPurge, &maiden)
	require.NoError(t, err)
	require.Equal(t, []softdelete.RestrictError{want}, plan.Restricted)
	var restricted *softdelete.RestrictError
	require.ErrorAs(t, softdelete.Purge(s.db, &maiden).Error, &restricted)
	require.Equal(t, want, *restricted)
	trashed.requireSame(t, dumpShop(t, s.db))

	whole := s.family(nil, artist)
	lively := maps.Clone(whole)
	maps.DeleteFunc(lively, func(row shopRow, _ bool) bool { return family[row] || s.gone[row] })
	require.Len(t, lively, 1)
	for row := range lively {
		s.trash(t, s.db, trashed, lively, 1, &shopInvoiceLine{ID: row.key})
	}

	// Within a transaction that is rolled back, then for good.
	trashed = dumpShop(t, s.db)
	tx := s.db.Begin()
	t.Cleanup(func() { tx.Rollback() })
	s.remove(t, tx, softdelete.OpPurge, whole, 1, &shopArtist{}, "name = ?", maiden.Name)
	require.NoError(t, tx.Rollback().Error)
	trashed.requireSame(t, dumpShop(t, s.db))
	s.remove(t, s.db, softdelete.OpPurge, whole, 1, &maiden)
	_, err = softdelete.Undo(s.db, d.ID)
	require.ErrorIs(t, err, softdelete.ErrNotFound)

	// An album of which a track was purged since comes back without it.
	before := dumpShop(t, s.db)
	other := s.most(maiden)
	family = s.family(nil, shopRowsOf("shop_artists", other))
	d = s.trash(t, s.db, before, family, 1, &other)
	track := s.tracksOf(other)[0]
	lost := s.family(nil, shopRowsOf("shop_tracks", track))
	s.remove(t, s.db, softdelete.OpPurge, lost, 1, &track)
	s.undoRest(t, before.without(lost), d, family.minus(lost))
}

// undoRest undoes a deletion of which rows were purged since.
func (s *shopStore) undoRest(t *testing.T, before shopDump, d softdelete.Deletion, rest shopRows) {
	t.Helper()
	back, err := softdelete.Undo(s.db, d.ID)
	require.NoError(t, err)
	require.Equal(t, rest.counts(), back.Rows)
	before.requireSame(t, dumpShop(t, s.db))
}

// most is the artist with the most rows but for one.
func (s *shopStore) most(except shopArtist) shopArtist {
	var most shopArtist
	rows := 0
	for _, artist := range s.Artist {
		if n := len(s.family(nil, shopRowsOf("shop_artists", artist))); n > rows && artist.ID != except.ID {
			most, rows = artist, n
		}
	}
	return most
}

// testForce removes live artists, of one of which tracks are trashed, and an
// employee with all who report to them. Iron Maiden is gone by then.
func (s *shopStore) testForce(t *testing.T) {
	t.Helper()
	artist := s.most(s.maiden())
	whole := s.there(t, s.family(nil, shopRowsOf("shop_artists", artist)))
	before := dumpShop(t, s.db)
	tracks := s.tracksOf(artist)[1:4]
	s.trash(t, s.db, before, s.family(nil, shopRowsOf("shop_tracks", tracks...)), 3, &tracks)
	before = dumpShop(t, s.db)
	tx := s.db.Begin()
	t.Cleanup(func() { tx.Rollback() })
	s.remove(t, tx, softdelete.OpForceDelete, whole, 1, &shopArtist{}, artist.ID)
	require.NoError(t, tx.Rollback().Error)
	before.requireSame(t, dumpShop(t, s.db))
	s.remove(t, s.db, softdelete.OpForceDelete, whole, 1, &artist)

	many := pickChinook(s.as(nil), s.Artist, 20)
	left := s.there(t, s.family(nil, shopRowsOf("shop_artists", many...)))
	s.remove(t, s.db, softdelete.OpForceDelete, left, left.counts()["shop_artists"], &shopArtist{}, chinookKeysOf(many))

	// All that is left, trashed in part, in a transaction that is rolled back.
	before = dumpShop(t, s.db)
	all := s.there(t, s.family(nil, shopRowsOf("shop_artists", s.Artist...)))
	tx = s.db.Begin()
	t.Cleanup(func() { tx.Rollback() })
	require.NoError(t, tx.Where("id % 2 = 0").Delete(&shopArtist{}).Error)
	s.remove(t, tx.Where("1 = 1").Session(&gorm.Session{}), softdelete.OpForceDelete, all, all.counts()["shop_artists"], &shopArtist{})
	require.NoError(t, tx.Rollback().Error)
	before.requireSame(t, dumpShop(t, s.db))

	// The foreign key of the customers sets theirs to NULL.
	middle := s.Employee[1]
	subtree := s.family(nil, shopRowsOf("shop_employees", middle))
	want := dumpShop(t, s.db).without(subtree)
	supported := 0
	customers := want["shop_customers"]
	for i, row := range customers.rows {
		if subtree[shopRow{"shop_employees", uint(customers.value(row, "support_rep_id").(int64))}] {
			customers.rows[i] = customers.with(row, map[string]any{"support_rep_id": nil})
			supported++
		}
	}
	require.NotZero(t, supported)
	requireChinookRestored(t, 1)(chinookAffected(softdelete.ForceDelete(s.db, &middle)))
	want.requireSame(t, dumpShop(t, s.db))
}

// there are those of the rows that are in the database.
func (s *shopStore) there(t *testing.T, rows shopRows) shopRows {
	t.Helper()
	left := shopRows{}
	for _, table := range dumpShop(t, s.db) {
		for _, name := range table.names {
			if rows[name] {
				left[name] = true
			}
		}
	}
	return left
}
