package trashcmd

import "github.com/gorm-softdelete/softdelete"

// What the parts of preview show is what the commands of their names would do.
func previewRestore(s *session) error { return s.withItems("restore", s.preview) }
func previewPurge(s *session) error   { return s.withItems("purge", s.preview) }
func previewUndo(s *session) error    { return s.withOperation(s.preview) }

// preview shows what an operation would do, and says how to do just that.
func (s *session) preview(op operation) error {
	plan, err := s.showPlan(op)
	switch {
	case err != nil:
		return err
	case plan.Forbidden() && s.flags.json:
		return errTold
	case plan.Forbidden():
		s.next("Then look again:", s.againAfter(op, plan))
		return errTold
	case s.flags.json:
		return nil
	}
	s.out.printf("\n  fingerprint %s\n", plan.Fingerprint())
	s.next("To do just that:", s.toType(commandNamed(op.verb), op.words, "--yes", "--expect", plan.Fingerprint()))
	return nil
}

// againAfter is what to type once nothing forbids an operation any more.
func (s *session) againAfter(op operation, plan softdelete.Plan) string {
	preview := commandNamed("preview").sub(op.verb)
	if len(plan.TrashedParents) > 0 && op.verb == "restore" && !s.flags.withParents && !s.flags.rootOnly {
		return s.toType(preview, op.words, "--with-parents")
	}
	return s.toType(preview, op.words)
}
