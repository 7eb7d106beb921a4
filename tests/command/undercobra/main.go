// Undercobra is a program made with cobra that has the command among its own.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/examples/operator/shop"
	"github.com/gorm-softdelete/softdelete/trashcmd"
)

// docs
func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program
	root := &cobra.Command{Use: "shop", TraverseChildren: true}
	root.AddCommand(trashCommand(shop.Open, shop.Models()...))
	err := root.ExecuteContext(ctx)
	stop()
	var code exitCode
	switch {
	case errors.As(err, &code):
		os.Exit(int(code))
	case err != nil:
		os.Exit(1)
	}
}

// trashCommand is the command below cobra's. Its flags are its own; those of the root stand before it.
func trashCommand(open func(context.Context) (*gorm.DB, error), models ...any) *cobra.Command {
	return &cobra.Command{
		Use:                "trash COMMAND",
		Short:              "Look into the trash, bring rows back, empty it",
		DisableFlagParsing: true,
		SilenceErrors:      true,
		SilenceUsage:       true,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := trashcmd.WithName(cmd.Context(), cmd.CommandPath())
			streams := trashcmd.IO{In: cmd.InOrStdin(), Out: cmd.OutOrStdout(), Err: cmd.ErrOrStderr()}
			if code := trashcmd.Run(ctx, args, streams, open, models...); code != 0 {
				return exitCode(code)
			}
			return nil
		},
	}
}

// exitCode is what the program has to exit with. All has been said by then.
type exitCode int

func (c exitCode) Error() string { return "exit code " + strconv.Itoa(int(c)) }

// end
