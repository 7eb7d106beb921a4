package trashcmd

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete/internal/display"
)

// statementLog is the handle's logger during a run: stdout belongs to what was asked for. It
// says what the library warns of, and statements only if all are asked for: errors are told
// where they end the run.
type statementLog struct {
	to  *printer
	all bool
}

func (l *statementLog) LogMode(logger.LogLevel) logger.Interface { return l }

func (l *statementLog) Info(_ context.Context, format string, args ...any) {
	if l.all {
		l.line(format, args)
	}
}

func (l *statementLog) Warn(_ context.Context, format string, args ...any) { l.line(format, args) }

func (l *statementLog) Error(_ context.Context, format string, args ...any) {
	if l.all {
		l.line(format, args)
	}
}

func (l *statementLog) line(format string, args []any) {
	l.to.print(display.Lines(fmt.Sprintf(format, args...)) + "\n")
}

func (l *statementLog) Trace(_ context.Context, begin time.Time, statement func() (sql string, rows int64), err error) {
	if !l.all {
		return
	}
	sql, rows := statement()
	text := fmt.Sprintf("%.1f ms", float64(time.Since(begin).Microseconds())/1000)
	if rows >= 0 {
		text += fmt.Sprintf(", %d rows", rows)
	}
	if err != nil {
		text += ", " + err.Error()
	}
	l.to.print(display.Line(sql) + "  -- " + display.Line(text) + "\n")
}
