package neighbours_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func fromOf(c clause.Clause) clause.From {
	from, _ := c.Expression.(clause.From)
	return from
}

func selectOf(db *gorm.DB) clause.Select {
	s := clause.Select{Distinct: db.Statement.Distinct}
	for _, name := range db.Statement.Selects {
		s.Columns = append(s.Columns, clause.Column{Name: name, Raw: true})
	}
	return s
}

// Who builds the SQL out of the clauses that are on a statement has the filter too.
func TestOrderOfSQLBuiltByHand(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		fillOrder(t, open(t))
		for _, a := range []arrangement{{name: "before", before: byHand}, {name: "after", after: byHand}} {
			t.Run(a.name, func(t *testing.T) {
				db := arrange(t, open, a, false)
				some := []string{
					"Find", "Find with Or", "Find with Or in a string", "Find by keys", "First of a live one", "First of a trashed one",
					"Last", "Take", "Count", "Pluck", "Scan", "Rows", "Row", "Distinct", "FindInBatches", "FirstOrInit", "a flag",
					"OnlyTrashed", "WithTrashed", "WithoutTrashed", "TrashedBefore", "TrashedBy", "OnlyTrashed of rows", "WithTrashedIn",
					"Unscoped", "raw SQL", "generic Find", "the trash", "a subquery in WHERE", "an alias",
					"Association of many", "Preload", "Preload with a scope", "nested Preload", "Preload through a join table",
				}
				for range 2 {
					tried := 0
					for _, path := range slices.Concat(plainPaths(), joinPaths()) {
						if !slices.Contains(some, path.name) {
							continue
						}
						tried++
						got, err := path.read(db)
						require.NoError(t, err, path.name)
						require.Equal(t, path.want, got, path.name)
					}
					require.Equal(t, len(some), tried)
				}
			})
		}
	})
}

// The plugin leaves nothing of its own among the conditions that other callbacks see, so that what they make of these is theirs.
func TestOrderConditionsAreTheCallers(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		fillOrder(t, open(t))
		db := arrange(t, open, arrangement{}, false)
		var seen [][]clause.Expression
		see := func(db *gorm.DB) {
			where, _ := db.Statement.Clauses["WHERE"].Expression.(clause.Where)
			seen = append(seen, where.Exprs)
		}
		require.NoError(t, db.Callback().Query().Before("gorm:query").Register("see", see))
		require.NoError(t, db.Callback().Row().Before("gorm:row").Register("see", see))
		var posts []orderPost
		require.NoError(t, db.Find(&posts).Error)
		require.NoError(t, db.Model(&orderPost{}).Scan(&posts).Error)
		require.NoError(t, db.Scopes(softdelete.OnlyTrashed).Where(clause.Eq{Column: "id", Value: 2}).Find(&posts).Error)
		require.Len(t, seen, 3)
		require.Empty(t, seen[0])
		require.Empty(t, seen[1])
		require.Equal(t, []clause.Expression{clause.Eq{Column: "id", Value: 2}}, seen[2])
	})
}
