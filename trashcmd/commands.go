package trashcmd

import (
	"math"
	"slices"
	"strings"
)

// command is what can be said to the program.
type command struct {
	name  string // of a part of another, both words
	args  string // what follows it, as help writes it
	short string // what it does, in a line
	long  string // and what else has to be known
	flags []string
	least int // words behind it
	most  int
	subs  []*command
	run   func(*session) error
}

const any_ = math.MaxInt

var (
	choosing  = []string{"model", "except"}
	reading   = append([]string{"actor", "since", "until", "limit", "after"}, choosing...)
	writing   = []string{"yes", "expect", "actor", "reason"}
	restoring = []string{"with-parents", "root-only"}
	emptying  = append([]string{"older-than", "max-rows", "batch-size", "pause"}, choosing...)
)

const manyRows = "Several rows are one operation: all of them, or none. Rows of several tables are\nwritten TABLE/KEY TABLE/KEY…"

const asLines = "Under --json it is a line for each, as it is read, and a last line {\"next\": …}, which\n--after takes; it is empty at the end."

// commands is the table of all commands: help, dispatch and completion come from it.
var commands []*command

func init() { //nolint:gochecknoinits // help, which is in the table, reads it
	commands = []*command{
		{name: "stats", short: "how much of each model is in the trash", flags: append([]string{"older-than"}, choosing...), run: stats},
		{name: "list", short: "rows in the trash, newest first", flags: reading, run: listRows, long: asLines},
		{name: "deletions", short: "operations that have trashed rows, newest first", flags: reading, run: deletions, long: asLines},
		{
			name: "show", args: "TABLE KEY", short: "a row in the trash: its columns, its operation, what hangs on it", least: 1, most: 2, run: show,
			long: "It reads, and changes nothing. Of a table with a column that looks like a secret\n(password, token, secret, hash, key) only the key is shown.",
		},
		{name: "preview", args: "OP …", short: "what a restore, purge, undo or empty would do", most: any_, subs: []*command{
			{name: "preview restore", args: "TABLE KEY…", short: "what a restore would do", flags: restoring, least: 1, most: any_, run: previewRestore},
			{name: "preview purge", args: "TABLE KEY…", short: "what a purge would do", least: 1, most: any_, run: previewPurge},
			{name: "preview undo", args: "ID", short: "what an undo would do", least: 1, most: 1, run: previewUndo},
			{name: "preview empty", args: "--older-than AGE", short: "what an empty would do", flags: emptying, run: previewEmpty},
		}},
		{
			name: "restore", args: "TABLE KEY…", short: "make rows live again, with what was trashed along", flags: append(restoring, writing...),
			least: 1, most: any_, run: restore, long: manyRows,
		},
		{name: "undo", args: "ID", short: "make all rows of an operation live again", flags: writing, least: 1, most: 1, run: undo},
		{
			name: "purge", args: "TABLE KEY…", short: "remove rows in the trash for good", flags: writing, least: 1, most: any_, run: purge, long: manyRows,
		},
		{
			name: "empty", args: "--older-than AGE", short: "remove for good what was trashed longer ago", flags: append([]string{"yes", "actor", "reason"}, emptying...), run: empty,
			long: "It goes in short transactions, beside the application and others who empty;\nhooks of the models do not run. It goes on after a row or a model that fails,\nand reports it. Ctrl-C ends it between two of them, and says how to go on.\n\n  0 3 * * *  $ empty --older-than 30d --yes",
		},
		{
			name: "doctor", short: "what of the database soft deletes break on, and the SQL that mends it", flags: append([]string{"fail-on"}, choosing...), run: doctor,
			long: "It reads, and changes nothing.",
		},
		{
			name: "migrate", short: "bring the schema to what the models say", flags: append([]string{"yes", "print", "format", "dir"}, choosing...), run: migrate,
			long: "--print writes what it would run as a migration of a tool, with the way back, and changes nothing.",
		},
		{name: "guard", args: "OP", short: "have the database itself keep live rows", most: any_, subs: []*command{
			{name: "guard install", short: "triggers that refuse to delete live rows", flags: append([]string{"yes"}, choosing...), run: guardInstall},
			{name: "guard remove", short: "take them off", flags: append([]string{"yes"}, choosing...), run: guardRemove},
			{name: "guard print", short: "their SQL", flags: choosing, run: guardPrint},
		}},
		{name: "help", args: "[COMMAND]", short: "what can be said, and how", most: 2, run: help},
	}
}

func commandNamed(name string) *command { return named(commands, name) }

func named(list []*command, name string) *command {
	if i := slices.IndexFunc(list, func(c *command) bool { return c.name == name }); i >= 0 {
		return list[i]
	}
	return nil
}

func (c *command) sub(word string) *command { return named(c.subs, c.name+" "+word) }

func (c *command) subNames() (words []string) {
	for _, sub := range c.subs {
		words = append(words, strings.TrimPrefix(sub.name, c.name+" "))
	}
	return words
}

// takes tells if a command knows a flag.
func (c *command) takes(flag string) bool {
	return slices.Contains(everywhere, flag) || slices.Contains(c.flags, flag)
}

// meant guesses what was meant by a word that is no command.
func meant(word string) string {
	for _, c := range commands {
		if len(word) > 1 && (strings.HasPrefix(c.name, word) || strings.HasPrefix(word, c.name)) {
			return ": is it " + c.name + "?"
		}
	}
	return ""
}
