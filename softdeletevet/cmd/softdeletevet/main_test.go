package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shop copies the module of the rules' tests, and builds the program.
func shop(t *testing.T) (dir, program string) {
	t.Helper()
	dir, program = t.TempDir(), filepath.Join(t.TempDir(), "softdeletevet")
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata")))
	library, err := filepath.Abs("../../..")
	require.NoError(t, err)
	mod := filepath.Join(dir, "go.mod")
	text, err := os.ReadFile(mod)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(mod, []byte(strings.Replace(string(text), "=> ../..", "=> "+library, 1)), 0o600))
	out, err := run(t, "", "go", "build", "-o", program, ".")
	require.NoError(t, err, out)
	return dir, program
}

func run(t *testing.T, dir, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestVetTool runs it as people do: go vet gives it one package at a time, and what is known of the models goes from one to the next
// by files.
func TestVetTool(t *testing.T) {
	t.Parallel()
	dir, program := shop(t)
	out, err := run(t, dir, "go", "vet", "-vettool="+program, "./across", "./sd004", "./generated")
	require.Error(t, err, "go vet fails where something is found")
	assert.Contains(t, out, "across/across.go:11:17: SD003: Exec removes rows of posts for good")
	assert.Contains(t, out, "SD004: the join reads comments")
	assert.NotContains(t, out, "generated.go")

	out, err = run(t, dir, "go", "vet", "-vettool="+program, "./models", "./between")
	assert.NoError(t, err, out)
}

// TestStandalone runs it by itself, and has it write what it suggests. What comes out compiles.
func TestStandalone(t *testing.T) {
	t.Parallel()
	dir, program := shop(t)
	out, err := run(t, dir, program, "./...")
	require.Error(t, err)
	for _, code := range []string{"SD001", "SD002", "SD003", "SD004", "SD005", "SD006", "SD007", "SD008", "SD009", "SD010"} {
		assert.Contains(t, out, ": "+code+": ")
	}

	out, _ = run(t, dir, program, "-fix", "./...")
	assert.NotContains(t, out, "panic")
	built, err := run(t, dir, "go", "build", "./...")
	require.NoError(t, err, built)
	text, err := os.ReadFile(filepath.Join(dir, "sd001", "noimport.go"))
	require.NoError(t, err)
	assert.Contains(t, string(text), "db.Scopes(softdelete.WithTrashed).Order")
}
