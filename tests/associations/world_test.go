package associations_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

// row is a row of any of the tables, and tie one of a join table.
type (
	row struct {
		ID        int
		Name      string
		Owner     int    // of a person the firm
		Kind      string // of the owner
		Town      int
		IsTrashed bool
	}
	tie struct {
		Owner, Other int
		IsTrashed    bool
	}
)

// world is all that the tables have.
type world struct {
	Rows map[string][]row
	Ties map[string][]tie
}

func (w world) clone() world {
	c := world{maps.Clone(w.Rows), maps.Clone(w.Ties)}
	for name, rows := range c.Rows {
		c.Rows[name] = slices.Clone(rows)
	}
	for name, ties := range c.Ties {
		c.Ties[name] = slices.Clone(ties)
	}
	return c
}

// selects says how a table is read.
var selects = map[string]string{
	"people":  "name, coalesce(firm_id, 0) AS owner, coalesce(town_id, 0) AS town, deleted_at IS NOT NULL AS is_trashed",
	"firms":   "name, deleted_at IS NOT NULL AS is_trashed",
	"towns":   "name",
	"cards":   "name, coalesce(person_id, 0) AS owner, deleted_at IS NOT NULL AS is_trashed",
	"pets":    "name, coalesce(person_id, 0) AS owner, deleted_at IS NOT NULL AS is_trashed",
	"badges":  "name, coalesce(owner_id, 0) AS owner, coalesce(owner_type, '') AS kind, deleted_at IS NOT NULL AS is_trashed",
	"toys":    "name, coalesce(owner_id, 0) AS owner, coalesce(owner_type, '') AS kind, deleted_at IS NOT NULL AS is_trashed",
	"notes":   "name, coalesce(owner_id, 0) AS owner, coalesce(owner_type, '') AS kind",
	"roles":   "name, deleted_at IS NOT NULL AS is_trashed",
	"skills":  "name, deleted_at IS NOT NULL AS is_trashed",
	"tongues": "name, deleted_at IS NOT NULL AS is_trashed",
}

var joins = map[string]string{
	"person_roles":   "person_id AS owner, role_id AS other, deleted_at IS NOT NULL AS is_trashed",
	"person_skills":  "person_id AS owner, skill_id AS other, deleted_at IS NOT NULL AS is_trashed",
	"person_tongues": "person_id AS owner, tongue_id AS other",
}

// stored reads the world past GORM's models.
func stored(t *testing.T, plain *gorm.DB) world {
	t.Helper()
	w := world{map[string][]row{}, map[string][]tie{}}
	for table, columns := range selects {
		rows := []row{}
		require.NoError(t, plain.Raw("SELECT id, "+columns+" FROM "+table+" ORDER BY id").Scan(&rows).Error)
		w.Rows[table] = rows
	}
	for table, columns := range joins {
		ties := []tie{}
		require.NoError(t, plain.Raw("SELECT "+columns+" FROM "+table+" ORDER BY 1, 2").Scan(&ties).Error)
		w.Ties[table] = ties
	}
	return w
}

// fill makes the world anew: two people, each with rows of its own, roles, skills and tongues of which they share the first,
// and a shop with the key of the first person. Then it trashes something.
func fill(t *testing.T, plain *gorm.DB, trashes ...string) world {
	t.Helper()
	one, two, people, shops := ptr(uint(1)), ptr(uint(2)), ptr("people"), ptr("shops")
	require.NoError(t, plain.Transaction(func(tx *gorm.DB) error {
		for _, tables := range []map[string]string{selects, joins} {
			for table := range tables {
				require.NoError(t, tx.Exec("DELETE FROM "+table).Error)
			}
		}
		for _, rows := range []any{
			[]Firm{{ID: 1, Name: "a"}, {ID: 2, Name: "b"}},
			[]Town{{ID: 1, Name: "a"}, {ID: 2, Name: "b"}},
			[]Person{{ID: 1, FirmID: one, TownID: one}, {ID: 2, FirmID: two, TownID: two}},
			[]Card{{ID: 1, Name: "a", PersonID: one}, {ID: 2, Name: "a", PersonID: two}},
			[]Pet{{ID: 1, Name: "a", PersonID: one}, {ID: 2, Name: "b", PersonID: one}, {ID: 3, Name: "c", PersonID: one}, {ID: 4, Name: "b", PersonID: two}},
			[]Badge{{ID: 1, Name: "b", OwnerID: one, OwnerType: people}, {ID: 2, Name: "a", OwnerID: two, OwnerType: people}, {ID: 3, Name: "b", OwnerID: one, OwnerType: shops}},
			[]Toy{{ID: 1, Name: "a", OwnerID: one, OwnerType: people}, {ID: 2, Name: "b", OwnerID: one, OwnerType: people}, {ID: 3, Name: "b", OwnerID: two, OwnerType: people}, {ID: 4, Name: "a", OwnerID: one, OwnerType: shops}},
			[]Note{{ID: 1, Name: "a", OwnerID: one, OwnerType: people}, {ID: 2, Name: "b", OwnerID: one, OwnerType: people}, {ID: 3, Name: "b", OwnerID: two, OwnerType: people}, {ID: 4, Name: "a", OwnerID: one, OwnerType: shops}},
			[]Role{{ID: 1, Name: "a"}, {ID: 2, Name: "b"}, {ID: 3, Name: "b"}, {ID: 4, Name: "b"}, {ID: 5, Name: "a"}},
			[]Skill{{ID: 1, Name: "a"}, {ID: 2, Name: "b"}, {ID: 3, Name: "b"}, {ID: 4, Name: "b"}, {ID: 5, Name: "a"}},
			[]Tongue{{ID: 1, Name: "a"}, {ID: 2, Name: "b"}, {ID: 3, Name: "b"}, {ID: 4, Name: "b"}, {ID: 5, Name: "a"}},
		} {
			require.NoError(t, tx.Omit("Firm", "Town").Create(rows).Error)
		}
		for table, other := range map[string]string{"person_roles": "role_id", "person_skills": "skill_id", "person_tongues": "tongue_id"} {
			require.NoError(t, tx.Exec("INSERT INTO "+table+" (person_id, "+other+") VALUES (1, 1), (1, 2), (2, 1), (2, 3)").Error)
		}
		for _, trash := range trashes {
			require.NoError(t, tx.Exec("UPDATE "+trash).Error)
		}
		return nil
	}))
	return stored(t, plain)
}

// trashed are the statements that trash something of a relation, by what it is.
func trashed(r relation) map[string]string {
	const trash = " SET deleted_at = '2020-01-01 00:00:00' WHERE "
	list := map[string]string{
		"nothing":         "",
		"the owner":       "people" + trash + "id = 1",
		"the other owner": "people" + trash + "id = 2",
	}
	if !r.removes() {
		list["a related row"] = r.table + trash + "id = 1"
	}
	if r.join != "" && !r.bare {
		list["a link"] = r.join + trash + "person_id = 1 AND " + r.other() + " = 2"
		list["a shared link"] = r.join + trash + "person_id = 1 AND " + r.other() + " = 1"
	}
	return list
}
