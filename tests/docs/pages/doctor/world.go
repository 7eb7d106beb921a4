//go:build docs

package doctor // of docs/doctor.md

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

// tables are those that remedies are about, as the findings have met them.
var tables = map[string][]string{
	"marker-column-missing (error)": {"CREATE TABLE beds (id bigint PRIMARY KEY)"},
	"marker-misfit (error)":         {"CREATE TABLE nurses (id bigint PRIMARY KEY, deleted_at timestamptz NOT NULL)"},
	"unique-holds-trash (error)": {
		"CREATE TABLE patients (id bigint PRIMARY KEY, number int, deleted_at timestamp NULL)", "CREATE UNIQUE INDEX idx_patients_number ON patients (number)",
		"CREATE TABLE shelves (id bigint PRIMARY KEY, label int, room int, deleted_at timestamp NULL, CONSTRAINT shelves_label_room_key UNIQUE (label, room))",
	},
	"cascade-inexact (warning)":      {"CREATE TABLE balls (id bigint PRIMARY KEY, deleted_at timestamptz(0))"},
	"marker-index-missing (warning)": {"CREATE TABLE rooms (id bigint PRIMARY KEY, deleted_at timestamptz)"},
	"index-holds-trash (warning from half of the rows on, otherwise info)": {
		"CREATE TABLE offices (id bigint PRIMARY KEY, street text, deleted_at timestamptz)", "CREATE INDEX idx_offices_street ON offices (street)",
		"CREATE TABLE apples (id bigint PRIMARY KEY, crate_id bigint, deleted_at timestamptz)",
	},
}

// World is what the blocks of the page run in: tables that GORM has made, or somebody's SQL.
var World = page.World{
	Bare: func(string) bool { return true },
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if err := db.Use(softdelete.New()); err != nil {
			return err
		}
		if statements, found := tables[section]; found {
			for _, sql := range statements {
				if err := db.Exec(sql).Error; err != nil {
					return err
				}
			}
			return nil
		}
		return db.AutoMigrate(&User{}, &Account{})
	},
	Databases: []string{"postgres"},
}
