package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/bench/internal/harness"
	"github.com/gorm-softdelete/softdelete/bench/internal/report"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// A single delete, of one row by its key, is what an application does most: here the plugin stands beside GORM's own soft
// delete and beside bun's, each with its default settings, over the same driver.

// bunPost is Post for bun.
type bunPost struct {
	bun.BaseModel `bun:"table:posts"`

	ID        uint      `bun:",pk,autoincrement"`
	DeletedAt time.Time `bun:",soft_delete,nullzero"`
}

// deleter deletes a post, and fails unless it was there.
type deleter struct {
	name   string
	delete func(id uint) error
}

// measureSingle measures deletes of one row by each of the sides, which take turns.
func measureSingle(rounds int) (report.Table, error) {
	t := report.Table{
		Title: "A delete of one row by key, PostgreSQL",
		Head:  []string{"side", "µs/op", "to bun", "to GORM"},
		Texts: 1,
	}
	err := harness.Within(func(tb testing.TB) error {
		tb.Helper()
		sides, aside, err := openDeleters(tb)
		if err != nil {
			return err
		}
		took, err := deleteInTurns(sides, aside, rounds)
		if err != nil {
			return err
		}
		for i, side := range sides {
			t.Rows = append(t.Rows, []string{
				side.name, fmt.Sprintf("%.1f", report.Median(took[i])/1000), ratioOf(took[i], took[bunSide]), ratioOf(took[i], took[gormSide]),
			})
		}
		return nil
	})
	return t, err
}

// The places of the sides that others are compared with.
const (
	gormSide = 1
	bunSide  = 2
)

func openDeleters(tb testing.TB) ([]deleter, *gorm.DB, error) {
	tb.Helper()
	open := testdb.OpenerFor(tb, "postgres")
	on := sides{plain: open(tb), plugin: open(tb), aside: open(tb)}
	if err := on.setUp(); err != nil {
		return nil, nil, err
	}
	pool, err := open(tb).DB()
	if err != nil {
		return nil, nil, err
	}
	ending, cancel := context.WithCancel(context.Background())
	tb.Cleanup(cancel)
	byGORM := func(db *gorm.DB) func(uint) error {
		return func(id uint) error { return expect(db.Delete(&Post{}, id), 1) }
	}
	return []deleter{
		{"the plugin", byGORM(on.plugin)},
		{"GORM's own", byGORM(on.plain)},
		{"bun", byBun(bun.NewDB(pool, pgdialect.New()))},
		{"the plugin, a context that can end", byGORM(on.plugin.WithContext(ending))},
		{"the plugin, SkipDefaultTransaction", byGORM(on.plugin.Session(&gorm.Session{SkipDefaultTransaction: true}))},
		{"GORM's own, SkipDefaultTransaction", byGORM(on.plain.Session(&gorm.Session{SkipDefaultTransaction: true}))},
		{"SQL by hand", byHandOn(pool)},
	}, on.aside, nil
}

func byBun(db *bun.DB) func(uint) error {
	return func(id uint) error {
		result, err := db.NewDelete().Model(&bunPost{ID: id}).WherePK().Exec(context.Background())
		return expectRows(result, err)
	}
}

func byHandOn(pool *sql.DB) func(uint) error {
	return func(id uint) error {
		result, err := pool.Exec("UPDATE posts SET deleted_at = $1 WHERE id = $2 AND deleted_at IS NULL", time.Now(), id)
		return expectRows(result, err)
	}
}

func expectRows(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("%d rows, not 1: %w", n, err)
	}
	return nil
}

// deleteInTurns has each side delete as many rows in each round, and returns what one delete took of it, in nanoseconds.
func deleteInTurns(sides []deleter, aside *gorm.DB, rounds int) ([][]float64, error) {
	const each = 20
	took := make([][]float64, len(sides))
	for round := range rounds + 3 {
		if round%50 == 0 {
			fmt.Fprintf(os.Stderr, "single: round %d\n", round)
		}
		posts := make([]Post, each*len(sides))
		for i := range posts {
			posts[i] = newPost(scratch)
		}
		if err := aside.CreateInBatches(&posts, 100).Error; err != nil {
			return nil, err
		}
		for turn := range sides {
			i := (turn + round) % len(sides)
			start := time.Now()
			for _, post := range posts[i*each : (i+1)*each] {
				if err := sides[i].delete(post.ID); err != nil {
					return nil, fmt.Errorf("%s: %w", sides[i].name, err)
				}
			}
			if round >= 3 { // the first ones warm up
				took[i] = append(took[i], float64(time.Since(start))/each)
			}
		}
		if err := sweep(aside); err != nil {
			return nil, err
		}
	}
	return took, nil
}

// ratioOf is the median of the ratios of the rounds.
func ratioOf(side, to []float64) string {
	ratios := make([]float64, len(side))
	for i := range side {
		ratios[i] = side[i] / to[i]
	}
	return fmt.Sprintf("%.2f", report.Median(ratios))
}
