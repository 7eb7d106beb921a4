package report

import "fmt"

// Multiple writes a value with as many digits as one cares for.
func Multiple(v float64) string {
	if v < 9.95 {
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.0f", v)
}
