// Package models has the models that several themes share, and what makes their rows.
package models

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// AnAccount has a primary key, a unique column, and a composite unique index.
type AnAccount struct {
	ID        uint
	Email     *string `gorm:"size:191;uniqueIndex"`
	Tenant    string  `gorm:"size:191;uniqueIndex:tenant_name"`
	Name      *string `gorm:"size:191;uniqueIndex:tenant_name"`
	Level     int     `gorm:"default:3"`
	Score     int
	CreatedAt time.Time
	UpdatedAt time.Time
	softdelete.Tracked
	Ran []string `gorm:"-"`
}

func (a *AnAccount) BeforeCreate(*gorm.DB) error { a.Ran = append(a.Ran, "BeforeCreate"); return nil }

func (a *AnAccount) AfterCreate(*gorm.DB) error { a.Ran = append(a.Ran, "AfterCreate"); return nil }

func (a *AnAccount) BeforeUpdate(*gorm.DB) error { a.Ran = append(a.Ran, "BeforeUpdate"); return nil }

func (a *AnAccount) BeforeRestore(*gorm.DB) error { a.Ran = append(a.Ran, "BeforeRestore"); return nil }

// TheAccounts are made anew: ana and bob trashed, cyd live.
func TheAccounts(t *testing.T, db *gorm.DB) (ana, bob, cyd AnAccount) {
	t.Helper()
	require.NoError(t, db.Exec("DELETE FROM an_accounts").Error)
	long := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	accounts := []AnAccount{
		{Email: tables.Ptr("ana"), Tenant: "one", Name: tables.Ptr("a"), Level: 7, Score: 1, CreatedAt: long, UpdatedAt: long},
		{Email: tables.Ptr("bob"), Tenant: "one", Name: tables.Ptr("b"), Level: 7, Score: 2, CreatedAt: long, UpdatedAt: long},
		{Email: tables.Ptr("cyd"), Tenant: "one", Name: tables.Ptr("c"), Level: 7, Score: 3, CreatedAt: long, UpdatedAt: long},
	}
	require.NoError(t, db.Create(&accounts).Error)
	ctx := softdelete.WithActor(t.Context(), "before")
	require.NoError(t, db.WithContext(ctx).Where("email IN ?", []string{"ana", "bob"}).Delete(&AnAccount{}).Error)
	return accounts[0], accounts[1], accounts[2]
}
