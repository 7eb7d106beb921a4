package main

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
	"github.com/gorm-softdelete/softdelete/bench/internal/report"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// measureExpect measures a delete that cascades, and its undo, held to a plan beside the same without, on each database. Making the
// plan is not in it.
func measureExpect(databases []string, rounds int) (report.Table, error) {
	t := report.Table{
		Title: fmt.Sprintf("Held to a plan and not, median of %d rounds", rounds),
		Head:  []string{"database", "case", "without, µs", "Expect, µs", "Expect : without"},
		Texts: 2,
	}
	var failures []error
	for _, database := range databases {
		err := harness.Within(func(tb testing.TB) error {
			tb.Helper()
			db := testdb.Open(tb, database)
			models := []any{&Root{}, &Child{}, &Grandchild{}}
			if err := errors.Join(db.Use(softdelete.New(softdelete.Config{Models: models})), softdelete.AutoMigrate(db, models...)); err != nil {
				return err
			}
			id := uint(0)
			for _, of := range []tree{{1, 0, 0}, {1, 10, 10}, {1, 100, 10}} {
				var took [2][2][]float64 // delete and undo; without and with
				for round := range rounds {
					fmt.Fprintf(os.Stderr, "expect: %s, %d rows, round %d of %d\n", database, of.rows(), round+1, rounds)
					for turn := range 2 {
						held := (round + turn) % 2
						id++
						deleted, undone, err := deleteAndUndo(db, id, of, held == 1)
						if err != nil {
							return err
						}
						took[0][held], took[1][held] = append(took[0][held], deleted), append(took[1][held], undone)
					}
				}
				for i, what := range []string{"delete", "undo"} {
					ratios := make([]float64, rounds)
					for round := range ratios {
						ratios[round] = took[i][1][round] / took[i][0][round]
					}
					t.Rows = append(t.Rows, []string{
						database, fmt.Sprintf("%s of %d rows", what, of.rows()), fmt.Sprintf("%.0f", report.Median(took[i][0])), fmt.Sprintf("%.0f", report.Median(took[i][1])), fmt.Sprintf("%.2f", report.Median(ratios)),
					})
				}
			}
			return nil
		})
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", database, err))
		}
	}
	return t, errors.Join(failures...)
}

// deleteAndUndo makes a tree, deletes it and undoes that. It returns how many microseconds each took.
func deleteAndUndo(db *gorm.DB, id uint, of tree, held bool) (deleted, undone float64, err error) {
	root := Root{ID: id, Name: "root", Children: make([]Child, of.children)}
	for i := range root.Children {
		root.Children[i] = Child{Name: "child", Grandchildren: make([]Grandchild, of.grandchildren)}
	}
	if err := db.Create(&root).Error; err != nil {
		return 0, 0, err
	}
	timed := func(preview func() (softdelete.Plan, error), run func(tx *gorm.DB) error) (float64, error) {
		tx := db
		plan, err := preview() // on both sides: it warms what the operation reads
		if err != nil {
			return 0, err
		}
		if held {
			tx = db.Scopes(softdelete.Expect(plan))
		}
		start := time.Now()
		err = run(tx)
		return float64(time.Since(start)) / 1000, err
	}
	var d softdelete.Deletion
	if deleted, err = timed(
		func() (softdelete.Plan, error) { return softdelete.Preview(db, softdelete.OpSoftDelete, &Root{ID: id}) },
		func(tx *gorm.DB) error { return tx.Scopes(softdelete.Into(&d)).Delete(&Root{ID: id}).Error },
	); err != nil {
		return 0, 0, err
	}
	undone, err = timed(
		func() (softdelete.Plan, error) { return softdelete.PreviewUndo(db, d.ID) },
		func(tx *gorm.DB) error {
			_, err := softdelete.Undo(tx, d.ID)
			return err
		},
	)
	return deleted, undone, err
}
