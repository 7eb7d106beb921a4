package associations_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

type Person struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	FirmID    *uint
	Firm      *Firm
	TownID    *uint
	Town      *Town
	Card      *Card
	Pets      []Pet
	Badge     *Badge   `gorm:"polymorphic:Owner"`
	Toys      []Toy    `gorm:"polymorphic:Owner"`
	Notes     []Note   `gorm:"polymorphic:Owner"`
	Roles     []Role   `gorm:"many2many:person_roles"`
	Skills    []Skill  `gorm:"many2many:person_skills"`
	Tongues   []Tongue `gorm:"many2many:person_tongues"`
	DeletedAt gorm.DeletedAt
}

// Shop owns rows by the same keys as Person.
type Shop struct {
	ID        uint   `gorm:"primaryKey;autoIncrement:false"`
	Badge     *Badge `gorm:"polymorphic:Owner"`
	Toys      []Toy  `gorm:"polymorphic:Owner"`
	Notes     []Note `gorm:"polymorphic:Owner"`
	DeletedAt gorm.DeletedAt
}

type Firm struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	DeletedAt gorm.DeletedAt
}

type Town struct {
	ID   uint `gorm:"primaryKey;autoIncrement:false"`
	Name string
}

type Card struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	PersonID  *uint
	DeletedAt gorm.DeletedAt
}

type Pet struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	PersonID  *uint
	DeletedAt gorm.DeletedAt
}

type Badge struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	OwnerID   *uint
	OwnerType *string
	DeletedAt gorm.DeletedAt
}

type Toy struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	OwnerID   *uint
	OwnerType *string
	DeletedAt gorm.DeletedAt
}

// Note has no marker.
type Note struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	OwnerID   *uint
	OwnerType *string
}

type Role struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	DeletedAt gorm.DeletedAt
}

type Skill struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	DeletedAt gorm.DeletedAt
}

type Tongue struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	DeletedAt gorm.DeletedAt
}

// PersonRole is set up with SetupJoinTable.
type PersonRole struct {
	PersonID  uint `gorm:"primaryKey;autoIncrement:false"`
	RoleID    uint `gorm:"primaryKey;autoIncrement:false"`
	DeletedAt gorm.DeletedAt
}

// PersonSkill is known by Config.Models only. The join table of Person.Tongues has no model, and no marker.
type PersonSkill struct {
	PersonID  uint `gorm:"primaryKey;autoIncrement:false"`
	SkillID   uint `gorm:"primaryKey;autoIncrement:false"`
	DeletedAt gorm.DeletedAt
}

var allModels = []any{
	&Firm{}, &Town{}, &Role{}, &Skill{}, &Tongue{}, &PersonRole{}, &PersonSkill{}, &Person{}, &Shop{}, &Card{}, &Pet{}, &Badge{}, &Toy{}, &Note{},
}

// makeTables makes the tables by a handle without the plugin.
func makeTables(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	settings := testdb.Config()
	settings.DisableForeignKeyConstraintWhenMigrating = true
	plain := open(t, settings)
	require.NoError(t, plain.SetupJoinTable(&Person{}, "Roles", &PersonRole{}))
	require.NoError(t, plain.SetupJoinTable(&Person{}, "Skills", &PersonSkill{}))
	require.NoError(t, plain.AutoMigrate(allModels...))
	return plain
}

// withPlugin opens a handle that has the plugin.
func withPlugin(t *testing.T, open testdb.Opener, models ...any) *gorm.DB {
	t.Helper()
	db := open(t)
	require.NoError(t, db.SetupJoinTable(&Person{}, "Roles", &PersonRole{}))
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models})))
	return db
}

func setUp(t *testing.T, open testdb.Opener) (plain, db *gorm.DB) {
	t.Helper()
	return makeTables(t, open), withPlugin(t, open, &Person{}, &Shop{}, &PersonSkill{})
}

func ptr[T any](v T) *T { return &v }
