package trashcmd

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"os/user"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// session is one run of a command.
type session struct {
	*arguments
	environment
	ctx   context.Context
	began time.Time

	in       io.Reader
	out, err *printer

	db    *gorm.DB
	trash *softdelete.Trash
	known []known // models: those that were given, or that the plugin knows
	named bool    // if they were given
}

// run is Run in an environment.
func run(ctx context.Context, args []string, streams IO, env environment, open func(context.Context) (*gorm.DB, error), models []any) int {
	s := &session{
		environment: env, ctx: ctx, began: env.now().In(env.zone), in: streams.In,
		out: &printer{to: streams.Out, colour: env.colour}, err: &printer{to: streams.Err},
	}
	var err error
	if s.arguments, err = parse(args, s.began); err == nil {
		err = s.do(open, models)
	}
	if err == nil && s.out.err != nil {
		err = &problem{code: exitFound, text: "the output could not be written", cause: s.out.err}
	}
	return s.tell(err)
}

func (s *session) do(open func(context.Context) (*gorm.DB, error), models []any) error {
	if s.flags.help || s.command.name == "help" {
		return help(s)
	}
	if s.flags.timeout > 0 {
		ctx, cancel := context.WithTimeout(s.ctx, s.flags.timeout)
		defer cancel()
		s.ctx = ctx
	}
	if s.command.takes("reason") {
		s.ctx = softdelete.WithActor(s.ctx, cmp.Or(s.flags.actor, systemUser()))
		if s.flags.reason != "" {
			s.ctx = softdelete.WithReason(s.ctx, s.flags.reason)
		}
	}
	if err := s.connect(open, models); err != nil {
		return err
	}
	return s.command.run(s)
}

// systemUser is who the operating system says is there.
func systemUser() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return cmp.Or(os.Getenv("USER"), os.Getenv("USERNAME"), "unknown")
}

// connect opens the handle and the trash.
func (s *session) connect(open func(context.Context) (*gorm.DB, error), models []any) error {
	if open == nil {
		return &problem{code: exitDatabase, text: "the database could not be opened: there is no function that opens it"}
	}
	db, err := open(s.ctx)
	if err == nil && (db == nil || db.Config == nil) {
		err = errors.New("open has returned no handle")
	}
	if err != nil {
		return &problem{code: exitDatabase, text: "the database could not be opened", cause: err}
	}
	if db.DryRun {
		return &problem{code: exitRefused, text: "the handle is under DryRun, so nothing would be done", next: []string{"have the function that opens it leave gorm.Config.DryRun out"}}
	}
	s.db = db.Session(&gorm.Session{Context: s.ctx, Logger: &statementLog{to: s.err, all: s.flags.showSQL}})
	if err := s.learn(models); err != nil {
		return err
	}
	s.trash, err = softdelete.OpenTrash(s.db, s.softValues(models)...)
	return err
}

// softValues are the models of the trash: none where none were given, which stands for all.
func (s *session) softValues(given []any) (values []any) {
	if len(given) == 0 {
		return nil
	}
	for _, m := range s.known {
		if m.soft {
			values = append(values, m.value)
		}
	}
	return values
}

// narrowed tells if models were chosen by flags.
func (s *session) narrowed() bool { return len(s.flags.models)+len(s.flags.except) > 0 }

// options are what of the trash is to be listed.
func (s *session) options() (softdelete.ListOptions, error) {
	o := softdelete.ListOptions{Limit: s.flags.limit, After: s.flags.after, Since: s.flags.since, Until: s.flags.until}
	if s.flags.actor != "" {
		o.Actor = s.flags.actor
	}
	if s.narrowed() {
		chosen, err := s.chosen(true)
		if err != nil {
			return o, err
		}
		o.Models = values(chosen)
	}
	return o, nil
}

func values(models []known) []any {
	list := make([]any, len(models))
	for i, m := range models {
		list[i] = m.value
	}
	return list
}
