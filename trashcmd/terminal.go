package trashcmd

import (
	"context"
	"os"
	"strconv"
	"time"
)

// environment is what a run has around it that its arguments do not say. Tests have one of
// their own.
type environment struct {
	name  string
	now   func() time.Time
	zone  *time.Location
	width int // of the output, 0 for any

	colour  bool // of Out
	asks    bool // if somebody sits there who can be asked, and sees what it is about
	draws   bool // if Err is a terminal, for progress
	errWide int
}

// surroundings looks at the streams. They are terminals if the system says so: that takes a
// few lines for each, and no other module.
func surroundings(ctx context.Context, streams IO) environment {
	e := environment{name: programName(ctx), now: time.Now, zone: time.Local}
	outWidth, out := terminalOf(streams.Out)
	_, in := terminalOf(streams.In)
	e.errWide, e.draws = terminalOf(streams.Err)
	e.asks = in && out
	plain := os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"
	e.colour = out && !plain && canColour(streams.Out)
	e.draws = e.draws && os.Getenv("TERM") != "dumb"
	e.width = outWidth
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 && outWidth == 0 {
		e.width = n
	}
	if out && e.width == 0 {
		e.width = 80
	}
	if e.errWide == 0 {
		e.errWide = 80
	}
	return e
}

// terminalOf tells if a stream is a terminal, and how wide that is, 0 if it does not say.
func terminalOf(stream any) (width int, is bool) {
	atDescriptor(stream, func(fd uintptr) { width, is = terminalSize(fd) })
	return width, is
}

func canColour(stream any) (can bool) {
	atDescriptor(stream, func(fd uintptr) { can = coloursAt(fd) })
	return can
}

// atDescriptor asks for a file's descriptor and leaves the file as it is: Fd would have it
// block.
func atDescriptor(stream any, do func(fd uintptr)) {
	file, ok := stream.(*os.File)
	if !ok || file == nil {
		return
	}
	if raw, err := file.SyscallConn(); err == nil {
		_ = raw.Control(do)
	}
}
