// Underurfave is a program made with urfave/cli that has the command among its own.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v3"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/examples/operator/shop"
	"github.com/gorm-softdelete/softdelete/trashcmd"
)

// docs
func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program
	root := &cli.Command{Name: "shop", Commands: []*cli.Command{trashCommand(shop.Open, shop.Models()...)}}
	if err := root.Run(ctx, os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// trashCommand is the command below urfave/cli's, which exits with its code. Its flags are its own.
func trashCommand(open func(context.Context) (*gorm.DB, error), models ...any) *cli.Command {
	return &cli.Command{
		Name:            "trash",
		Usage:           "look into the trash, bring rows back, empty it",
		ArgsUsage:       "COMMAND",
		SkipFlagParsing: true,
		HideHelp:        true,
		Action: func(ctx context.Context, cmd *cli.Command) error {
			ctx = trashcmd.WithName(ctx, cmd.FullName())
			streams := trashcmd.IO{In: cmd.Root().Reader, Out: cmd.Root().Writer, Err: cmd.Root().ErrWriter}
			if code := trashcmd.Run(ctx, cmd.Args().Slice(), streams, open, models...); code != 0 {
				return cli.Exit("", code)
			}
			return nil
		},
	}
}

// end
