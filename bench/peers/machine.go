package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

// compared are the modules whose versions are printed.
var compared = []string{
	"github.com/gorm-softdelete/softdelete", "gorm.io/gorm", "gorm.io/plugin/soft_delete", "github.com/uptrace/bun", "entgo.io/ent",
	"github.com/jackc/pgx/v5", "github.com/glebarez/go-sqlite", "modernc.org/sqlite",
}

// describe writes what was measured on, and by which command.
func describe(w io.Writer, args []string, databases map[string]string) error {
	var text strings.Builder
	fmt.Fprintf(&text, "- command: `go run . %s`\n", strings.Join(args, " "))
	fmt.Fprintf(&text, "- machine: %d cores, %s/%s%s, %s\n", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, processor(), runtime.Version())
	for _, name := range []string{"postgres", "sqlite"} {
		if version, found := databases[name]; found {
			fmt.Fprintf(&text, "- database: %s %s\n", properName[name], version)
		}
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		versions := map[string]string{}
		for _, module := range info.Deps {
			versions[module.Path] = module.Version
			if module.Replace != nil {
				versions[module.Path] = "of this repository"
			}
		}
		for _, path := range compared {
			fmt.Fprintf(&text, "- module: %s %s\n", path, versions[path])
		}
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				fmt.Fprintf(&text, "- commit: %s\n", setting.Value)
			}
		}
	}
	_, err := io.WriteString(w, text.String()+"\n")
	return err
}

// processor is what the machine's processor is called, where that can be read.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return " (" + strings.TrimSpace(value) + ")"
		}
	}
	return ""
}
