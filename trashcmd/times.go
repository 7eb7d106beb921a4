package trashcmd

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gorm-softdelete/softdelete/internal/display"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
)

var decimal = regexp.MustCompile(`^\d+(\.\d+)?$`)

// parseDuration reads a duration as Go writes it, also in days and weeks: 2w, 1d12h, 90m.
func parseDuration(text string) (time.Duration, error) {
	wrong := usage("%q is no duration: write 30d, 2w, 36h or 90m", display.Line(text))
	rest, total, last := text, time.Duration(0), time.Duration(math.MaxInt64)
	for _, unit := range []struct {
		letter string
		is     time.Duration
	}{{"w", week}, {"d", day}} {
		number, behind, found := strings.Cut(rest, unit.letter)
		if !found || unit.is > last {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || !decimal.MatchString(number) || n*float64(unit.is) >= float64(math.MaxInt64-total) {
			return 0, wrong
		}
		total, rest = total+time.Duration(n*float64(unit.is)), behind
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 || d > math.MaxInt64-total {
			return 0, wrong
		}
		total += d
	}
	if text == "" {
		return 0, wrong
	}
	return total, nil
}

// parseAge reads a duration that is more than none.
func parseAge(text string) (time.Duration, error) {
	d, err := parseDuration(text)
	if err == nil && d == 0 {
		err = usage("it has to be more than %s", display.Line(text))
	}
	return d, err
}

// parseWhen reads a moment: as in RFC 3339, a date or a time of the reader's zone, or how
// long ago.
func parseWhen(text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		// Years of other than four digits are no time to some databases.
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil && t.UTC().Year() > 0 && t.UTC().Year() < 10000 {
			return t, nil
		}
	}
	if d, err := parseDuration(text); err == nil {
		return now.Add(-d), nil
	}
	return time.Time{}, usage("%q is no time: write 2026-01-31, 2026-01-31T15:04:05Z or how long ago, as 3d", display.Line(text))
}

// ago says how far a moment is from now, in one unit.
func ago(t, now time.Time) string {
	d := now.Sub(t).Round(time.Second)
	switch {
	case t.IsZero():
		return ""
	case d < -time.Minute:
		return "in " + rough(-d)
	case d < 10*time.Second:
		return "just now"
	}
	return rough(d) + " ago"
}

// rough is a duration in its largest unit.
func rough(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 2*day:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d < 100*day:
		return fmt.Sprintf("%d d", d/day)
	case d < 730*day:
		return fmt.Sprintf("%d months", d/(365*day/12))
	}
	return fmt.Sprintf("%d years", d/(365*day))
}

// stamp writes a moment for people, in their zone.
func (e *environment) stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(e.zone).Format("2006-01-02 15:04")
}

// stampAgo is stamp, and how far that is from now.
func (e *environment) stampAgo(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return e.stamp(t) + " (" + ago(t, e.now()) + ")"
}

// writeAge writes a duration as it can be typed.
func writeAge(d time.Duration) string {
	days := d / day
	if rest := d % day; rest != 0 || days == 0 {
		text := rest.String()
		if strings.HasSuffix(text, "m0s") {
			text = text[:len(text)-2]
		}
		if strings.HasSuffix(text, "h0m") {
			text = text[:len(text)-2]
		}
		if days == 0 {
			return text
		}
		return fmt.Sprintf("%dd%s", days, text)
	}
	return fmt.Sprintf("%dd", days)
}
