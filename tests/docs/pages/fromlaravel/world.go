//go:build docs

// Package fromlaravel has the world of docs/from-laravel.md.
package fromlaravel

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/docs/page"
)

var (
	airline  Airline
	airlines []Airline
	flight   Flight
	flights  []Flight
	found    Flight
	gone     Flight
	maps     []map[string]any
)

// World is what the blocks of the page run in.
var World = page.World{
	Models: []any{&Airline{}, &Flight{}, &Pilot{}, &Photo{}},
	Config: func(section string) (config softdelete.Config) {
		if section == "Touch the parent" {
			config.Observers = []softdelete.Observer{touch}
		}
		return config
	},
	Bare: func(section string) bool { return section == "Set it up" },
	Seed: func(_ context.Context, db *gorm.DB, section string) error {
		if section == "Set it up" {
			return nil
		}
		airline, airlines, flight, flights, found, maps = Airline{}, nil, Flight{}, nil, Flight{}, nil
		err := db.Create(&Airline{Name: "Lufthansa", Flights: []Flight{{Number: "LH 1", Active: true}, {Number: "LH 2", Active: true}}}).Error
		if err != nil {
			return err
		}
		gone = Flight{AirlineID: 1, Number: "LH 3"}
		if section == "Your calls" || section == "restoreOrCreate" {
			if err := db.Create(&gone).Error; err != nil {
				return err
			}
			if err := db.Delete(&gone).Error; err != nil {
				return err
			}
		}
		if err := db.First(&airline, 1).Error; err != nil {
			return err
		}
		return db.First(&flight, 1).Error
	},
}
