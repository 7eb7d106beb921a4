// Package files writes statements of softdelete as migrations of a tool: plain SQL, goose,
// golang-migrate.
package files

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gorm-softdelete/softdelete"
)

// Plain writes the statements as a script.
func Plain(w io.Writer, list []softdelete.Statement) error {
	var text strings.Builder
	for _, s := range list {
		_, _ = fmt.Fprintf(&text, "-- %s: %s\n%s;\n", s.Table, s.Why, s.Up)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// Goose writes them as one migration of goose, with the way back. A statement that cannot
// be part of a transaction takes all of the file out of one.
func Goose(w io.Writer, list []softdelete.Statement) error {
	var text strings.Builder
	if slices.ContainsFunc(list, func(s softdelete.Statement) bool { return s.NoTransaction }) {
		_, _ = text.WriteString("-- +goose NO TRANSACTION\n")
	}
	statement := func(sql string) {
		if strings.Contains(sql, ";") { // a trigger has some of its own
			sql = "-- +goose StatementBegin\n" + sql + ";\n-- +goose StatementEnd"
		} else {
			sql += ";"
		}
		_, _ = text.WriteString(sql + "\n")
	}
	_, _ = text.WriteString("-- +goose Up\n")
	for _, s := range list {
		_, _ = fmt.Fprintf(&text, "-- %s: %s\n", s.Table, s.Why)
		statement(s.Up)
	}
	_, _ = text.WriteString("\n-- +goose Down\n")
	for _, s := range slices.Backward(list) {
		if s.Down != "" {
			statement(s.Down)
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// GolangMigrate writes them as migrations of golang-migrate, NNNNNN_name.up.sql and
// .down.sql, from a number on. It sends a file as a whole: what cannot be part of a
// transaction has one of its own. It returns the next number.
func GolangMigrate(dir string, number int, name string, list []softdelete.Statement) (next int, err error) {
	for _, part := range parts(list) {
		var up, down strings.Builder
		for _, s := range part {
			_, _ = fmt.Fprintf(&up, "-- %s: %s\n%s;\n", s.Table, s.Why, s.Up)
		}
		for _, s := range slices.Backward(part) {
			if s.Down != "" {
				_, _ = fmt.Fprintf(&down, "%s;\n", s.Down)
			}
		}
		if down.Len() == 0 {
			_, _ = down.WriteString("SELECT 1;\n") // MySQL takes no empty file
		}
		file := filepath.Join(dir, fmt.Sprintf("%06d_%s", number, name))
		for end, text := range map[string]string{".up.sql": up.String(), ".down.sql": down.String()} {
			if err := os.WriteFile(file+end, []byte(text), 0o600); err != nil {
				return number, err
			}
		}
		number++
	}
	return number, nil
}

// parts cuts a list where a transaction has to end.
func parts(list []softdelete.Statement) [][]softdelete.Statement {
	var all [][]softdelete.Statement
	for i, s := range list {
		if i > 0 && !s.NoTransaction && !list[i-1].NoTransaction {
			all[len(all)-1] = append(all[len(all)-1], s)
			continue
		}
		all = append(all, []softdelete.Statement{s})
	}
	return all
}
