package softdeletevet

import (
	"go/ast"
	"go/constant"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// constantFact is on a method TableName that always returns one name.
type constantFact struct{ Value string }

// AFact makes it a fact.
func (*constantFact) AFact() {}

func (f *constantFact) String() string { return "returns " + f.Value }

// tablesFact is on a package: the tables of the models that it declares, and of those that
// it imports, also indirectly. They are in the order of their names: a fact is written the
// same each time.
type tablesFact struct{ Tables []namedTable }

type namedTable struct {
	Name string
	Of   table
}

// AFact makes it a fact.
func (*tablesFact) AFact() {}

func (f *tablesFact) String() string {
	text := "tables"
	for _, t := range f.Tables {
		text += " " + t.Name
	}
	return text
}

// table is what is known of a table by the models that are stored in it.
type table struct {
	Markers []string // columns
	Package string   // of a model that is soft-deletable
	Model   string   // its name
	Plain   []string // packages in which a model without a marker is stored in it
}

// isMarked tells if each model of the table is soft-deletable, so far as can be told. A
// model without a marker beside one with it, in one package, is a view of it.
func (t *table) isMarked() bool {
	return len(t.Markers) > 0 && !slices.ContainsFunc(t.Plain, func(p string) bool { return p != t.Package })
}

func (t *table) join(other *table) {
	if t.Model == "" {
		t.Package, t.Model = other.Package, other.Model
	}
	t.Markers = union(t.Markers, other.Markers)
	t.Plain = union(t.Plain, other.Plain)
}

func union(a, b []string) []string {
	a = slices.Concat(a, b)
	slices.Sort(a)
	return slices.Compact(a)
}

// exportConstants finds the methods TableName that return a constant.
func (c *checker) exportConstants() {
	for _, file := range c.pass.Files {
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv == nil || f.Name.Name != "TableName" || f.Body == nil || len(f.Body.List) != 1 {
				continue
			}
			result, ok := f.Body.List[0].(*ast.ReturnStmt)
			if !ok || len(result.Results) != 1 {
				continue
			}
			method, _ := c.pass.TypesInfo.Defs[f.Name].(*types.Func)
			if value, ok := c.constant(result.Results[0]); ok && method != nil {
				c.pass.ExportObjectFact(method, &constantFact{value})
			}
		}
	}
}

// constant is the string of a constant expression.
func (c *checker) constant(e ast.Expr) (string, bool) {
	if v := c.pass.TypesInfo.Types[e].Value; v != nil && v.Kind() == constant.String {
		return constant.StringVal(v), true
	}
	return "", false
}

// collectTables gathers the tables that are known.
func (c *checker) collectTables() {
	c.tables = map[string]*table{}
	for _, imported := range c.pass.Pkg.Imports() {
		var fact tablesFact
		if c.pass.ImportPackageFact(imported, &fact) {
			for _, t := range fact.Tables {
				c.addTable(t.Name, &t.Of)
			}
		}
	}
	path := c.pass.Pkg.Path()
	if isGORMs(path) || path == libraryPath {
		return
	}
	for _, named := range c.declared() {
		m := c.model(named)
		if m.table == "" || !m.isTable() {
			continue
		}
		t := &table{}
		if m.soft() {
			t.Package, t.Model = path, named.Obj().Name()
			for _, mk := range m.markers {
				t.Markers = append(t.Markers, mk.column)
			}
		} else {
			t.Plain = []string{path}
		}
		c.addTable(m.table, t)
	}
}

func (c *checker) addTable(name string, t *table) {
	name = strings.ToLower(name)
	known := &table{}
	if at := c.tables[name]; at != nil {
		known.join(at)
	}
	known.join(t)
	c.tables[name] = known
}

// exportTables passes on what is known to who imports the package.
func (c *checker) exportTables() {
	fact := &tablesFact{}
	for _, name := range slices.Sorted(maps.Keys(c.tables)) {
		fact.Tables = append(fact.Tables, namedTable{name, *c.tables[name]})
	}
	if len(fact.Tables) > 0 {
		c.pass.ExportPackageFact(fact)
	}
}

// declared are the struct types that the package declares, in the order of their names.
// Types of functions are among them.
func (c *checker) declared() []*types.Named {
	var list []*types.Named
	for _, obj := range c.pass.TypesInfo.Defs {
		name, ok := obj.(*types.TypeName)
		if !ok || name.IsAlias() {
			continue
		}
		named, ok := name.Type().(*types.Named)
		if !ok || named.TypeParams().Len() > 0 {
			continue
		}
		if _, ok := named.Underlying().(*types.Struct); ok {
			list = append(list, named)
		}
	}
	slices.SortFunc(list, func(a, b *types.Named) int { return int(a.Obj().Pos() - b.Obj().Pos()) })
	return list
}
