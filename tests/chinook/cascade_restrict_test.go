package chinook_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// testRestrict is about a store that keeps the artists of which it has sold
// anything.
func (s *shopStore) testRestrict(t *testing.T) {
	t.Helper()
	db := s.handle(t, &keptArtist{}, &keptAlbum{}, &keptTrack{}, &keptLink{}, &keptLine{})
	// What goes along, and the live lines that are in the way.
	split := func(artists ...shopArtist) (family shopRows, lines int64) {
		all := s.family(s.gone, shopRowsOf("shop_artists", artists...))
		family = shopRows{}
		for row := range all {
			if row.table == "shop_invoice_lines" {
				lines++
			} else {
				family[row] = true
			}
		}
		return family, lines
	}
	var sold, unsold []shopArtist
	for _, artist := range s.Artist {
		family, lines := split(artist)
		switch {
		case lines > 0:
			sold = append(sold, artist)
		case len(family.counts()) > 2:
			unsold = append(unsold, artist)
		}
	}
	view := s.as(nil)
	sold, unsold = append(pickChinook(view, sold, 3), s.maiden()), pickChinook(view, unsold, 3)

	refuse := func(t *testing.T, lines int64, value any, conds ...any) {
		t.Helper()
		want := softdelete.RestrictError{Model: "keptTrack", Relation: "Lines", Count: lines}
		plan, err := softdelete.Preview(db, softdelete.OpSoftDelete, value, conds...)
		require.NoError(t, err)
		require.Equal(t, []softdelete.RestrictError{want}, plan.Restricted)
		var d softdelete.Deletion
		var restricted *softdelete.RestrictError
		tx := db.Scopes(softdelete.Into(&d)).Delete(value, conds...)
		require.ErrorIs(t, tx.Error, softdelete.ErrRestricted)
		require.ErrorAs(t, tx.Error, &restricted)
		require.Equal(t, want, *restricted)
		require.Equal(t, softdelete.Deletion{}, d)
		require.ErrorIs(t, softdelete.ForceDelete(db.Session(&gorm.Session{}), value, conds...).Error, softdelete.ErrRestricted)
		s.base.requireSame(t, dumpShop(t, db))
	}
	for _, artist := range sold {
		_, lines := split(artist)
		value := keptArtist{ID: artist.ID}
		refuse(t, lines, &value)
		require.Equal(t, softdelete.Tracked{}, value.Tracked)
	}
	for _, artist := range unsold {
		family, _ := split(artist)
		d := s.trash(t, db, s.base, family, 1, &keptArtist{ID: artist.ID})
		s.undo(t, db, s.base, d)
	}

	// Some of each: none of them goes.
	_, lines := split(sold...)
	refuse(t, lines, &keptArtist{}, chinookKeysOf(append(unsold, sold...)))

	// Without its lines an artist goes.
	family, lines := split(s.maiden())
	all := s.family(s.gone, shopRowsOf("shop_artists", s.maiden()))
	var keys []uint
	for row := range all.minus(family) {
		keys = append(keys, row.key)
	}
	first := s.trash(t, db, s.base, all.minus(family), int(lines), &keptLine{}, keys)
	before := dumpShop(t, db)
	second := s.trash(t, db, before, family, 1, &keptArtist{ID: s.maiden().ID})
	s.undo(t, db, before, second)
	s.undo(t, db, s.base, first)
}
