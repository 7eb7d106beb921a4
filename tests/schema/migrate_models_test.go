package schema_test

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
)

// A member of each kind of marker. The tables have the same columns beside it.
type (
	MemberColumns struct {
		ID     uint
		Tenant string  `gorm:"size:40" softdelete:"unique:members_login"`
		Login  string  `gorm:"size:40" softdelete:"unique:members_login"`
		Email  *string `softdelete:"unique"`
		TeamID int     `softdelete:"index"`
	}

	memberByTime struct {
		MemberColumns
		DeletedAt gorm.DeletedAt `gorm:"index"`
	}
	memberTracked struct {
		MemberColumns
		softdelete.Tracked
	}
	memberByZero struct {
		MemberColumns
		DeletedAt gorm.DeletedAt `gorm:"zeroValue:1970-01-02 00:00:01;default:'1970-01-02 00:00:01'"`
	}
	memberBySecond struct {
		MemberColumns
		DeletedAt soft_delete.DeletedAt
	}
	memberByMilli struct {
		MemberColumns
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:milli;column:removed_at"`
	}
	memberByNull struct {
		MemberColumns
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:nano;default:null"`
	}
	memberByPointer struct {
		MemberColumns
		DeletedAt *soft_delete.DeletedAt `gorm:"softDelete:nano"`
	}
	memberByFlag struct {
		MemberColumns
		softdelete.Flagged
	}
	memberByMixed struct {
		MemberColumns
		IsDeleted soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:RemovedAt"`
		RemovedAt *time.Time
	}
	memberByFlagPointer struct {
		MemberColumns
		Gone      *softdelete.Flag
		RemovedAt *time.Time `softdelete:"at"`
	}
)

func (memberByTime) TableName() string        { return "members" }
func (memberTracked) TableName() string       { return "members" }
func (memberByZero) TableName() string        { return "members" }
func (memberBySecond) TableName() string      { return "members" }
func (memberByMilli) TableName() string       { return "members" }
func (memberByNull) TableName() string        { return "members" }
func (memberByPointer) TableName() string     { return "members" }
func (memberByFlag) TableName() string        { return "members" }
func (memberByMixed) TableName() string       { return "members" }
func (memberByFlagPointer) TableName() string { return "members" }

// memberKind makes members of one kind.
type memberKind struct {
	model     any
	of        func(columns MemberColumns) any
	live      string // the condition of its indexes, as plainIndexes has it
	trashed   string
	time      []string // the columns of the index of trash, where indexes can be partial
	mysqlTime []string // and where they cannot
}

func memberKinds() map[string]memberKind {
	return map[string]memberKind{
		"gorm.DeletedAt": {
			&memberByTime{}, func(c MemberColumns) any { return &memberByTime{MemberColumns: c} },
			"deleted_at is null", "deleted_at is not null",
			[]string{"deleted_at", "id"},
			[]string{"deleted_at"},
		},
		"Tracked": {
			&memberTracked{}, func(c MemberColumns) any { return &memberTracked{MemberColumns: c} },
			"deleted_at is null", "deleted_at is not null",
			[]string{"deleted_at", "id"},
			[]string{"deleted_at"},
		},
		"zeroValue": {
			&memberByZero{}, func(c MemberColumns) any { return &memberByZero{MemberColumns: c} },
			"deleted_at = '1970-01-02 00:00:01'", "deleted_at <> '1970-01-02 00:00:01'",
			[]string{"deleted_at", "id"},
			[]string{"deleted_at"},
		},
		"seconds": {
			&memberBySecond{}, func(c MemberColumns) any { return &memberBySecond{MemberColumns: c} },
			"deleted_at = 0", "deleted_at <> 0",
			[]string{"deleted_at", "id"},
			[]string{"deleted_at"},
		},
		"milliseconds": {
			&memberByMilli{}, func(c MemberColumns) any { return &memberByMilli{MemberColumns: c} },
			"removed_at = 0", "removed_at <> 0",
			[]string{"removed_at", "id"},
			[]string{"removed_at"},
		},
		"null": {
			&memberByNull{}, func(c MemberColumns) any { return &memberByNull{MemberColumns: c} },
			"deleted_at is null", "deleted_at is not null",
			[]string{"deleted_at", "id"},
			[]string{"deleted_at"},
		},
		"pointer": {
			&memberByPointer{}, func(c MemberColumns) any { return &memberByPointer{MemberColumns: c} },
			"deleted_at is null or deleted_at = 0", "deleted_at <> 0",
			[]string{"deleted_at", "id"},
			[]string{"deleted_at"},
		},
		"Flag": {
			&memberByFlag{}, func(c MemberColumns) any { return &memberByFlag{MemberColumns: c} },
			"is_deleted = false", "is_deleted <> false",
			[]string{"id"},
			[]string{"is_deleted"},
		},
		"mixed": {
			&memberByMixed{}, func(c MemberColumns) any { return &memberByMixed{MemberColumns: c} },
			"is_deleted = 0", "is_deleted <> 0",
			[]string{"removed_at", "id"},
			[]string{"is_deleted", "removed_at"},
		},
		"*Flag": {
			&memberByFlagPointer{}, func(c MemberColumns) any { return &memberByFlagPointer{MemberColumns: c} },
			"gone is null or gone = false", "gone <> false",
			[]string{"removed_at", "id"},
			[]string{"gone", "removed_at"},
		},
	}
}
