// Package record keeps the statements that reach a database.
package record

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// DDLOf lists the statements by which run changes the schema.
func DDLOf(t *testing.T, db *gorm.DB, run func(db *gorm.DB) error) []string {
	t.Helper()
	var list []string
	log := &DDLLog{Interface: logger.Discard, Each: func(sql string) { list = append(list, sql) }}
	require.NoError(t, run(db.Session(&gorm.Session{Logger: log})))
	return list
}

// DDLLog is a logger that hears of the statements that change a schema.
type DDLLog struct {
	logger.Interface
	Each func(sql string)
}

func (l *DDLLog) LogMode(logger.LogLevel) logger.Interface { return l }

func (l *DDLLog) Trace(_ context.Context, _ time.Time, fc func() (string, int64), _ error) {
	sql, _ := fc()
	for _, word := range []string{"CREATE ", "DROP ", "ALTER ", "LOCK "} {
		if strings.HasPrefix(sql, word) {
			l.Each(sql)
		}
	}
}

// WritesOf lists the statements of run that are no mere questions.
func WritesOf(t *testing.T, db *gorm.DB, run func(db *gorm.DB) error) []string {
	t.Helper()
	var list []string
	log := &allLog{Interface: logger.Discard, each: func(sql string) {
		sql = strings.TrimSpace(sql)
		if !strings.HasPrefix(sql, "SELECT") && !strings.HasPrefix(sql, "PRAGMA") && !strings.HasPrefix(sql, "SAVEPOINT") && !strings.HasPrefix(sql, "RELEASE") {
			list = append(list, sql)
		}
	}}
	require.NoError(t, run(db.Session(&gorm.Session{Logger: log})))
	return list
}

type allLog struct {
	logger.Interface
	each func(sql string)
}

func (l *allLog) LogMode(logger.LogLevel) logger.Interface { return l }

func (l *allLog) Trace(_ context.Context, _ time.Time, fc func() (string, int64), _ error) {
	sql, _ := fc()
	l.each(sql)
}
