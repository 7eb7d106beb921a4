// Package trashcmd is a command for the trash: what is in it, who put it there, back it
// comes, or goes for good. It is a program of a few lines, made where the models are:
//
//	package main
//
//	func main() { trashcmd.Main(shop.Open, shop.Models...) }
//
//	$ trash deletions --since 1d
//	$ trash preview undo 019ac8f2-…
//	$ trash undo 019ac8f2-… --expect 3b7c…
//
// # How do I make it?
//
// [Main] is the whole program. [Run] is the same with arguments and streams of your own:
// for tests, and below a larger command, of which [WithName] gives the name. See
// [docs/command.md] for all commands and flags.
//
// # Can it do harm?
//
// What writes only says what it would do, unless --yes is given, or a person at a
// terminal types the number of rows that it is about. What was shown is then what
// happens, or nothing.
//
// # What do scripts get?
//
// With --json there is one document on stdout, or one a line for lists. Tables fit the
// terminal; elsewhere nothing is cut, unless the environment has COLUMNS. Colours are
// for terminals, and NO_COLOR turns them off. The exit code is:
//
//   - 0 if it is done;
//   - 1 for findings, rows that stay, a preview of what is forbidden, or if it was
//     interrupted;
//   - 2 if the words made no sense or it was refused, and nothing was done;
//   - 3 if the database failed.
//
// [docs/command.md]: https://github.com/gorm-softdelete/softdelete/blob/main/docs/command.md
package trashcmd

import (
	"context"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// IO is what a command reads and writes. What is nil is empty, or goes nowhere. Only an
// [os.File] can be a terminal: what is asked at one, drawn and coloured is at no other.
type IO struct {
	In  io.Reader
	Out io.Writer // what was asked for, and nothing else
	Err io.Writer // errors, statements, progress
}

// Main runs the command of the program's arguments and exits:
//
//	trashcmd.Main(func(ctx context.Context) (*gorm.DB, error) { return shop.Open(ctx, os.Getenv("DSN")) }, shop.Models...)
//
// The handle that open returns has the plugin; it is asked for once the arguments make
// sense. Models are those that may be trashed, and those that [softdelete.Doctor] and
// migrate are to look after. Without any they are those that the plugin knows, as from
// [softdelete.Config].
//
// GORM's default logger, of a handle that is opened without one, writes to stderr from
// then on. The first SIGINT or SIGTERM ends the command in good order, a second one at
// once.
func Main(open func(context.Context) (*gorm.DB, error), models ...any) {
	// What GORM says while the handle is opened is no output of the command: by default it goes to stdout.
	logger.Default = &statementLog{to: &printer{to: os.Stderr}}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	code := Run(ctx, os.Args[1:], IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, open, models...)
	stop()
	os.Exit(code)
}

// Run runs the command of some arguments, without the program's name, and returns the exit
// code. It is Main for tests, and for a command of a larger program; what it says to type next
// begins with the program's name, or that of [WithName].
//
//	code := trashcmd.Run(trashcmd.WithName(ctx, "shop trash"), args, trashcmd.IO{os.Stdin, os.Stdout, os.Stderr}, open, models...)
//
// It ends in good order when ctx does. The handle stays open. It is safe for concurrent use.
// Have open give the handle a logger: what GORM's default one says of a database that cannot
// be opened stands on stdout.
func Run(ctx context.Context, args []string, streams IO, open func(context.Context) (*gorm.DB, error), models ...any) int {
	if ctx == nil {
		ctx = context.Background()
	}
	return run(ctx, args, streams, surroundings(ctx, streams), open, models)
}

type nameKey struct{}

// WithName says by what words the command is called, where that is not the program's name
// alone: under a command of cobra, say, "shop trash".
func WithName(ctx context.Context, name string) context.Context {
	if ctx == nil {
		ctx = context.Background()
	}
	return context.WithValue(ctx, nameKey{}, name)
}

// programName is how the command is called.
func programName(ctx context.Context) string {
	if name, ok := ctx.Value(nameKey{}).(string); ok && name != "" {
		return name
	}
	if len(os.Args) > 0 && os.Args[0] != "" {
		return filepath.Base(os.Args[0])
	}
	return "trash"
}
