package command_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/examples/operator/shop"
)

// TestUnderOtherCommands runs the command below those of cobra and of urfave/cli: it says the same, with the same exit codes, but
// for how it is called.
func TestUnderOtherCommands(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"undercobra", "underurfave"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own, below := exampleShop(t, "operator"), exampleShop(t, name)
			require.Contains(t, below.must(t, 0, "--help").out, "trash", "it is listed")
			own.must(t, 0, "stats")
			file, err := os.ReadFile(own.file())
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(below.file(), file, 0o600))
			for _, line := range []string{
				"stats", "list --limit 3 --json", "help", "--help", "-h", "empty --help", "help undo", "", "lisst", "list --no-such-flag",
				"deletions --actor ana", "show customers 5", "preview restore customers 5", "preview undo " + shop.Mistake + " --json",
				"undo " + shop.Mistake, "undo --yes " + shop.Mistake, "undo " + shop.Mistake + " --yes", "empty --older-than 30d --yes", "stats --json",
			} {
				args := strings.Fields(line)
				alone := own.run(t, args...)
				mounted := below.run(t, append([]string{"trash"}, args...)...)
				require.Equal(t, alone.code, mounted.code, "%s\n%s%s", line, mounted.out, mounted.err)
				called := strings.NewReplacer("shop trash", "operator").Replace
				require.Equal(t, timeless(alone.out), timeless(called(mounted.out)), line)
				require.Equal(t, timeless(alone.err), timeless(called(mounted.err)), line)
				require.NotContains(t, mounted.out+mounted.err, "undercobra", line)
			}
		})
	}
}
