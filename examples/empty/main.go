// Empty fills a SQLite file with a large trash and empties it: with a progress
// bar, and so that it can be stopped at any time and gone on with later.
//
//	go run . [-file empty.db] [-rows 200000] [-older-than 720h] [-batch 1000] [-pause 0] [-dry-run] [-resume]
//
// Ctrl-C stops it: the batch that it is at is undone, and those before stay done.
// Run it again with -resume to remove the rest. A second Ctrl-C, or a kill, ends
// the program at once, with the same result.
//
// The bar is github.com/schollz/progressbar/v3: one bar, without a goroutine of
// its own, that is set to a number. That is what EmptyOptions.Progress calls for.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/gorm-softdelete/softdelete"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // The second signal ends the program.
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case ctx.Err() != nil:
		os.Exit(130) // as a program that the signal ends
	default:
		fmt.Fprintln(os.Stderr, "empty:", err)
		os.Exit(1)
	}
}

// options is what the arguments ask for.
type options struct {
	file   string
	rows   int
	resume bool
	empty  softdelete.EmptyOptions
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("empty", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.file, "file", "empty.db", "the SQLite file, which is made anew")
	flags.IntVar(&o.rows, "rows", 200_000, "how many messages were trashed long ago, each with two attachments")
	flags.BoolVar(&o.resume, "resume", false, "go on with the file of a run that was stopped")
	flags.DurationVar(&o.empty.OlderThan, "older-than", 30*24*time.Hour, "how long trashed rows are kept")
	flags.IntVar(&o.empty.BatchSize, "batch", 1000, "rows in a transaction")
	flags.DurationVar(&o.empty.Pause, "pause", 0, "the time between two transactions")
	flags.BoolVar(&o.empty.DryRun, "dry-run", false, "only say what would be removed")
	return o, flags.Parse(args)
}

// run does it all. The bar goes to stderr, if that is a terminal.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	out := log.New(stdout, "", 0)
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	db, closeFile, err := open(o.file, o.resume)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeFile()) }()
	if !o.resume {
		out.Println("Filling", o.file)
		if err := fill(db.WithContext(ctx), o.rows); err != nil {
			return err
		}
	}
	trash, err := softdelete.OpenTrash(db)
	if err != nil {
		return err
	}
	if err := printStats(ctx, trash, out); err != nil {
		return err
	}
	progress := showProgress(stderr)
	o.empty.Progress = progress.show
	report, err := trash.Empty(ctx, o.empty)
	progress.end()
	printReport(report, err, out)
	return err
}

func printStats(ctx context.Context, trash *softdelete.Trash, out *log.Logger) error {
	stats, err := trash.Stats(ctx)
	if err != nil {
		return err
	}
	for _, stat := range stats {
		age := ""
		if !stat.Oldest.IsZero() {
			age = ", from " + stat.Oldest.Format(time.DateOnly) + " to " + stat.Newest.Format(time.DateOnly)
		}
		out.Printf("%-12s %8d in the trash%s", stat.Table, stat.Trashed, age)
	}
	return nil
}

// printReport prints what was done, also by a run that was stopped.
func printReport(report softdelete.EmptyReport, err error, out *log.Logger) {
	verb := "removed"
	if report.DryRun {
		verb = "would be removed"
	}
	for _, table := range slices.Sorted(maps.Keys(report.Rows)) {
		out.Printf("%-12s %8d %s", table, report.Rows[table], verb)
	}
	for _, failed := range report.Failed {
		out.Printf("%-12s %v stays: %v", failed.Table, failed.Key, failed.Err)
	}
	if errors.Is(err, context.Canceled) {
		out.Println("Stopped. Run it again with -resume for the rest.")
	}
}

// display shows how far an Empty has come.
type display struct {
	bar *progressbar.ProgressBar
	w   io.Writer
}

func showProgress(w io.Writer) display {
	file, isFile := w.(*os.File)
	return display{w: w, bar: progressbar.NewOptions64(1,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetVisibility(isFile && term.IsTerminal(int(file.Fd()))),
		progressbar.OptionSetRenderBlankState(false),
		progressbar.OptionSetItsString("rows"),
		progressbar.OptionShowIts(),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionFullWidth(),
		progressbar.OptionUseANSICodes(true),
	)}
}

// show is called after each batch. The total is an estimate, and can turn out too small. What the bar can't draw is no reason
// to stop.
func (d display) show(p softdelete.Progress) {
	if total := max(p.Total, p.Done); total > 0 {
		d.bar.ChangeMax64(total)
		d.bar.Describe(p.Table)
		_ = d.bar.Set64(p.Done)
	}
}

// end leaves the bar as it is.
func (d display) end() {
	if d.bar.IsStarted() {
		_ = d.bar.Exit()
		_, _ = fmt.Fprintln(d.w)
	}
}
