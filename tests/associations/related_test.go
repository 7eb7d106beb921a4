package associations_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
)

// TestRelatedRowsComeBack is of what a delete by an association trashes: with a restore the owner has it again.
func TestRelatedRowsComeBack(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		plain, db := setUp(t, open)
		for name, row := range map[string]any{"Firm": &Firm{ID: 1}, "Card": &Card{ID: 1}, "Badge": &Badge{ID: 1}, "Pets": &[]Pet{{ID: 1}, {ID: 2}, {ID: 3}}, "Toys": &[]Toy{{ID: 1}, {ID: 2}}} {
			before := fill(t, plain)
			require.NoError(t, onFirst(t, db, clause.Association{Association: name, Type: clause.OpDelete}), name)
			require.NotEqual(t, before, stored(t, plain), name)
			require.Zero(t, db.Model(&Person{ID: 1, FirmID: ptr(uint(1))}).Association(name).Count(), name)
			require.NoError(t, softdelete.Restore(db, row).Error, name)
			require.Equal(t, before, stored(t, plain), name)
		}
	})
}

type wheel struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Hub       *hub
	HubID     *uint
	DeletedAt gorm.DeletedAt
}

func (wheel) TableName() string { return "wheels" }

type hub struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	DeletedAt gorm.DeletedAt
	Wheels    []wheel `softdelete:"restrict"`
}

func (hub) TableName() string { return "hubs" }

// TestRestrictedAssociation is of a relation that forbids the delete of what an owner belongs to.
func TestRestrictedAssociation(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{IgnoreConstraints: true})))
		require.NoError(t, db.AutoMigrate(&hub{}, &wheel{}))
		require.NoError(t, db.Create(&[]hub{{ID: 1}, {ID: 2}}).Error)
		require.NoError(t, db.Create(&[]wheel{{ID: 1, HubID: ptr(uint(1))}, {ID: 2, HubID: ptr(uint(2))}}).Error)
		drop := func(db *gorm.DB) error {
			_, err := gorm.G[wheel](db).Where("wheels.id = ?", 1).Set(clause.Association{Association: "Hub", Type: clause.OpDelete}).Update(t.Context())
			return err
		}
		trashed := func() (ids []uint) {
			require.NoError(t, db.Unscoped().Model(&hub{}).Where("deleted_at IS NOT NULL").Order("id").Pluck("id", &ids).Error)
			return ids
		}
		require.ErrorIs(t, drop(db), softdelete.ErrRestricted)
		require.Empty(t, trashed())
		require.NoError(t, db.Delete(&wheel{ID: 1}).Error)
		require.NoError(t, drop(db), "of a trashed owner nothing is deleted")
		require.Empty(t, trashed())
	})
}

type rider struct {
	ID     uint `gorm:"primaryKey;autoIncrement:false"`
	Bike   *bike
	BikeID uint `gorm:"not null"`
}

func (rider) TableName() string { return "riders" }

func (*rider) BeforeUpdate(*gorm.DB) error { return gorm.ErrInvalidData }

type bike struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	DeletedAt gorm.DeletedAt
}

func (bike) TableName() string { return "bikes" }

// TestForeignKeysStay is of owners whose foreign keys GORM would clear, whether a row was trashed or not.
func TestForeignKeysStay(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&bike{}, &rider{}))
		require.NoError(t, db.Create(&[]rider{{ID: 1, Bike: &bike{ID: 1}}, {ID: 2, BikeID: 1}}).Error)
		for _, name := range []string{"another", ""} {
			_, err := gorm.G[rider](db).Where("riders.id = ?", 1).Set(clause.Association{Association: "Bike", Type: clause.OpDelete, Conditions: []clause.Expression{named(name)}}).Update(t.Context())
			require.NoError(t, err, "no hook runs of an update that is not sent")
			var keys []uint
			require.NoError(t, db.Raw("SELECT bike_id FROM riders").Scan(&keys).Error)
			require.Equal(t, []uint{1, 1}, keys)
			require.Equal(t, name == "", db.First(&bike{}, 1).Error != nil, "it is trashed where the condition holds")
		}
	})
}

type tree struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	ParentID  *uint
	Parent    *tree
	Children  []tree `gorm:"foreignKey:ParentID"`
	Friends   []tree `gorm:"many2many:tree_friends"`
	DeletedAt gorm.DeletedAt
}

func (tree) TableName() string { return "trees" }

// TestRelationsToItself are of one table with itself.
func TestRelationsToItself(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		if database.IsMySQL(db) {
			t.Skip("MySQL reads no table in an update of itself, and refuses all of these")
		}
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&tree{}}})))
		require.NoError(t, db.AutoMigrate(&tree{}))
		one := ptr(uint(1))
		for _, c := range []struct {
			relation string
			op       clause.AssociationOpType
			trashed  []uint
			parents  []uint
			named    []uint
		}{
			{"Children", clause.OpDelete, []uint{2, 3}, []uint{1, 1}, nil},
			{"Children", clause.OpUnlink, []uint{3}, []uint{1}, nil},
			{"Children", clause.OpUpdate, []uint{3}, []uint{1, 1}, []uint{2}},
			{"Friends", clause.OpUpdate, []uint{3}, []uint{1, 1}, []uint{4}},
		} {
			require.NoError(t, db.Exec("DELETE FROM tree_friends").Error)
			require.NoError(t, db.Exec("DELETE FROM trees WHERE parent_id IS NOT NULL").Error)
			require.NoError(t, db.Exec("DELETE FROM trees").Error)
			require.NoError(t, db.Create(&[]tree{{ID: 1}, {ID: 2, ParentID: one}, {ID: 3, ParentID: one}, {ID: 4}}).Error)
			require.NoError(t, db.Exec("INSERT INTO tree_friends (tree_id, friend_id) VALUES (1, 3), (1, 4), (3, 2)").Error)
			require.NoError(t, db.Delete(&tree{ID: 3}).Error)
			set := []clause.Assignment{{Column: clause.Column{Name: "name"}, Value: "new"}}
			_, err := gorm.G[tree](db).Where("trees.id = ?", 1).Set(clause.Association{Association: c.relation, Type: c.op, Set: set}).Update(t.Context())
			require.NoError(t, err)
			ids := func(column, where string) (ids []uint) {
				require.NoError(t, db.Raw("SELECT "+column+" FROM trees WHERE "+where+" ORDER BY id").Scan(&ids).Error)
				return ids
			}
			require.Equal(t, c.trashed, ids("id", "deleted_at IS NOT NULL"), c.relation)
			require.Equal(t, c.parents, ids("parent_id", "parent_id IS NOT NULL"), c.relation)
			require.Equal(t, c.named, ids("id", "name = 'new'"), c.relation)
		}
	})
}

// TestKeysOfSeveralColumns are those of an owner and of what is linked to it.
func TestKeysOfSeveralColumns(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.SetupJoinTable(&ship{}, "Crews", &shipCrew{}))
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&ship{}, &crew{}, &shipCrew{}}})))
		require.NoError(t, db.AutoMigrate(&crew{}, &shipCrew{}, &ship{}, &cabin{}))
		require.NoError(t, db.Create(&[]ship{{Port: "a", No: 1, Cabins: []cabin{{ID: 1}, {ID: 2}}, Crews: []crew{{Port: "a", No: 1}, {Port: "b", No: 1}}}, {Port: "a", No: 2, Cabins: []cabin{{ID: 3}}}}).Error)
		require.NoError(t, db.Delete(&cabin{ID: 2}).Error)
		require.NoError(t, db.Where("crew_port = ?", "b").Delete(&shipCrew{}).Error)
		operate := func(name string, op clause.AssociationOpType) error {
			set := []clause.Assignment{{Column: clause.Column{Name: "name"}, Value: "new"}}
			_, err := gorm.G[ship](db).Where("port = ? AND no = ?", "a", 1).Set(clause.Association{Association: name, Type: op, Set: set}).Update(t.Context())
			return err
		}
		column := func(sql string) (values []string) {
			require.NoError(t, db.Raw(sql).Scan(&values).Error)
			return values
		}
		require.NoError(t, operate("Cabins", clause.OpUpdate))
		require.Equal(t, []string{"new", "", ""}, column("SELECT name FROM cabins ORDER BY id"))
		require.NoError(t, operate("Crews", clause.OpUpdate))
		require.Equal(t, []string{"new", ""}, column("SELECT name FROM crews ORDER BY port"))
		require.ErrorIs(t, operate("Crews", clause.OpUnlink), gorm.ErrMissingWhereClause)
		require.NoError(t, operate("Cabins", clause.OpDelete))
		require.Equal(t, []string{"1", "2"}, column("SELECT id FROM cabins WHERE deleted_at IS NOT NULL ORDER BY id"))
	})
}

type ship struct {
	Port      string  `gorm:"primaryKey;size:20"`
	No        uint    `gorm:"primaryKey;autoIncrement:false"`
	Cabins    []cabin `gorm:"foreignKey:ShipPort,ShipNo;references:Port,No"`
	Crews     []crew  `gorm:"many2many:ship_crews;joinForeignKey:ShipPort,ShipNo;joinReferences:CrewPort,CrewNo"`
	DeletedAt gorm.DeletedAt
}

func (ship) TableName() string { return "ships" }

type cabin struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	ShipPort  string `gorm:"size:20"`
	ShipNo    uint
	DeletedAt gorm.DeletedAt
}

func (cabin) TableName() string { return "cabins" }

type crew struct {
	Port      string `gorm:"primaryKey;size:20"`
	No        uint   `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	DeletedAt gorm.DeletedAt
}

func (crew) TableName() string { return "crews" }

type shipCrew struct {
	ShipPort  string `gorm:"primaryKey;size:20"`
	ShipNo    uint   `gorm:"primaryKey;autoIncrement:false"`
	CrewPort  string `gorm:"primaryKey;size:20"`
	CrewNo    uint   `gorm:"primaryKey;autoIncrement:false"`
	DeletedAt gorm.DeletedAt
}

func (shipCrew) TableName() string { return "ship_crews" }
