package page

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// Test runs the sections of a page in its world, one after the other: what they print is what goes to the standard output.
func Test(t *testing.T, world World, sections []Section) {
	t.Helper()
	for _, name := range testdb.Names() {
		if len(world.Databases) > 0 && !slices.Contains(world.Databases, name) {
			continue
		}
		for _, section := range sections {
			if section.Run == nil {
				continue
			}
			t.Run(name+"/"+section.Heading, func(t *testing.T) { world.test(t, section, name) })
		}
	}
}

// held says why the SQL of a block would be held against nothing, whatever databases the tests run on.
func (w World) held(block Block) error {
	for _, sent := range append([]Sent{{block.At, block.SQL}}, block.Sent...) {
		if sent.SQL == "" {
			continue
		}
		if len(statements(sent.SQL)) == 0 {
			return fmt.Errorf("%s: SQL without a statement", sent.At)
		}
		if of := databaseOf(sent.SQL); of != "" && len(w.Databases) > 0 && !slices.Contains(w.Databases, of) {
			return fmt.Errorf("%s: SQL of %s, on which the page is not run", sent.At, of)
		}
	}
	return nil
}

// home is the database on which SQL that names none is sent.
func (w World) home() string {
	if len(w.Databases) == 0 || slices.Contains(w.Databases, "sqlite") {
		return "sqlite"
	}
	return w.Databases[0]
}

func (w World) test(t *testing.T, section Section, database string) {
	t.Helper()
	for _, block := range section.Blocks {
		require.NoError(t, w.held(block))
	}
	log := &sentLog{}
	db := testdb.Open(t, database, &gorm.Config{Logger: log, TranslateError: true})
	require.NoError(t, log.watch(db))
	if w.Bare == nil || !w.Bare(section.Heading) {
		config := softdelete.Config{}
		if w.Config != nil {
			config = w.Config(section.Heading)
		}
		if config.Models == nil {
			config.Models = w.Models
		}
		require.NoError(t, db.Use(softdelete.New(config)), section.At)
		require.NoError(t, softdelete.AutoMigrate(db, w.Models...), section.At)
	}
	if w.Seed != nil {
		require.NoError(t, w.Seed(t.Context(), db, section.Heading), "the seed of %s", section.At)
	}
	require.NoError(t, log.record(db))
	t.Chdir(t.TempDir()) // files that a block makes
	run := &Run{t: t, section: section, db: db, log: log, database: database, home: w.home(), at: -1, done: -1}
	err := section.Run(t.Context(), db, run)
	run.end()
	require.NoError(t, err, "what a block of %s returned", section.At)
	require.Equal(t, len(section.Blocks)-1, run.at, "a block of %s returned before the last one was run", section.At)
	last := section.Blocks[run.at]
	require.True(t, last.Returns || run.done == run.at, "%s: it returned before its end", last.At)
}

// Run is one of a section.
type Run struct {
	t        *testing.T
	section  Section
	db       *gorm.DB
	log      *sentLog
	database string
	home     string
	// at and done are the blocks that have begun last, and ended last.
	at, done int

	stdout, pipe *os.File
	printed      chan string
}

// Block says that the next block begins.
func (r *Run) Block() {
	r.end()
	r.at++
	r.log.take()
	read, write, err := os.Pipe()
	require.NoError(r.t, err)
	r.stdout, r.pipe, r.printed = os.Stdout, write, make(chan string, 1)
	os.Stdout = write
	go func() {
		var b bytes.Buffer
		_, _ = io.Copy(&b, read)
		r.printed <- b.String()
	}()
}

// Done says that a block has come to its end.
func (r *Run) Done() { r.done = r.at }

// Err says that an error with which a block ends is one of which the block tells.
func (r *Run) Err(err error) {
	r.t.Helper()
	block := r.section.Blocks[r.at]
	require.True(r.t, err == nil || says(block.Go, err), "%s: an error, and the block does not say so: %v", block.At, err)
}

// SQL runs the block that begins, which is SQL.
func (r *Run) SQL() error {
	sql, ok := named(r.section.Blocks[r.at].SQL, r.database)
	if !ok {
		return nil
	}
	for _, statement := range statements(sql) {
		if err := r.db.Session(&gorm.Session{NewDB: true}).WithContext(context.Background()).Exec(statement).Error; err != nil {
			return fmt.Errorf("%s: %w", r.section.Blocks[r.at].At, err)
		}
	}
	return nil
}

// end holds what the block that ends has sent and printed against what stands behind it.
func (r *Run) end() {
	if r.pipe == nil {
		return
	}
	os.Stdout = r.stdout
	require.NoError(r.t, r.pipe.Close())
	r.pipe = nil
	printed, block := <-r.printed, r.section.Blocks[r.at]
	sent, failed := r.log.take()
	if block.Printed != "" {
		require.True(r.t, Like(block.Printed, printed), "%s printed\n%s\nand the docs say\n%s", block.At, printed, block.Printed)
	}
	for _, err := range failed {
		require.True(r.t, says(block.Go, err), "%s: a statement failed, and the block does not say so: %v", block.At, err)
	}
	for _, want := range block.Sent {
		sql, ok := named(want.SQL, r.database)
		if !ok || databaseOf(want.SQL) == "" && r.database != r.home {
			continue
		}
		rest := sent // of each block from the beginning on
		for _, statement := range statements(sql) {
			at := slices.IndexFunc(rest, func(sent string) bool { return Like(statement, sent) })
			require.GreaterOrEqual(r.t, at, 0, "%s: this was not sent, or not in this order:\n%s\n\nsent was\n%s", want.At, statement, brief(sent))
			rest = rest[at+1:]
		}
	}
}

// brief are statements without the ends of long ones.
func brief(sent []string) string {
	var b strings.Builder
	for _, statement := range sent {
		statement = strings.Join(strings.Fields(statement), " ")
		if runes := []rune(statement); len(runes) > 300 {
			statement = string(runes[:300]) + " …"
		}
		b.WriteString(statement + "\n")
	}
	return b.String()
}
