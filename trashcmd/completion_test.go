package trashcmd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const completionHead = "# What can be typed behind trash, for %s. Put your program's name in the place of trash.\n" +
	"# It is made of the table of commands: go test ./trashcmd -run Completion -update\n"

// flagsOf are the flags that a command takes, parts of it included.
func flagsOf(c *command) (list []flag) {
	for _, f := range allFlags {
		if c.takesSomewhere(f.name) {
			list = append(list, f)
		}
	}
	return list
}

func bashCompletion() string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, completionHead, "bash: source this file")
	names := []string{}
	for _, c := range commands {
		names = append(names, c.name)
	}
	_, _ = fmt.Fprintf(&b, "_trash() {\n\tlocal words=%q\n\tif [ \"$COMP_CWORD\" -gt 1 ]; then\n\t\tcase \"${COMP_WORDS[1]}\" in\n", strings.Join(names, " "))
	for _, c := range commands {
		words := slices.Clone(c.subNames())
		for _, f := range flagsOf(c) {
			words = append(words, "--"+f.name)
		}
		if c.name == "help" {
			words = names
		}
		_, _ = fmt.Fprintf(&b, "\t\t%s) words=%q ;;\n", c.name, strings.Join(words, " "))
	}
	_, _ = b.WriteString("\t\t*) words=\"\" ;;\n\t\tesac\n\tfi\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\ncomplete -o default -F _trash trash\n")
	return b.String()
}

func zshCompletion() string {
	var b strings.Builder
	_, _ = b.WriteString("#compdef trash\n")
	_, _ = fmt.Fprintf(&b, completionHead, "zsh: a file _trash in a folder of $fpath")
	escape := strings.NewReplacer("'", `'\''`, ":", `\:`)
	_, _ = b.WriteString("_trash() {\n\tlocal -a given\n\tif (( CURRENT == 2 )); then\n\t\tgiven=(\n")
	for _, c := range commands {
		_, _ = fmt.Fprintf(&b, "\t\t\t'%s:%s'\n", c.name, escape.Replace(c.short))
	}
	_, _ = b.WriteString("\t\t)\n\t\t_describe command given\n\t\treturn\n\tfi\n\tcase $words[2] in\n")
	for _, c := range commands {
		_, _ = fmt.Fprintf(&b, "\t%s) given=(\n", c.name)
		for _, sub := range c.subs {
			_, _ = fmt.Fprintf(&b, "\t\t'%s:%s'\n", strings.TrimPrefix(sub.name, c.name+" "), escape.Replace(sub.short))
		}
		for _, f := range flagsOf(c) {
			_, _ = fmt.Fprintf(&b, "\t\t'--%s:%s'\n", f.name, escape.Replace(helpOf(f, c)))
		}
		_, _ = b.WriteString("\t) ;;\n")
	}
	_, _ = b.WriteString("\tesac\n\t_describe argument given\n}\n_trash \"$@\"\n")
	return b.String()
}

func fishCompletion() string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, completionHead, "fish: ~/.config/fish/completions/trash.fish")
	escape := strings.NewReplacer("'", `\'`, `\`, `\\`)
	_, _ = b.WriteString("complete -c trash -f\n")
	for _, c := range commands {
		_, _ = fmt.Fprintf(&b, "complete -c trash -n __fish_use_subcommand -a %s -d '%s'\n", c.name, escape.Replace(c.short))
		seen := fmt.Sprintf("complete -c trash -n '__fish_seen_subcommand_from %s'", c.name)
		for _, sub := range c.subs {
			_, _ = fmt.Fprintf(&b, "%s -a %s -d '%s'\n", seen, strings.TrimPrefix(sub.name, c.name+" "), escape.Replace(sub.short))
		}
		for _, f := range flagsOf(c) {
			takes := ""
			if f.value != "" {
				takes = " -x"
			}
			_, _ = fmt.Fprintf(&b, "%s -l %s%s -d '%s'\n", seen, f.name, takes, escape.Replace(helpOf(f, c)))
		}
	}
	return b.String()
}

// TestCompletion holds the files for shells against the table of commands.
func TestCompletion(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"trash.bash": bashCompletion(), "_trash": zshCompletion(), "trash.fish": fishCompletion()} {
		path := filepath.Join("completion", name)
		if *update {
			require.NoError(t, os.MkdirAll("completion", 0o755))
			require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		}
		kept, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(kept), text, path)
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	for line, want := range map[string]string{
		"do": "doctor", "p": "preview purge", "preview u": "undo", "guard i": "install", "list --s": "--since --show-sql", "help mig": "migrate", "nix --y": "",
	} {
		words := strings.Split("trash "+line, " ")
		script := fmt.Sprintf("source completion/trash.bash; COMP_WORDS=(%s); COMP_CWORD=%d; _trash; echo \"${COMPREPLY[@]}\"", strings.Join(words, " "), len(words)-1)
		out, err := exec.CommandContext(t.Context(), bash, "-c", script).CombinedOutput()
		require.NoError(t, err, string(out))
		require.Equal(t, want, strings.TrimSpace(string(out)), line)
	}
}
