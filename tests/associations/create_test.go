package associations_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
)

// made is a create of an association, and what it makes of the world if the owner is live.
type made struct {
	relation string
	trashes  string
	values   []any
	set      []clause.Assignment
	makes    func(world)
}

const gone = " SET deleted_at = '2020-01-01 00:00:00' WHERE "

func add(table string, one row) func(world) {
	return func(w world) { w.Rows[table] = append(w.Rows[table], one) }
}

func nothing(world) {}

func creates() map[string]made {
	return map[string]made{
		"has-many":      {relation: "Pets", values: []any{&Pet{ID: 9, Name: "new"}}, makes: add("pets", row{ID: 9, Name: "new", Owner: 1})},
		"has-many, set": {relation: "Pets", set: assigned("id", 9, "name", "new"), makes: add("pets", row{ID: 9, Name: "new", Owner: 1})},
		"has-many, of a trashed row": {
			relation: "Pets", trashes: "pets" + gone + "id = 4",
			values: []any{&Pet{ID: 4, Name: "new"}}, makes: nothing,
		},
		"polymorphic":      {relation: "Toys", values: []any{&Toy{ID: 9, Name: "new"}}, makes: add("toys", row{ID: 9, Name: "new", Owner: 1, Kind: "people"})},
		"polymorphic, set": {relation: "Toys", set: assigned("id", 9, "name", "new"), makes: add("toys", row{ID: 9, Name: "new", Owner: 1, Kind: "people"})},
		"polymorphic, of a trashed row": {
			relation: "Toys", trashes: "toys" + gone + "id = 3",
			values: []any{&Toy{ID: 3, Name: "new"}}, makes: nothing,
		},
		"has-one": {relation: "Card", values: []any{&Card{ID: 9, Name: "new"}}, makes: func(w world) {
			w.Rows["cards"][0].Owner = 0
			add("cards", row{ID: 9, Name: "new", Owner: 1})(w)
		}},
		"has-one, the one before is trashed": {
			relation: "Card", trashes: "cards" + gone + "id = 1",
			values: []any{&Card{ID: 9, Name: "new"}}, makes: add("cards", row{ID: 9, Name: "new", Owner: 1}),
		},
		"belongs-to": {relation: "Firm", values: []any{&Firm{ID: 9, Name: "new"}}, makes: func(w world) {
			w.Rows["people"][0].Owner = 9
			add("firms", row{ID: 9, Name: "new"})(w)
		}},
		"belongs-to, of a trashed row": {
			relation: "Firm", trashes: "firms" + gone + "id = 1",
			values: []any{&Firm{ID: 1, Name: "new"}}, makes: nothing,
		},
		"many-to-many": {relation: "Roles", values: []any{&Role{ID: 9, Name: "new"}}, makes: func(w world) {
			add("roles", row{ID: 9, Name: "new"})(w)
			w.link("person_roles", 9)
		}},
		"many-to-many, set": {relation: "Roles", set: assigned("id", 9, "name", "new"), makes: func(w world) {
			add("roles", row{ID: 9, Name: "new"})(w)
			w.link("person_roles", 9)
		}},
		"many-to-many, without a marker": {relation: "Tongues", values: []any{&Tongue{ID: 4, Name: "b"}}, makes: func(w world) {
			w.link("person_tongues", 4)
		}},
		"many-to-many, of a trashed row": {
			relation: "Roles", trashes: "roles" + gone + "id = 4",
			values: []any{&Role{ID: 4, Name: "new"}},
			makes:  func(w world) { w.link("person_roles", 4) },
		},
		"many-to-many, of a trashed link": {
			relation: "Roles", trashes: "person_roles" + gone + "role_id IN (2, 3)",
			values: []any{&Role{ID: 2, Name: "b"}},
			makes:  func(w world) { w.Ties["person_roles"][1].IsTrashed = false },
		},
		"many-to-many, of a trashed link of a registered model": {
			relation: "Skills", trashes: "person_skills" + gone + "skill_id IN (2, 3)",
			values: []any{&Skill{ID: 2, Name: "b"}},
			makes:  func(w world) { w.Ties["person_skills"][1].IsTrashed = false },
		},
	}
}

func assigned(pairs ...any) (set []clause.Assignment) {
	for i := 0; i < len(pairs); i += 2 {
		set = append(set, clause.Assignment{Column: clause.Column{Name: pairs[i].(string)}, Value: pairs[i+1]})
	}
	return set
}

// link adds a tie of the first person behind those that it has.
func (w world) link(join string, other int) {
	ties := append([]tie{}, w.Ties[join][:2]...)
	w.Ties[join] = append(append(ties, tie{Owner: 1, Other: other}), w.Ties[join][2:]...)
}

func TestCreateForOwners(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		plain, db := setUp(t, open)
		for name, c := range creates() {
			for kind, operate := range map[string]func(run func(*gorm.DB) error) error{
				"default": func(run func(*gorm.DB) error) error { return run(db) },
				"no transaction": func(run func(*gorm.DB) error) error {
					return run(db.Session(&gorm.Session{SkipDefaultTransaction: true}))
				},
				"the caller's": func(run func(*gorm.DB) error) error { return db.Transaction(run) },
			} {
				for _, trashedOwner := range []bool{false, true} {
					var trashes []string
					if c.trashes != "" {
						trashes = append(trashes, c.trashes)
					}
					if trashedOwner {
						trashes = append(trashes, "people"+gone+"id = 1")
					}
					want := fill(t, plain, trashes...).clone()
					if !trashedOwner {
						c.makes(want)
					}
					require.NoError(t, operate(func(tx *gorm.DB) error {
						op := clause.Association{Association: c.relation, Type: clause.OpCreate, Values: c.values, Set: c.set}
						_, err := gorm.G[Person](tx).Where("people.id = ?", 1).Set(op).Update(t.Context())
						return err
					}), "%s, %s", name, kind)
					require.Equal(t, want, stored(t, plain), "%s, %s, trashed owner: %t", name, kind, trashedOwner)
				}
			}
		}
	})
}
