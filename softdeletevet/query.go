package softdeletevet

import (
	"go/ast"
	"go/types"
	"slices"
)

// reads, by whether the first argument is a value that GORM takes for the model.
var reads = map[string]bool{
	"First": true, "Take": true, "Last": true, "Find": true, "FindInBatches": true, "FirstOrInit": true, "FirstOrCreate": true,
	"Scan": false, "Pluck": false, "Count": false, "Row": false, "Rows": false,
}

// writes, likewise.
var writes = map[string]bool{
	"Update": false, "UpdateColumn": false, "Updates": true, "UpdateColumns": true, "Delete": true, "Save": true, "Create": true, "CreateInBatches": true,
}

var finishers = func() map[string]bool {
	all := map[string]bool{}
	for _, set := range []map[string]bool{reads, writes} {
		for name := range set {
			all[name] = true
		}
	}
	return all
}()

// knowledge is what types say of a statement's model.
type knowledge int

const (
	untold knowledge = iota
	none             // it has none
	told
)

// query is a statement: a handle with what ends it.
type query struct {
	*walker
	handle *handle
	name   string        // of the method that ends it, empty for a query within another one
	call   *ast.CallExpr // of that method
	at     ast.Node      // where it is told of
	known  knowledge
	model  *model
}

// onMethod looks at a call of a method of GORM's. h is the handle that it returns.
func (w *walker) onMethod(call *ast.CallExpr, sel *ast.SelectorExpr, h *handle) {
	name := sel.Sel.Name
	switch name {
	case "Raw", "Exec":
		w.rawSQL(call, name, h)
	case "Where", "Not", "Or":
		w.group(call, 0)
	case "First", "Take", "Last", "Find", "FirstOrInit", "FirstOrCreate", "Delete":
		w.group(call, 1)
	case "Joins", "InnerJoins", "Preload":
		w.relationArguments(call, name)
	case "Scopes":
		w.allowed(h)
	case "AutoMigrate":
		w.noteModels(call.Args)
	}
	w.queriesWithin(call, name)
	if !finishers[name] {
		return
	}
	begun := *h
	begun.steps = h.steps[:len(h.steps)-1]
	q := &query{walker: w, handle: &begun, name: name, call: call, at: sel.Sel}
	q.known, q.model = q.modelOf()
	w.noteUse(q)
	q.readAnew()
	if begun.has("Raw") {
		return
	}
	q.unscoped()
	q.textTables()
	q.redundant()
	q.markers()
}

// queriesWithin looks at handles among the arguments: these are read within the statement.
func (w *walker) queriesWithin(call *ast.CallExpr, name string) {
	for i, arg := range call.Args {
		group := i == 0 && slices.Contains([]string{"Where", "Not", "Or"}, name)
		if group || name == "Joins" || name == "InnerJoins" || finishers[name] || !isNamed(w.pass.TypesInfo.TypeOf(arg), gormPath, "DB") {
			continue
		}
		h := w.resolve(arg)
		if h == nil || h.has("Raw") {
			continue
		}
		q := &query{walker: w, handle: h, at: arg}
		q.known, q.model = q.modelOf()
		q.unscoped()
		q.textTables()
		q.redundant()
	}
}

// modelOf is the model of a statement.
func (q *query) modelOf() (knowledge, *model) {
	if t := q.handle.generic; t != nil {
		return q.modelOfType(t)
	}
	if s := q.handle.last("Model"); s != nil && len(s.args) == 1 {
		return q.modelOfType(q.pass.TypesInfo.TypeOf(s.args[0]))
	}
	switch {
	case q.handle.unknown:
		return untold, nil
	case q.call == nil:
		return none, nil
	case (reads[q.name] || writes[q.name]) && len(q.call.Args) > 0:
		return q.modelOfType(q.pass.TypesInfo.TypeOf(q.call.Args[0]))
	}
	return none, nil
}

// modelOfType is the model in a type: that of the elements, or of what is pointed to.
func (c *checker) modelOfType(t types.Type) (knowledge, *model) {
	for range deepest {
		switch at := types.Unalias(t).(type) {
		case *types.Pointer:
			t = at.Elem()
			continue
		case *types.Slice:
			t = at.Elem()
			continue
		case *types.Array:
			t = at.Elem()
			continue
		case *types.Named:
			if list, ok := at.Underlying().(*types.Slice); ok {
				t = list.Elem()
				continue
			}
			return c.modelOfNamed(at)
		case *types.Map, *types.Basic:
			return none, nil
		case *types.Struct: // without a name it has no table either
			m := &model{}
			if (&fields{naming: c.types.naming, model: m}).read(at, "", 0); !m.soft() {
				return none, nil
			}
		}
		break
	}
	return untold, nil
}

func (c *checker) modelOfNamed(t *types.Named) (knowledge, *model) {
	switch t.Underlying().(type) {
	case *types.Struct:
		return told, c.model(t)
	case *types.Map, *types.Basic:
		return none, nil
	}
	return untold, nil
}

// usedTypes are those that the package hands to GORM as models.
type usedTypes map[*types.Named]bool

func (w *walker) noteUse(q *query) {
	if q.known != told {
		return
	}
	if reads[q.name] && (q.handle.called || q.handle.given) && !q.handle.has("Model") {
		return // which model it is for may have been said before
	}
	if q.handle.has("Model") || !q.handle.has("Table", "Raw") && (reads[q.name] || writes[q.name]) {
		w.used[q.model.named] = true
	}
}

func (w *walker) noteModels(values []ast.Expr) {
	for _, value := range values {
		if known, m := w.modelOfType(w.pass.TypesInfo.TypeOf(value)); known == told {
			w.used[m.named] = true
		}
	}
}

// onFunction looks at a call of a function.
func (w *walker) onFunction(call *ast.CallExpr) {
	fn, typeArgs := w.calledFunction(call)
	if w.allow[fn] || isFunction(fn, libraryPath, "RawOK") {
		w.allowedBy(call.Args)
	}
	if isFunction(fn, libraryPath, "AutoMigrate") && len(call.Args) > 0 {
		w.noteModels(call.Args[1:])
	}
	if !isFunction(fn, gormPath, "G") || typeArgs.Len() != 1 || len(call.Args) == 0 {
		return
	}
	known, m := w.modelOfType(typeArgs.At(0))
	if known == told {
		w.used[m.named] = true
	}
	w.dropped(call, m)
}
