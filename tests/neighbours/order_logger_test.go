package neighbours_test

import (
	"context"
	"sync"
	"time"

	"gorm.io/gorm/logger"
)

// traced keeps the SQL that is logged.
type traced struct {
	mu  sync.Mutex
	sql []string
}

func (l *traced) LogMode(logger.LogLevel) logger.Interface    { return l }
func (*traced) Info(context.Context, string, ...interface{})  {}
func (*traced) Warn(context.Context, string, ...interface{})  {}
func (*traced) Error(context.Context, string, ...interface{}) {}

func (l *traced) Trace(_ context.Context, _ time.Time, statement func() (string, int64), _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sql, _ := statement()
	l.sql = append(l.sql, sql)
}
