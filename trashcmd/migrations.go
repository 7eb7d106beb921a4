package trashcmd

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/display"
)

// file is one of a migration.
type file struct{ name, text string }

// printMigration writes a migration for a tool: to stdout, or to files of a folder.
func (s *session) printMigration(list []softdelete.Statement) error {
	if s.flags.json && s.flags.dir == "" {
		return s.out.json(jsonMigration{Statements: statementsJSON(list)})
	}
	if len(list) == 0 {
		if s.flags.json {
			return s.out.json(jsonMigration{Statements: []jsonStatement{}})
		}
		if s.flags.dir == "" {
			s.out.print("-- nothing is to be done\n")
			return nil
		}
		s.statements(list)
		return nil
	}
	files, err := s.migrationFiles(list)
	if err != nil {
		return err
	}
	if s.flags.dir == "" {
		for _, f := range files {
			if len(files) > 1 {
				s.out.print("-- " + f.name + "\n")
			}
			s.out.print(f.text)
		}
		return nil
	}
	return s.writeFiles(files, list)
}

// migrationFiles are the files of the format that was asked for.
func (s *session) migrationFiles(list []softdelete.Statement) ([]file, error) {
	switch s.flags.format {
	case "goose":
		number, err := s.nextNumber("00001")
		if err != nil {
			return nil, err
		}
		return []file{{number(0) + "_softdelete.sql", goose(list)}}, nil
	case "golang-migrate":
		number, err := s.nextNumber("000001")
		if err != nil {
			return nil, err
		}
		return golangMigrate(list, number), nil
	}
	return []file{{"softdelete.sql", plainSQL(list)}}, nil
}

// writeFiles writes files into the folder, none of them over another.
func (s *session) writeFiles(files []file, list []softdelete.Statement) error {
	done := jsonMigration{Statements: statementsJSON(list)}
	if err := os.MkdirAll(s.flags.dir, 0o755); err != nil { //nolint:gosec // as migrations are
		return &problem{code: exitRefused, cause: err}
	}
	for _, f := range files {
		name := filepath.Join(s.flags.dir, f.name)
		if err := writeNew(name, f.text); err != nil {
			return &problem{code: exitRefused, cause: err}
		}
		if done.Files = append(done.Files, name); !s.flags.json {
			s.out.print(display.Line(name) + "\n")
		}
	}
	if s.flags.json {
		return s.out.json(done)
	}
	return nil
}

func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // as migrations are
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

var numbered = regexp.MustCompile(`^(\d+)_.*\.(sql|go)$`)

// nextNumber numbers files of the folder on, in the way that those are numbered which are
// there: from the greatest on, or from the clock.
func (s *session) nextNumber(first string) (func(i int) string, error) {
	greatest := ""
	if s.flags.dir != "" {
		entries, err := os.ReadDir(s.flags.dir)
		if err != nil && !os.IsNotExist(err) {
			return nil, &problem{code: exitRefused, cause: err}
		}
		for _, entry := range entries {
			if m := numbered.FindStringSubmatch(entry.Name()); m != nil && (len(m[1]) > len(greatest) || len(m[1]) == len(greatest) && m[1] > greatest) {
				greatest = m[1]
			}
		}
	}
	const clock = "20060102150405"
	start := first
	switch now := s.began.UTC().Format(clock); {
	case len(greatest) == len(clock) && now > greatest:
		start = now
	case greatest != "":
		n, err := strconv.ParseInt(greatest, 10, 64)
		if err != nil {
			return nil, usage("%s: the number %s is too large", s.flags.dir, greatest)
		}
		start = fmt.Sprintf("%0*d", len(greatest), n+1)
	}
	return func(i int) string {
		n, _ := strconv.ParseInt(start, 10, 64)
		return fmt.Sprintf("%0*d", len(start), n+int64(i))
	}, nil
}

// comment says in a line of SQL what a statement is for.
func comment(one softdelete.Statement) string {
	return "-- " + display.Line(one.Table+": "+one.Why) + "\n"
}

// plainSQL is a script.
func plainSQL(list []softdelete.Statement) string {
	var b strings.Builder
	for _, one := range list {
		_, _ = b.WriteString(comment(one) + one.Up + ";\n")
	}
	return b.String()
}

// goose is one migration of goose, with the way back. A statement that cannot be part of a
// transaction takes all of the file out of one.
func goose(list []softdelete.Statement) string {
	var b strings.Builder
	if slices.ContainsFunc(list, func(one softdelete.Statement) bool { return one.NoTransaction }) {
		_, _ = b.WriteString("-- +goose NO TRANSACTION\n")
	}
	statement := func(sql string) {
		if strings.Contains(sql, ";") { // a trigger has some of its own
			_, _ = b.WriteString("-- +goose StatementBegin\n" + sql + ";\n-- +goose StatementEnd\n")
			return
		}
		_, _ = b.WriteString(sql + ";\n")
	}
	_, _ = b.WriteString("-- +goose Up\n")
	for _, one := range list {
		_, _ = b.WriteString(comment(one))
		statement(one.Up)
	}
	_, _ = b.WriteString("\n-- +goose Down\n")
	for _, one := range slices.Backward(list) {
		if one.Down != "" {
			statement(one.Down)
		}
	}
	return b.String()
}

// golangMigrate are migrations of golang-migrate, which sends a file as a whole: what cannot
// be part of a transaction has one of its own.
func golangMigrate(list []softdelete.Statement, number func(int) string) (files []file) {
	for i, part := range parts(list) {
		var down strings.Builder
		for _, one := range slices.Backward(part) {
			if one.Down != "" {
				_, _ = down.WriteString(one.Down + ";\n")
			}
		}
		if down.Len() == 0 {
			_, _ = down.WriteString("SELECT 1;\n") // MySQL takes no empty file
		}
		name := number(i) + "_softdelete"
		files = append(files, file{name + ".up.sql", plainSQL(part)}, file{name + ".down.sql", down.String()})
	}
	return files
}

// parts cuts a list where a transaction has to end.
func parts(list []softdelete.Statement) (all [][]softdelete.Statement) {
	for i, one := range list {
		if i > 0 && !one.NoTransaction && !list[i-1].NoTransaction {
			all[len(all)-1] = append(all[len(all)-1], one)
			continue
		}
		all = append(all, []softdelete.Statement{one})
	}
	return all
}
