package neighbours_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type previewOwner struct {
	ID   uint
	Name string
	softdelete.Tracked
	Dogs []previewDog `gorm:"foreignKey:OwnerID" softdelete:"cascade"`
}

type previewDog struct {
	ID      uint
	OwnerID uint
	Owner   *previewOwner
	Name    string
	softdelete.Tracked
}

// A preview comes by the chain of rows, on which another plugin may build SQL early: it is the same plan.
func TestPreviewsWhereSQLIsBuiltEarly(t *testing.T) {
	t.Parallel()
	for _, first := range []bool{true, false} {
		t.Run(fmt.Sprint("used first: ", first), func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				plain, early := open(t), open(t)
				builds := func() error {
					return early.Callback().Row().Before("gorm:row").Register("early", func(db *gorm.DB) { callbacks.BuildQuerySQL(db) })
				}
				if first {
					require.NoError(t, builds())
				}
				for _, db := range []*gorm.DB{plain, early} {
					require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&previewOwner{}, &previewDog{}}})))
				}
				if !first {
					require.NoError(t, builds())
				}
				require.NoError(t, plain.AutoMigrate(&previewOwner{}, &previewDog{}))
				require.NoError(t, plain.Create(&[]previewOwner{
					{ID: 1, Name: "a", Dogs: []previewDog{{ID: 1, Name: "x"}, {ID: 2, Name: "y"}}},
					{ID: 2, Name: "b", Dogs: []previewDog{{ID: 3, Name: "x"}}},
				}).Error)
				require.NoError(t, plain.Delete(&previewOwner{}, 2).Error)
				for _, op := range []softdelete.Operation{softdelete.OpSoftDelete, softdelete.OpRestore, softdelete.OpPurge, softdelete.OpForceDelete} {
					for name, of := range map[string]func(db *gorm.DB) (softdelete.Plan, error){
						"a value": func(db *gorm.DB) (softdelete.Plan, error) { return softdelete.Preview(db, op, &previewOwner{ID: 2}) },
						"a slice": func(db *gorm.DB) (softdelete.Plan, error) {
							return softdelete.Preview(db, op, &[]previewOwner{{ID: 1}, {ID: 2}})
						},
						"conditions": func(db *gorm.DB) (softdelete.Plan, error) {
							return softdelete.Preview(db.Where("id = 1").Or("id = 2"), op, &previewOwner{})
						},
						"a limit": func(db *gorm.DB) (softdelete.Plan, error) {
							return softdelete.Preview(db.Where("name = ?", "x").Order("id").Limit(1), op, &previewDog{})
						},
						"a join": func(db *gorm.DB) (softdelete.Plan, error) {
							return softdelete.Preview(db.Joins("Owner").Where("preview_dogs.name = ?", "x"), op, &previewDog{})
						},
						"a key": func(db *gorm.DB) (softdelete.Plan, error) { return softdelete.Preview(db, op, &previewDog{}, 3) },
					} {
						want, wantErr := of(plain)
						got, err := of(early)
						require.Equal(t, wantErr, err, "%s %s", op, name)
						require.Equal(t, want, got, "%s %s", op, name)
						require.NoError(t, err, "%s %s", op, name)
					}
				}
			})
		})
	}
}
