package report

import (
	"fmt"
	"slices"
	"time"
)

// Median sorts the values and returns the middle one.
func Median(values []float64) float64 {
	slices.Sort(values)
	half := len(values) / 2
	if len(values)%2 == 1 {
		return values[half]
	}
	return (values[half-1] + values[half]) / 2
}

// Ratio is the median of the ratios of the rounds.
func Ratio(of, to []time.Duration) float64 {
	ratios := make([]float64, len(of))
	for i := range of {
		ratios[i] = float64(of[i]) / float64(to[i])
	}
	return Median(ratios)
}

// Microseconds is the median of times.
func Microseconds(times []time.Duration) string {
	values := make([]float64, len(times))
	for i, t := range times {
		values[i] = float64(t) / float64(time.Microsecond)
	}
	return fmt.Sprintf("%.0f", Median(values))
}
