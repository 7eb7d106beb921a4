package zoo_test

import (
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gorm-softdelete/softdelete"
)

// zooStamps compares what a delete wrote to its rows: one id, one reading of the clock, who and why.
type zooStamps struct {
	step   time.Duration // of a column of times
	report softdelete.Deletion
	root   *zooTable
	id     uuid.UUID
	times  []zooTime
}

// zooTime is a time as a column keeps it.
type zooTime struct {
	row  *zooRow
	at   time.Time
	step time.Duration
}

func (s *zooStamps) check(t *rapid.T, c *zooCall, row *zooRow, columns zooColumns) {
	mark := row.table.mark
	if mark.flag {
		require.Contains(t, []any{true, int64(1)}, columns[mark.column], "%s: the flag", row)
	}
	if mark.id != "" {
		id := zooID(t, columns[mark.id])
		if s.id == uuid.Nil {
			s.id = id
		}
		require.Equal(t, s.id, id, "%s: the id of the operation", row)
		if s.report.ID != uuid.Nil {
			require.Equal(t, s.report.ID, id, "%s: the id of the report", row)
		}
	}
	for column, value := range map[string]string{mark.by: c.actor, mark.reason: c.reason} {
		if column == "" {
			continue
		}
		if value == "" {
			require.Nil(t, columns[column], "%s: %s, of which nothing was said", row, column)
		} else {
			require.Equal(t, value, columns[column], "%s: %s", row, column)
		}
	}
	if clock := row.table.clock(); clock != "" {
		at, step := s.read(t, row.table, columns[clock])
		s.times = append(s.times, zooTime{row, at, step})
	}
}

func (s *zooStamps) read(t *rapid.T, table *zooTable, value any) (time.Time, time.Duration) {
	unit := table.mark.unit
	switch v := value.(type) {
	case time.Time:
		require.Zero(t, unit)
		return v, s.step
	case int64:
		require.NotZero(t, unit)
		return time.Unix(0, v*int64(unit)), unit
	default:
		require.Fail(t, "no time", "%s: %T %v", table.name, value, value)
		return time.Time{}, 0
	}
}

// agree compares the times of all rows: one reading, at the precision of each column.
func (s *zooStamps) agree(t *rapid.T) {
	var finest zooTime
	for _, at := range s.times {
		if finest.step == 0 || at.step < finest.step {
			finest = at
		}
	}
	for _, at := range s.times {
		require.Equal(t, finest.at.UTC().Truncate(at.step), at.at.UTC(), "%s and %s: the times of one operation", finest.row, at.row)
		if s.report.ID == uuid.Nil {
			continue
		}
		if at.row.table == s.root {
			require.True(t, at.at.Equal(s.report.At), "%s: At is %s, the column stores %s", at.row, s.report.At, at.at)
		} else {
			step := max(at.step, zooStep(s.report.At))
			require.True(t, at.at.Truncate(step).Equal(s.report.At.Truncate(step)), "%s: At is %s, the column stores %s", at.row, s.report.At, at.at)
		}
	}
}

// zooStep is the precision that a time seems to have.
func zooStep(at time.Time) time.Duration {
	for _, step := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if at.Truncate(step).Equal(at) {
			return step
		}
	}
	return time.Nanosecond
}

// zooID reads an id as any of the models keeps it.
func zooID(t *rapid.T, value any) uuid.UUID {
	text, ok := value.(string)
	require.True(t, ok, "%T is no id", value)
	if len(text) == 16 {
		return uuid.UUID([]byte(text))
	}
	id, err := uuid.Parse(text)
	require.NoError(t, err)
	return id
}
