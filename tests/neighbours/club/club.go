// Package club is models and queries of which GORM CLI generates code.
package club

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

//go:generate go run gorm.io/cli/gorm@v0.2.4 gen -i . -o generated

// Member has a relation of each kind.
type Member struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	TeamID    *uint
	Team      *Team
	Locker    *Locker
	Bikes     []Bike
	Photos    []Photo `gorm:"polymorphic:Owner"`
	Skills    []Skill `gorm:"many2many:member_skills"`
	DeletedAt gorm.DeletedAt
}

// Team is what a member belongs to, and owns photos too.
type Team struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	Photos    []Photo `gorm:"polymorphic:Owner"`
	DeletedAt gorm.DeletedAt
}

// Locker is what a member has one of.
type Locker struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	MemberID  *uint
	DeletedAt gorm.DeletedAt
}

// Bike is what a member has many of.
type Bike struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	MemberID  *uint
	DeletedAt gorm.DeletedAt
}

// Photo is of a member or of a team.
type Photo struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	OwnerID   *uint
	OwnerType *string
	DeletedAt gorm.DeletedAt
}

// Skill is linked to members.
type Skill struct {
	ID        uint `gorm:"primaryKey;autoIncrement:false"`
	Name      string
	DeletedAt gorm.DeletedAt
}

// MemberSkill is the join table's model.
type MemberSkill struct {
	MemberID  uint `gorm:"primaryKey;autoIncrement:false"`
	SkillID   uint `gorm:"primaryKey;autoIncrement:false"`
	DeletedAt gorm.DeletedAt
}

// Query has SQL in its comments.
type Query[T any] interface {
	// SELECT * FROM @@table WHERE id = @id
	ByID(id uint) (T, error)

	// SELECT * FROM @@table WHERE id = @id AND @live
	LiveByID(id uint, live clause.Expression) (T, error)

	// UPDATE @@table SET name = @name WHERE id = @id
	Rename(id uint, name string) error

	// where("name = @first OR name = @second")
	Named(first, second string) ([]T, error)
}
