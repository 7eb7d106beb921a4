package trashui

import (
	"time"

	"github.com/google/uuid"
)

// A view is what one page says: its JSON, and what its template takes. Fields that are
// json:"-" are for people only. All links are relative to the page that they stand on.

// frame is what stands around every page.
type frame struct {
	Title    string // Options.Title
	Base     string // the way to the root of the page, such as "./" or "../../"
	Here     string // which part of the navigation this is: "overview", "rows", "deletions", "empty", "doctor", or ""
	Heading  string // of the page, for its h1 and title
	ReadOnly bool
	CanEmpty bool
	Doctor   bool
	Now      time.Time
	Notice   *notice // what was done before this page came
	Body     any     // one of the views below
}

// notice is the result of a write, said on the page that follows it.
type notice struct {
	Done   string // "restored", "undone", "purged" or "emptied"
	Rows   []tableRows
	Total  int64
	Failed []failed
	More   int64 // how many failed beside those

	Unfinished bool   // there may be more to empty
	Again      string // where to go on with that; empty: not offered
}

// tableRows are rows of one table.
type tableRows struct {
	Table string
	Rows  int64
	More  bool
}

// overview is GET ./
type overview struct {
	Models    []modelStat `json:"items"`
	Next      string      `json:"next"` // always empty
	Days      []day       `json:"days"` // the last 30, the oldest first
	Deletions []deletion  `json:"deletions"`
	Untold    []string    `json:"-"`
	Former    bool        `json:"-"` // there are rows, and no deletion at all of tables that could tell it

	DeletionsHref string `json:"-"`
}

type modelStat struct {
	Table       string     `json:"table"`
	Model       string     `json:"model"`
	Trashed     int64      `json:"trashed"`
	More        bool       `json:"more"` // there are more than Trashed
	Oldest      *time.Time `json:"oldest"`
	Newest      *time.Time `json:"newest"`
	Retention   int64      `json:"retention_seconds"` // 0: for ever
	Overdue     int64      `json:"overdue"`
	MoreOverdue bool       `json:"more_overdue"`
	Due         *time.Time `json:"due"` // when retention takes the oldest
	Href        string     `json:"-"`   // its rows
}

type day struct {
	Date string    `json:"date"` // 2006-01-02
	Rows int64     `json:"rows"`
	More bool      `json:"more"`
	Time time.Time `json:"-"`
	Href string    `json:"-"` // the rows of that day
}

// item is a row in the trash, as lists have it.
type item struct {
	Table      string     `json:"table"`
	Model      string     `json:"model"`
	Key        []string   `json:"key"`
	At         *time.Time `json:"at"`
	By         string     `json:"by"`
	Reason     string     `json:"reason"`
	DeletionID *uuid.UUID `json:"deletion_id"` // nil: none
	Label      string     `json:"label"`       // what people know it by; its key if there is nothing else
	KeptUntil  *time.Time `json:"kept_until"`  // nil: for ever

	Ref          string `json:"-"` // table/key, as forms take it
	Href         string `json:"-"` // its page
	DeletionHref string `json:"-"`
	CanRestore   bool   `json:"-"`
	CanPurge     bool   `json:"-"`
}

// filter is the filter bar: its state, and what can be chosen.
type filter struct {
	Model, Actor, Reason, Since, Until string
	Limit                              int
	Models                             []option // to choose from
	Active                             bool     // something is filtered
	ClearHref                          string
	Action                             string // of the form: "rows" or "deletions", relative
	Problem                            string // why nothing is listed: with what was typed in, which stands in the form
}

type option struct {
	Value, Text string
	Selected    bool
}

// rows is GET ./rows
type rows struct {
	Items []item `json:"items"`
	Next  string `json:"next"`

	Filter     filter `json:"-"`
	NextHref   string `json:"-"` // empty on the last page
	FirstHref  string `json:"-"` // empty on the first page
	Back       string `json:"-"` // this list, for the form of several
	Preview    string `json:"-"` // where the form of several goes
	CanRestore bool   `json:"-"` // some of them
	CanPurge   bool   `json:"-"`
}

// row is GET ./rows/{table}/{key}
type row struct {
	item
	Columns   []column   `json:"columns"`
	Hidden    []string   `json:"hidden"` // columns that are not shown
	Secret    []string   `json:"-"`      // those that are the cause
	Parents   []parent   `json:"parents"`
	Deletion  *deletion  `json:"deletion"` // the operation that it went with
	Others    int64      `json:"-"`        // how many rows beside it are still in that
	Restore   *plan      `json:"restore"`  // nil: see RestoreErr
	Below     []planStep `json:"-"`        // what comes back along
	ListHref  string     `json:"-"`
	RestoreTo string     `json:"-"` // links to previews; empty: not offered
	ParentsTo string     `json:"-"` // restore with its trashed parents
	PurgeTo   string     `json:"-"`
	UndoTo    string     `json:"-"`

	RestoreErr string `json:"-"` // why it cannot be restored at all

	back string // the list that it was opened from, for what is done
}

// Item is the row as lists have it.
func (r *row) Item() item { return r.item }

type column struct {
	Name  string     `json:"name"`
	Value *string    `json:"value"`           // null: NULL, or binary
	Bytes int        `json:"bytes,omitempty"` // of a binary value
	Cut   bool       `json:"cut,omitempty"`
	Time  *time.Time `json:"-"`
	Told  bool       `json:"-"` // what it says stands above on the page
}

// parent is a row that it hung on.
type parent struct {
	Relation string   `json:"relation"`
	Table    string   `json:"table"`
	Model    string   `json:"model"`
	Key      []string `json:"key"`
	Label    string   `json:"label"`
	Trashed  bool     `json:"trashed"`
	Href     string   `json:"-"` // if it is in the trash and may be seen
}

// deletion is an operation.
type deletion struct {
	ID     string           `json:"id"`
	Same   string           `json:"deletion_id"` // the same, as items call it
	At     *time.Time       `json:"at"`
	By     string           `json:"by"`
	Reason string           `json:"reason"`
	Rows   map[string]int64 `json:"rows"`

	Example string `json:"example"` // a row of it that was addressed, and how many more of its table; empty if none is known

	Total  int64       `json:"-"`
	Tables []tableRows `json:"-"` // most first
	Href   string      `json:"-"`
	UndoTo string      `json:"-"` // link to the preview; empty: not offered
}

// deletions is GET ./deletions
type deletions struct {
	Items []deletion `json:"items"`
	Next  string     `json:"next"`

	Filter    filter   `json:"-"`
	NextHref  string   `json:"-"`
	FirstHref string   `json:"-"`
	Untold    []option `json:"-"` // tables whose rows are in no operation; Value is a link to them
}

// oneDeletion is GET ./deletions/{id}
type oneDeletion struct {
	deletion
	Items    []item `json:"items"` // the first of its rows
	Next     string `json:"next"`
	NextHref string `json:"-"`
	ListHref string `json:"-"`
}

// plan is what an operation would do.
type plan struct {
	Operation      string           `json:"operation"` // "restore", "purge" or "undo"
	Fingerprint    string           `json:"fingerprint"`
	Rows           map[string]int64 `json:"rows"`
	Restricted     []restricted     `json:"restricted"`
	Conflicts      []conflict       `json:"conflicts"`
	TrashedParents []string         `json:"trashed_parents"` // "" for those that may not be viewed
	Steps          []planStep       `json:"steps"`
}

// restricted are live rows that forbid something.
type restricted struct {
	Model    string `json:"model"`
	Relation string `json:"relation"` // empty, and no count, if they may not be viewed
	Count    int64  `json:"count"`
}

type conflict struct {
	Model      string  `json:"model"`
	Constraint string  `json:"constraint"`
	Clashes    []clash `json:"clashes"`
}

type clash struct {
	Key     []string `json:"key"`     // the row in the trash
	With    []string `json:"with"`    // the row that has its value; nil if that may not be viewed
	Columns []string `json:"columns"` // in which they agree
	Live    bool     `json:"live"`
	Label   string   `json:"label"`
	Href    string   `json:"-"` // of the row in the trash
}

type planStep struct {
	Table    string `json:"table"`
	Model    string `json:"model"`
	Parent   string `json:"parent"`
	Relation string `json:"relation"`
	Rows     int64  `json:"rows"`
	Depth    int    `json:"-"`
}

// preview is GET ./preview, and the answer 409 to a write.
type preview struct {
	plan

	Total     int64        `json:"-"`
	Items     []item       `json:"-"` // that are addressed, the first of them
	MoreItems int          `json:"-"`
	Deletion  *deletion    `json:"-"` // that is undone
	Forbidden []sentence   `json:"-"` // what forbids it
	Parents   bool         `json:"-"` // with the trashed parents
	ParentsTo string       `json:"-"` // the same with them
	Post      string       `json:"-"` // where the form goes; empty: something forbids it, there is nothing to do, or nothing is done here
	Fields    []option     `json:"-"` // hidden fields of the form: Value is the value, Text the name
	Back      string       `json:"-"` // the way back to the list
	Reason    reasonField  `json:"-"`
	ForGood   bool         `json:"-"` // has to be typed
	Confirm   confirmField `json:"-"`
	Changed   []change     `json:"-"` // how it differs from what was confirmed; the page says that nothing was done
	WasDone   string       `json:"-"` // of a 409 that is no change: why nothing was done
}

// sentence says what forbids something, with what to do.
type sentence struct {
	Text string
	Href string // where that is done; empty for nowhere
	Link string // its text
}

type reasonField struct {
	Value    string
	Required bool
	Missing  bool
}

type confirmField struct {
	Want  int64 // the number to type
	Value string
	Wrong bool
}

// change is a difference between two plans.
type change struct {
	Table    string
	Was, Now int64
}

// empty is GET ./preview?op=empty
type empty struct {
	Operation string           `json:"operation"`
	OlderThan string           `json:"older_than"`
	Until     *time.Time       `json:"until"` // rows that were trashed before this
	Rows      map[string]int64 `json:"rows"`
	Failed    []failed         `json:"failed"`
	More      bool             `json:"more"` // the number of rows of one request was reached

	Total   int64        `json:"-"`
	Most    int64        `json:"-"` // that number
	Tables  []tableRows  `json:"-"`
	Asked   bool         `json:"-"` // an age was given: else there is just the form that asks for it
	Choices []option     `json:"-"` // ages
	Post    string       `json:"-"`
	Fields  []option     `json:"-"`
	Back    string       `json:"-"`
	List    string       `json:"-"` // which Back leads to, for the form of the age; empty for the usual one
	Reason  reasonField  `json:"-"`
	Confirm confirmField `json:"-"`
	Problem string       `json:"-"` // with the age
	WasDone string       `json:"-"` // of a 409: why nothing was done
}

// failed is a row that stays.
type failed struct {
	Table string   `json:"table"`
	Model string   `json:"model"`
	Key   []string `json:"key"`
	Error string   `json:"error"`
	Href  string   `json:"-"`
}

// done is the JSON of a write.
type done struct {
	Rows   map[string]int64 `json:"rows"`
	Failed []failed         `json:"failed"`
}

// emptied is the JSON of an emptying.
type emptied struct {
	done
	More bool `json:"more,omitempty"` // there may be more
}

// doctor is GET ./doctor
type doctor struct {
	Findings []finding     `json:"items"`
	Next     string        `json:"next"`
	ByTable  []findingsFor `json:"-"`
}

type findingsFor struct {
	Table    string
	Findings []finding
}

type finding struct {
	Code     string   `json:"code"`
	Severity string   `json:"severity"`
	Table    string   `json:"table"`
	Model    string   `json:"model"`
	Message  string   `json:"message"`
	Remedy   string   `json:"remedy"`
	Index    string   `json:"index"`
	Columns  []string `json:"columns"`
	Tag      string   `json:"tag"`
}

// problem is an error page.
type problem struct {
	Status    int    `json:"status"`
	Title     string `json:"title"`
	Detail    string `json:"detail"`
	Reference string `json:"reference,omitempty"` // under which it is logged
	BackHref  string `json:"-"`
	BackText  string `json:"-"`

	allow string // methods of a 405
}

// held is the JSON of a 409: why nothing was done, and what the preview says now.
type held struct {
	problem
	plan
}
