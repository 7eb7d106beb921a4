package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// table is what docs/databases.md has of a run.
func table(results []*result) string {
	var b strings.Builder
	b.WriteString("| what | version | with | when | passed | failed | skipped |\n|---|---|---|---|---|---|---|\n")
	for _, r := range results {
		when := r.when.Format("2006-01-02")
		if r.lacks != nil {
			fmt.Fprintf(&b, "| `%s` | not run | | %s | | | |\n", r.name, when)
			continue
		}
		others := r.skipped[otherDatabase]
		skipped := 0
		for _, n := range r.skipped {
			skipped += n
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %d | %d | %d, and %d %s |\n", r.name, short(r.version), r.with(), when,
			r.passed, len(r.failures), skipped-others, others, otherDatabase)
	}
	for _, r := range results {
		if len(r.failures) > 0 {
			fmt.Fprintf(&b, "\nfailed on %s:\n", r.name)
			for _, failure := range r.failures {
				fmt.Fprintln(&b, "  "+failure)
			}
		}
	}
	return b.String()
}

// short leaves out which compiler made a server, and for which machine, and what a build by hand has in place of a release.
func short(version string) string {
	version, _, _ = strings.Cut(version, " on ")
	return strings.TrimSuffix(version, "-this-is-a-placeholder")
}

// with is what the library met the database by.
func (r *result) with() string {
	gorm := strings.Replace(r.gorm, gormModule+" v", "GORM ", 1)
	if r.driver == "" {
		return gorm
	}
	return "`" + strings.Replace(r.driver, " v", "` ", 1) + ", " + gorm
}

// reasons are why tests were skipped: by each the versions, with how many.
func reasons(results []*result) string {
	where := map[string][]string{}
	count := map[string]int{}
	for _, r := range results {
		for reason, n := range r.skipped {
			if reason != otherDatabase {
				where[reason] = append(where[reason], fmt.Sprintf("%s %d", r.name, n))
				count[reason] += n
			}
		}
	}
	if len(where) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| skipped because | on, how many |\n|---|---|\n")
	for _, reason := range slices.SortedFunc(maps.Keys(where), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	}) {
		fmt.Fprintf(&b, "| %s | %s |\n", strings.ReplaceAll(reason, "|", `\|`), strings.Join(where[reason], ", "))
	}
	return b.String()
}
