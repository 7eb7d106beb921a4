package migrator

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/catalogue"
	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Guard is the guard of a table: what refuses to delete its live rows.
type Guard struct {
	Model *model.Model
	Table string
	parts []GuardStep
}

// GuardStep is how a part of a guard is made, and taken off.
type GuardStep struct {
	Table         string
	Up, Down, Why string

	part  dialect.GuardPart // its texts are of this table
	on    string            // switches it on
	place string            // the schema of the table, with a dot, or nothing
	quote func(name string) string
}

// byName is what removes such a part that has another name.
func (s GuardStep) byName(name string) string {
	return strings.Replace(s.Down, s.quote(s.place+s.part.Name), s.quote(s.place+name), 1)
}

// GuardOf is the guard of a model's table, or of another by a name. What it is made of
// belongs into the table's schema, which is known if the name has it or the database was
// asked.
func GuardOf(db *gorm.DB, d *dialect.Dialect, m *model.Model, table, schema string) Guard {
	g := Guard{Model: m, Table: table}
	w := DDL{DB: db, Dialect: d}
	quote := func(name string) string { return w.Text(clause.Table{Name: name}) }
	last := session.LastPart(table)
	place, name := table[:len(table)-len(last)], guardName(last)
	if place == "" && schema != "" {
		place = schema + "."
	}
	live := w.Text(m.MarkerCondition(model.LiveOnly))
	if _, isTime := m.Marker.Live.(string); isTime {
		live = "true" // a time without a zone is another one in each session
	}
	fill := strings.NewReplacer(
		"{table}", quote(table),
		"{guard}", quote(place+name),
		"{live}", w.Text(&model.Filter{Model: m, Table: "old", Show: model.LiveOnly}),
		"{in live}", strings.ReplaceAll(literal(live), "%", "%%"),
		"{in key}", strings.ReplaceAll(literal(movedBy(w, m)), "%", "%%"),
		"{in message}", literal(dialect.GuardMessage(last)),
		"{in table}", last,
	)
	for _, part := range d.Guard.Parts {
		part.Name = strings.ReplaceAll(part.Name, "{guard}", name)
		part.Text = strings.ReplaceAll(part.Text, "{guard}", name) // as the catalogue has it
		part.Up, part.Down, part.Text, part.Why = fill.Replace(part.Up), fill.Replace(part.Down), fill.Replace(part.Text), fill.Replace(part.Why)
		about := table
		if part.Shared {
			about = part.Name
		}
		on := strings.NewReplacer("{table}", quote(table), "{name}", part.Name).Replace(d.Guard.On)
		g.parts = append(g.parts, GuardStep{Table: about, Up: part.Up, Down: part.Down, Why: part.Why, part: part, on: on, place: place, quote: quote})
	}
	return g
}

// movedBy is the condition of the row that another one has become in a partitioned table:
// it has the same key. A model without a key cannot tell.
func movedBy(w DDL, m *model.Model) string {
	var same []string
	for _, name := range model.PrimaryNames(m.Schema) {
		column := w.Text(clause.Column{Name: name})
		same = append(same, "moved."+column+" = $1."+column)
	}
	if len(same) == 0 {
		return "false"
	}
	return strings.Join(same, " AND ")
}

// literal is a text within the quotes of a literal, which may be one of a function's body.
func literal(text string) string { return strings.ReplaceAll(text, "'", "''") }

const guardPrefix = "softdelete_guard_"

// guardName is the name of what a table's guard is made of. Two long names of tables may
// begin alike.
func guardName(table string) string {
	name := guardPrefix + table
	if suffixed(name, "") == name {
		return name
	}
	sum := sha256.Sum256([]byte(table))
	return suffixed(name, "_"+hex.EncodeToString(sum[:4]))
}

// ErrNoTriggers is that a database has nothing to make a guard of.
var ErrNoTriggers = errors.New("the database (TiDB) has no triggers, and so nothing to guard a table with")

// Guarding makes and takes off the guards of tables.
type Guarding struct {
	DB      *gorm.DB
	Dialect *dialect.Dialect
	Guards  []Guard // in the order of their tables, in which locks are taken
}

// Steps are all that the guards are made of; what they share comes once, and first.
func (gs *Guarding) Steps() []GuardStep {
	var list []GuardStep
	for i, g := range gs.Guards {
		for _, step := range g.parts {
			if !step.part.Shared || i == 0 {
				list = append(list, step)
			}
		}
	}
	return list
}

// Is tells if two guards of a table are the same.
func (g *Guard) Is(other *Guard) bool {
	return slices.EqualFunc(g.parts, other.parts, func(a, b GuardStep) bool { return a.Up == b.Up })
}

// CheckMarkers finds tables that have no marker to guard by, of which a database may say
// nothing until the first row is to go.
func (gs *Guarding) CheckMarkers() error {
	names := make([]string, len(gs.Guards))
	for i, g := range gs.Guards {
		names[i] = g.Table
	}
	found, err := catalogue.Tables(gs.DB, gs.Dialect, names)
	if err != nil {
		return err
	}
	for _, g := range gs.Guards {
		marker := g.Model.Marker.Field.DBName
		if table := found[g.Table]; table != nil && !table.Has([]string{marker}) {
			return fmt.Errorf("softdelete: model %s: the table %s has no column %s, by which its guard would tell live rows: add it first, or let AutoMigrate do it",
				g.Model.Name(), g.Table, marker)
		}
	}
	return nil
}

// Install makes the guards that are not there, or not as they should be.
func (gs *Guarding) Install() error {
	return gs.whole(func(tx *gorm.DB, found catalogue.Guards) error {
		for i := range gs.Guards {
			g := gs.placed(i, found)
			lacks := Guarded(g, found, gs.Dialect, i == 0)
			if err := executeTexts(tx, slices.Concat(lacks.Lacks, lacks.Off)); err != nil {
				return fmt.Errorf("softdelete: model %s: guarding %s: %w", g.Model.Name(), g.Table, err)
			}
		}
		return nil
	})
}

// Remove takes the guards off, and what all guards share with the last of them.
func (gs *Guarding) Remove() error {
	return gs.whole(func(tx *gorm.DB, found catalogue.Guards) error {
		for i := range gs.Guards {
			g := gs.placed(i, found)
			if err := executeTexts(tx, g.removal(found)); err != nil {
				return fmt.Errorf("softdelete: model %s: taking the guard off %s: %w", g.Model.Name(), g.Table, err)
			}
		}
		return gs.removeShared(tx)
	})
}

// placed is a guard of which it is known where it belongs.
func (gs *Guarding) placed(i int, found catalogue.Guards) *Guard {
	g := gs.Guards[i]
	g = GuardOf(gs.DB, gs.Dialect, g.Model, g.Table, found.Places[g.Table])
	return &g
}

// removal lists the statements that take a guard off, as far as it is there.
func (g *Guard) removal(found catalogue.Guards) []string {
	if len(found.Parts[g.Table]) == 0 {
		return nil
	}
	list := g.strayed(found)
	for _, step := range slices.Backward(g.parts) {
		if !step.part.Shared {
			list = append(list, step.Down)
		}
	}
	return list
}

// removeShared removes what the guards of all tables share, if none is left.
func (gs *Guarding) removeShared(tx *gorm.DB) error {
	if gs.Dialect.Guard.OthersSQL == "" || tx.DryRun {
		return nil
	}
	var others int64
	if _, err := session.Query(tx, []any{&others}, func() {}, gs.Dialect.Guard.OthersSQL); err != nil || others > 0 {
		return err
	}
	for _, step := range gs.Steps() {
		if step.part.Shared {
			if _, err := session.Exec(tx, step.Down); err != nil {
				return err
			}
		}
	}
	return nil
}

// whole changes guards as a unit, where statements like these can be one: again, where
// another process has changed them between the look and the statement.
func (gs *Guarding) whole(change func(tx *gorm.DB, found catalogue.Guards) error) error {
	names := make([]string, len(gs.Guards))
	for i, g := range gs.Guards {
		names[i] = g.Table
	}
	_, inTransaction := gs.DB.Statement.ConnPool.(gorm.TxCommitter)
	for try := 1; ; try++ {
		found, err := catalogue.GuardsOf(gs.DB, gs.Dialect, names)
		if err != nil {
			return err
		}
		run := func(tx *gorm.DB) error { return change(tx, found) }
		if gs.Dialect.AlterIndexes {
			err = run(gs.DB)
		} else {
			err = session.AsUnit(gs.DB, run)
		}
		meanwhile := isOverlap(err) || dialect.HasText(err, "tuple concurrently", "pg_proc_proname_args_nsp_index", "pg_trigger_tgrelid_tgname_index")
		if err == nil || inTransaction || try == tries || !meanwhile {
			return err
		}
	}
}

// GuardState is what a table lacks of its guard.
type GuardState struct {
	Bare  bool     // there is nothing of a guard
	Wrong bool     // there is one, and not what it should be
	Lacks []string // the statements that make it so
	Off   []string // those that switch on what is off
}

// Guarded compares what a table has with its guard: with what it shares with others only
// where that is asked for.
func Guarded(g *Guard, found catalogue.Guards, d *dialect.Dialect, shared bool) GuardState {
	var s GuardState
	s.Bare = len(found.Parts[g.Table]) == 0
	for _, step := range g.parts {
		at := g.Table
		if step.part.Shared {
			if at = ""; !shared {
				continue
			}
		}
		have := found.Part(at, step.part.Kind, step.part.Name)
		switch {
		case have == nil || have.Name != step.part.Name:
			s.Lacks = append(s.Lacks, step.Up)
		case !isGuardPart(have, &step.part, g.Model):
			if !step.part.Replaces && !strings.Contains(found.Server, replacesTriggers) {
				s.Lacks = append(s.Lacks, step.Down)
			}
			s.Lacks = append(s.Lacks, step.Up)
		case have.Off:
			s.Off = append(s.Off, step.on)
		}
	}
	s.Lacks = append(s.Lacks, g.strayed(found)...)
	s.Wrong = !s.Bare && len(s.Lacks) > 0
	return s
}

// replacesTriggers is the server, of those that one dialect is for, that replaces a
// trigger by one statement, in which there is no moment without it.
const replacesTriggers = "MariaDB"

// isGuardPart tells if a part of a guard is what it should be, whatever the database
// makes of it when it prints it.
func isGuardPart(have *catalogue.GuardPart, want *dialect.GuardPart, m *model.Model) bool {
	if want.Text != "" && plainText(have.Text) != plainText(want.Text) {
		return false
	}
	if !want.Conditional {
		return true
	}
	live, rest, ends := strings.Cut(strings.NewReplacer("old.", "", "::text", "").Replace(have.Where), want.Unless)
	ends = ends && strings.Trim(rest, ")") == ""
	return ends && m.SameCondition(live, m.MarkerCondition(model.LiveOnly))
}

// plainText is the text of a part without quotes of names, and with single spaces.
func plainText(text string) string {
	return strings.Join(strings.Fields(strings.NewReplacer(`"`, "", "`", "").Replace(text)), " ")
}

// strayed lists the statements that remove triggers of a guard which the table had by
// another name: it was renamed since.
func (g *Guard) strayed(found catalogue.Guards) []string {
	var list []string
	for _, have := range found.Parts[g.Table] {
		for _, step := range g.parts {
			if step.part.Kind == have.Kind && !step.part.Replaces && step.part.Name != have.Name {
				list = append(list, step.byName(have.Name))
			}
		}
	}
	return list
}

func executeTexts(db *gorm.DB, statements []string) error {
	for _, sql := range statements {
		if _, err := session.Exec(db, sql); err != nil {
			return err
		}
	}
	return nil
}
