// Package page runs what stands in a page of the docs: each section on a fresh database.
package page

import (
	"context"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// World is what the blocks of a page run in.
type World struct {
	// Models are migrated by softdelete.AutoMigrate before each section, and named to the plugin if Config names none.
	Models []any
	// Config is the plugin's in a section. Defaults to the zero Config.
	Config func(section string) softdelete.Config
	// Bare tells of sections that register the plugin themselves: nothing is migrated for them. Defaults to none.
	Bare func(section string) bool
	// Seed makes the rows that a section begins with. A section is called by its heading, by "" above the first one.
	Seed func(ctx context.Context, db *gorm.DB, section string) error
	// Databases are those on which the sections run. Defaults to all.
	Databases []string
}

// Section is one of a page, as it was made from the Markdown.
type Section struct {
	Heading string
	// At is its place, docs/deleting.md:12.
	At string
	// Blocks are those of Run, in their order.
	Blocks []Block
	// Run runs the blocks. It is nil where a section has none.
	Run func(ctx context.Context, db *gorm.DB, run *Run) error
}

// Block is a fence with Go or SQL that is run.
type Block struct {
	// At is its place.
	At string
	// Go is its text, if it is Go.
	Go string
	// Returns tells that its last statement is to return.
	Returns bool
	// SQL is its text, if it is SQL that the reader runs.
	SQL string
	// Sent are the blocks of SQL behind it.
	Sent []Sent
	// Printed is the block of text behind it.
	Printed string
}

// Sent is a block of SQL that says what a block of Go has sent.
type Sent struct {
	At, SQL string
}
