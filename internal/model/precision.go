package model

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
)

// precision is what a column keeps of a time.
type precision struct {
	// Step is the smallest difference between two times that it can keep, zero if it
	// keeps none.
	Step time.Duration

	// zoneless: it keeps the digits that a time has where it is written, and gives
	// them back as UTC's.
	zoneless bool

	// zone is where the driver writes the digits of a date, nil for the time's own.
	zone func(time.Time) *time.Location
}

// Day is the step of a date.
const Day = 24 * time.Hour

// IsDate tells if the column keeps no more than the date.
func (p precision) IsDate() bool { return p.Step == Day }

// Floor is the latest time that the column can keep and that is not after t.
func (p precision) Floor(t time.Time) time.Time {
	if !p.IsDate() {
		return t.Truncate(p.Step)
	}
	if p.zone != nil {
		t = t.In(p.zone(t))
	}
	year, month, date := t.Date()
	return time.Date(year, month, date, 0, 0, 0, 0, t.Location())
}

// Next is the time after one that the column can keep.
func (p precision) Next(t time.Time) time.Time {
	if p.IsDate() {
		return t.AddDate(0, 0, 1)
	}
	return t.Add(p.Step)
}

// written is a time as it is sent to the column, which is to have nothing to round.
// A date is cut out by the database, in the zone that the driver writes in.
func (p precision) written(t time.Time) time.Time {
	if p.IsDate() {
		return t.Truncate(time.Second)
	}
	return p.Floor(t)
}

// read is what the column gives back of a time.
func (p precision) read(t time.Time) time.Time {
	t = p.Floor(t)
	if !p.zoneless {
		return t
	}
	return digitsIn(t, time.UTC)
}

// digitsIn is the time that has the digits of t in another zone.
func digitsIn(t time.Time, zone *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
}

// sameTime tells if two times that were read from columns are the same, or were when
// they were written.
func sameTime(a time.Time, of precision, b time.Time, with precision) bool {
	if of.zoneless == with.zoneless {
		return a.Equal(b)
	}
	if with.zoneless {
		a, b = b, a
	}
	return a.Equal(b) || digitsIn(a, time.Local).Equal(b)
}

// precisionOf is what the column keeps that the dialector makes of a field of times.
// Where that column holds no times, it says of which type it is.
func precisionOf(db *gorm.DB, d *dialect.Dialect, field *schema.Field) (p precision, misfit string) {
	if d.TextTime {
		return precision{Step: stepOf(textDigits(d, field))}, ""
	}
	kind := TypeOfColumn(db, field)
	p, ok := PrecisionOfType(d, kind)
	if !ok {
		return precision{}, kind
	}
	if p.IsDate() && !p.zoneless {
		p.zone = func(t time.Time) *time.Location { return writtenIn(db.Dialector, t) }
	}
	return p, ""
}

// TypeOfColumn is the type of a field's column, with all that is said beside. Of a
// copy, as MySQL's driver writes to the field.
func TypeOfColumn(db *gorm.DB, field *schema.Field) string {
	own := *field
	return db.Session(&gorm.Session{NewDB: true}).Migrator().FullDataTypeOf(&own).SQL
}

// textDigits is how many fractional digits of a second are written for a field to a
// database that keeps all that are: those that its tag says, or all.
func textDigits(d *dialect.Dialect, field *schema.Field) int {
	if digits, found := digitsOfType(string(field.DataType)); found {
		return min(digits, d.TimeDigits)
	}
	if field.Precision > 0 {
		return min(field.Precision, d.TimeDigits)
	}
	return d.TimeDigits
}

var (
	typeName   = regexp.MustCompile(`^[\s"` + "`" + `]*(\w+)`)
	typeDigits = regexp.MustCompile(`^\s*\w+\s*\(\s*(\d+)\s*\)`)
)

// notOfTime are the types of columns, their beginnings, that hold no time that can be
// read back as one.
var notOfTime = []string{"tinyint", "smallint", "mediumint", "int", "bigint", "serial", "bigserial", "numeric", "decimal", "float", "double", "real", "bool", "bit", "year"}

// PrecisionOfType reads off the text of a column's type what the column keeps, false
// if that is no time.
func PrecisionOfType(d *dialect.Dialect, kind string) (precision, bool) {
	kind = strings.ToLower(kind)
	match := typeName.FindStringSubmatch(kind)
	if match == nil {
		return precision{Step: stepOf(d.TimeDigits)}, true
	}
	name := match[1]
	digits, found := digitsOfType(kind)
	switch name {
	case "date":
		return precision{Step: Day, zoneless: d.ZonelessTime}, true
	case "timestamp", "timestamptz", "datetime":
		if !found {
			digits = d.BareTimeDigits
		}
		zoned := name == "timestamptz" || strings.Contains(kind, "with time zone")
		return precision{Step: stepOf(min(digits, maxTimeDigits)), zoneless: d.ZonelessTime && !zoned}, true
	case "time", "timetz":
		return precision{}, false // of a day
	}
	for _, beginning := range notOfTime {
		if strings.HasPrefix(name, beginning) {
			return precision{}, false
		}
	}
	return precision{Step: stepOf(d.TimeDigits)}, true
}

// maxTimeDigits is how many fractional digits of a second a time column has at most,
// where there is a most.
const maxTimeDigits = 6

// digitsOfType reads the number in parentheses of a type's text.
func digitsOfType(kind string) (digits int, found bool) {
	match := typeDigits.FindStringSubmatch(kind)
	if match == nil {
		return 0, false
	}
	digits, err := strconv.Atoi(match[1])
	return digits, err == nil
}

// stepOf is the smallest difference between two times of some fractional digits of
// a second.
func stepOf(digits int) time.Duration {
	step := time.Second
	for range min(digits, 9) {
		step /= 10
	}
	return step
}

// DigitsOfStep is how many fractional digits of a second times of a step have.
func DigitsOfStep(step time.Duration) (digits int) {
	for ; step > 0 && step < time.Second; step *= 10 {
		digits++
	}
	return digits
}

// writtenIn is the zone in which a driver writes the digits of a time. GORM tells it
// by what it logs.
func writtenIn(dialector gorm.Dialector, t time.Time) *time.Location {
	t = t.Truncate(time.Second)
	text := strings.Trim(dialector.Explain("?", t), `'"`)
	digits, err := time.ParseInLocation("2006-01-02 15:04:05", text, time.UTC)
	if err != nil {
		return t.Location()
	}
	apart := digits.Sub(t)
	if _, offset := t.Zone(); time.Duration(offset)*time.Second == apart {
		return t.Location()
	}
	return time.FixedZone("", int(apart/time.Second))
}
