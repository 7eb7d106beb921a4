package doctor

// Finding is something that is wrong.
type Finding struct {
	Kind     Kind
	Severity Severity

	Table, Model    string
	Message, Remedy string
}

// Kind is what a finding is about. The kinds are in the order in which remedies are run.
type Kind int

// The kinds of findings.
const (
	TableMissing Kind = iota
	MarkerColumnMissing
	MarkerLookAlike
	UniqueHoldsTrash
	UniqueMissesLive
	UniqueMissing
	ChildNotSoftDeletable
	JoinTableHardDeletes
	CascadeInexact
	CascadeUndeclared
	MarkerIndexMissing
	DeletionIndexMissing
	LiveIndexMissing
	MarkerIndexUseless
	IndexHoldsTrash
)

// Severity is how bad a finding is. The worst comes first.
type Severity int

// The severities.
const (
	Error Severity = iota
	Warning
	Info
)
