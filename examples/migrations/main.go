// Migrations writes what softdelete adds to GORM's schema as migrations, without a
// database:
//
//	go run ./examples/migrations                                       # plain SQL
//	go run ./examples/migrations -format goose > 00002_softdelete.sql
//	go run ./examples/migrations -format golang-migrate -dir db/migrations -number 2
package main

import (
	"flag"
	"fmt"
	"os"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/migrations/files"
)

// Team and User are the models.
type (
	Team struct {
		ID   uint
		Name string `softdelete:"unique"`
		softdelete.Tracked
	}
	User struct {
		ID     uint
		Email  string `softdelete:"unique"`
		TeamID uint   `softdelete:"index"`
		Team   Team
		softdelete.Tracked
	}
)

func main() {
	if err := run(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	format := flag.String("format", "plain", "plain, goose or golang-migrate")
	dir := flag.String("dir", ".", "where golang-migrate's files go")
	number := flag.Int("number", 1, "the first of their numbers")
	flag.Parse()

	// Nothing connects: the handle is there for the dialect and for how names are made.
	db, err := gorm.Open(postgres.Open("host=nowhere"), &gorm.Config{DisableAutomaticPing: true})
	if err != nil {
		return err
	}
	models := []any{&Team{}, &User{}}
	if err := db.Use(softdelete.New(softdelete.Config{Models: models})); err != nil {
		return err
	}
	list, err := softdelete.DDL(db)
	if err != nil {
		return err
	}
	switch *format {
	case "plain":
		return files.Plain(os.Stdout, list)
	case "goose":
		return files.Goose(os.Stdout, list)
	case "golang-migrate":
		_, err := files.GolangMigrate(*dir, *number, "softdelete", list)
		return err
	}
	return fmt.Errorf("the format %q is unknown", *format)
}
