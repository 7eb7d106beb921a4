# What can be typed behind trash, for bash: source this file. Put your program's name in the place of trash.
# It is made of the table of commands: go test ./trashcmd -run Completion -update
_trash() {
	local words="stats list deletions show preview restore undo purge empty doctor migrate guard help"
	if [ "$COMP_CWORD" -gt 1 ]; then
		case "${COMP_WORDS[1]}" in
		stats) words="--model --except --older-than --json --timeout --show-sql --help" ;;
		list) words="--model --except --actor --since --until --limit --after --json --timeout --show-sql --help" ;;
		deletions) words="--model --except --actor --since --until --limit --after --json --timeout --show-sql --help" ;;
		show) words="--json --timeout --show-sql --help" ;;
		preview) words="restore purge undo empty --model --except --older-than --max-rows --batch-size --pause --with-parents --root-only --json --timeout --show-sql --help" ;;
		restore) words="--actor --reason --with-parents --root-only --yes --expect --json --timeout --show-sql --help" ;;
		undo) words="--actor --reason --yes --expect --json --timeout --show-sql --help" ;;
		purge) words="--actor --reason --yes --expect --json --timeout --show-sql --help" ;;
		empty) words="--model --except --actor --reason --older-than --max-rows --batch-size --pause --yes --json --timeout --show-sql --help" ;;
		doctor) words="--model --except --fail-on --json --timeout --show-sql --help" ;;
		migrate) words="--model --except --print --format --dir --yes --json --timeout --show-sql --help" ;;
		guard) words="install remove print --model --except --yes --json --timeout --show-sql --help" ;;
		help) words="stats list deletions show preview restore undo purge empty doctor migrate guard help" ;;
		*) words="" ;;
		esac
	fi
	COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _trash trash
