package read_test

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
)

// The rows of a read test, as "name score links". A name says what the row is: its first letter the model (o owner, p post,
// c comment, d detail, t tag, k tagging, l labeling), a "-" at its end that it was trashed early, a "=" that it was late.
// A "!" before it: trashed by hand and not by a delete.
var readRows = map[byte][]string{
	'o': {"o1 1", "o2- 2", "o3= 3", "o4 3"},
	'p': {"p1 1 o1", "p2 2 o2-", "p3- 1 o1", "p4= 2 o4", "p5 3 o3=", "p6 3 -", "!p7- 3 o2-", "p8 2 o4"},
	'c': {"c1 1 p1", "c2- 1 p1", "c3= 2 p1", "c4 2 p2", "c5 1 p3-", "c6- 2 p3-", "c7 3 p5", "!c8= 3 p7-", "c9 1 p4="},
	'd': {"d1- 1 p1", "d2 2 p2", "d3 1 p3-", "!d4= 3 p5", "d5 3 p6", "d6- 1 p7-"},
	't': {"t1 1", "t2- 1", "t3 2", "!t4= 2"},
	'k': {
		"k1 0 p1 t1", "k2 0 p1 t2-", "k3- 0 p1 t3", "k4- 0 p2 t1", "k5 0 p2 t3", "k6 0 p3- t1", "!k7= 0 p5 t3",
		"k8 0 p5 t4=", "k9 0 p6 t1",
	},
	'l': {
		"l1- 0 p1 t1", "l2 0 p1 t2-", "l3 0 p1 t3", "l4 0 p2 t1", "!l5= 0 p2 t3", "l6- 0 p3- t1", "l7 0 p5 t3",
		"l8 0 p5 t4=",
	},
}

// readTables are the tables by the first letter of their rows' names.
var readTables = map[byte]string{
	'o': "read_owners", 'p': "read_posts", 'c': "read_comments", 'd': "read_details", 't': "read_tags",
	'k': "read_taggings", 'l': "read_labelings",
}

var readEarly = time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)

var readLate = time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)

var readNow = time.Date(2024, 4, 1, 12, 0, 0, 0, time.UTC)

// firstReadID keeps the keys of the rows apart from those that the database hands out.
const firstReadID = 1000

// readWorld is the rows of one kind in one database.
type readWorld struct {
	kind readKind
	db   *gorm.DB
}

// newReadWorld makes the tables and rows of a kind, those trashed by deletes and a few by hand.
func newReadWorld(t *testing.T, kind readKind, open testdb.Opener, change ...func(*gorm.Config)) *readWorld {
	t.Helper()
	config := testdb.Config()
	config.NamingStrategy = readNamer{}
	config.NowFunc = func() time.Time { return readNow }
	config.DisableForeignKeyConstraintWhenMigrating = true
	for _, c := range change {
		c(config)
	}
	w := &readWorld{kind: kind, db: open(t, config)}
	require.NoError(t, w.db.Use(softdelete.New(softdelete.Config{Models: []any{kind.one('l')}})))
	require.NoError(t, w.db.SetupJoinTable(kind.one('p'), "Tags", kind.one('k')))
	require.NoError(t, w.db.AutoMigrate(kind.one('l'))) // Before the posts: GORM would make one without a marker.
	require.NoError(t, w.db.AutoMigrate(kind.one('k')))
	require.NoError(t, w.db.AutoMigrate(kind.one('o'), kind.one('p'), kind.one('c'), kind.one('d'), kind.one('t')))
	for _, letter := range []byte("optcdkl") {
		w.plant(t, letter)
	}
	return w
}

func (w *readWorld) plant(t *testing.T, letter byte) {
	t.Helper()
	rows := reflect.New(reflect.SliceOf(w.kind.types[letter]))
	trash := map[time.Time][]uint{}
	byHand := map[time.Time][]uint{}
	for _, line := range readRows[letter] {
		parts := strings.Fields(strings.TrimPrefix(line, "!"))
		name := parts[0]
		row := reflect.New(w.kind.types[letter]).Elem()
		row.FieldByName("Base").FieldByName("ID").SetUint(uint64(readID(name)))
		row.FieldByName("Name").SetString(name)
		if score := row.FieldByName("Score"); score.IsValid() {
			n, err := strconv.Atoi(parts[1])
			require.NoError(t, err)
			score.SetInt(int64(n))
		}
		for _, link := range parts[2:] {
			setLink(row, link)
		}
		rows.Elem().Set(reflect.Append(rows.Elem(), row))
		into := trash
		if strings.HasPrefix(line, "!") {
			into = byHand
		}
		switch {
		case strings.HasSuffix(name, "-"):
			into[readEarly] = append(into[readEarly], readID(name))
		case strings.HasSuffix(name, "="):
			into[readLate] = append(into[readLate], readID(name))
		}
	}
	require.NoError(t, w.db.Create(rows.Interface()).Error)
	for at, actor := range map[time.Time]string{readEarly: "ana", readLate: "bob"} {
		if ids := trash[at]; len(ids) > 0 {
			tx := w.db.Session(&gorm.Session{
				NowFunc: func() time.Time { return at },
				Context: softdelete.WithActor(context.Background(), actor),
			})
			result := tx.Where("id IN ?", ids).Delete(w.kind.one(letter))
			require.NoError(t, result.Error)
			require.EqualValues(t, len(ids), result.RowsAffected)
		}
		if ids := byHand[at]; len(ids) > 0 {
			result := w.db.Table(readTables[letter]).Where("id IN ?", ids).Updates(w.kind.planted(at))
			require.NoError(t, result.Error)
			require.EqualValues(t, len(ids), result.RowsAffected)
		}
	}
}

// setLink sets the foreign key that leads to the row named link.
func setLink(row reflect.Value, link string) {
	switch link[0] {
	case 'o':
		id := readID(link)
		row.FieldByName("OwnerID").Set(reflect.ValueOf(&id))
	case 'p':
		row.FieldByName("PostID").SetUint(uint64(readID(link)))
	case 't':
		row.FieldByName("TagID").SetUint(uint64(readID(link)))
	}
}

// readID is the key of the row of that name.
func readID(name string) uint {
	n, _ := strconv.Atoi(strings.TrimRight(name[1:], "-="))
	return firstReadID + uint(n) //nolint:gosec // a small number
}

// readView is what a statement asks to see. trash lists, by model, what it shows of that: "" is live rows, "-" and "=" are
// rows trashed early and late, "*" is all. The key 0 is the statement's own model, which counts before its letter.
type readView struct {
	name     string
	scopes   func(k readKind) []func(*gorm.DB) *gorm.DB
	shows    map[byte]string
	unscoped bool
	fits     func(k readKind) bool
}

// shown tells if an element of an item is shown: root says if it is the statement's own model's.
func (v readView) shown(name string, root bool, fixed map[byte]string) bool {
	show, ok := fixed[name[0]]
	if !ok && root {
		show, ok = v.shows[0]
	}
	if !ok {
		show = v.shows[name[0]]
	}
	mark := name[len(name)-1:]
	if mark != "-" && mark != "=" {
		mark = ""
	}
	switch show {
	case "*":
		return true
	case "-=":
		return mark != ""
	default:
		return mark == show
	}
}

// readViews lists the visibilities.
func readViews() []readView {
	scopes := func(scopes ...handles.ReadScope) func(readKind) []handles.ReadScope {
		return func(readKind) []handles.ReadScope { return scopes }
	}
	in := func(scope func(...any) func(*gorm.DB) *gorm.DB, letters string, more ...handles.ReadScope) func(readKind) []handles.ReadScope {
		return func(k readKind) []handles.ReadScope {
			var models []any
			for _, letter := range []byte(letters) {
				models = append(models, k.one(letter))
			}
			return append(slices.Clone(more), scope(models...))
		}
	}
	root := func(show string) map[byte]string { return map[byte]string{0: show} }
	of := func(letters, show string) map[byte]string {
		shows := map[byte]string{}
		for _, letter := range []byte(letters) {
			shows[letter] = show
		}
		return shows
	}
	and := func(all ...map[byte]string) map[byte]string {
		shows := map[byte]string{}
		for _, one := range all {
			maps.Copy(shows, one)
		}
		return shows
	}
	timed := func(k readKind) bool { return k.timed }
	actor := func(k readKind) bool { return k.actor }
	with, only, without := softdelete.WithTrashed, softdelete.OnlyTrashed, softdelete.WithoutTrashed
	withIn, onlyIn := softdelete.WithTrashedIn, softdelete.OnlyTrashedIn
	return []readView{
		{name: "default", scopes: scopes()},
		{name: "WithTrashed", scopes: scopes(with), shows: root("*")},
		{name: "OnlyTrashed", scopes: scopes(only), shows: root("-=")},
		{name: "WithTrashed, WithoutTrashed", scopes: scopes(with, without), shows: root("")},
		{name: "OnlyTrashed, WithoutTrashed", scopes: scopes(only, without), shows: root("")},
		{name: "TrashedBefore, WithoutTrashed", scopes: scopes(softdelete.TrashedBefore(handles.ReadMiddle), without), shows: root("")},
		{name: "WithTrashedIn posts", scopes: in(withIn, "p"), shows: of("p", "*")},
		{name: "OnlyTrashedIn posts", scopes: in(onlyIn, "p"), shows: of("p", "-=")},
		{name: "WithTrashedIn posts, WithoutTrashed", scopes: in(withIn, "p", without), shows: and(of("p", "*"), root(""))},
		{name: "WithTrashedIn the others", scopes: in(withIn, "ocdt"), shows: of("ocdt", "*")},
		{name: "OnlyTrashedIn the others", scopes: in(onlyIn, "ocdt"), shows: of("ocdt", "-=")},
		{name: "WithTrashedIn join tables", scopes: in(withIn, "kl"), shows: of("kl", "*")},
		{name: "OnlyTrashedIn join tables", scopes: in(onlyIn, "kl"), shows: of("kl", "-=")},
		{name: "OnlyTrashed, WithTrashedIn all", scopes: in(withIn, "pocdtkl", only), shows: and(of("pocdtkl", "*"), root("-="))},
		{name: "WithTrashed, OnlyTrashedIn join tables", scopes: in(onlyIn, "kl", with), shows: and(of("kl", "-="), root("*"))},
		{
			name: "Unscoped", unscoped: true, shows: of("\x00pocdtkl", "*"),
			scopes: scopes(func(db *gorm.DB) *gorm.DB { return db.Unscoped() }),
		},
		{name: "TrashedBefore", scopes: scopes(softdelete.TrashedBefore(handles.ReadMiddle)), shows: root("-"), fits: timed},
		{name: "TrashedAfter", scopes: scopes(softdelete.TrashedAfter(handles.ReadMiddle)), shows: root("="), fits: timed},
		{
			name: "TrashedWithin", shows: root("="), fits: timed,
			scopes: scopes(softdelete.TrashedWithin(readNow.Sub(handles.ReadMiddle))),
		},
		{name: "TrashedBy", scopes: scopes(softdelete.TrashedBy("ana")), shows: root("-"), fits: actor},
		{
			name: "TrashedBy, WithTrashedIn the others", scopes: in(withIn, "ocdt", softdelete.TrashedBy("bob")),
			shows: and(of("ocdt", "*"), root("=")), fits: actor,
		},
	}
}
