package softdeletevet

import (
	"go/ast"
	"go/types"
	"regexp"
	"strings"
)

// comments is SD003 for the SQL that GORM CLI and gen take from the comments of interfaces.
func (c *checker) comments(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if i, ok := spec.Type.(*ast.InterfaceType); ok {
			tables := c.tablesOf(spec)
			for _, method := range i.Methods.List {
				if method.Doc != nil && (spec.TypeParams != nil || c.makesMethods(file, method.Doc)) && !c.takesExpression(method) {
					c.comment(method.Doc, tables)
				}
			}
		}
		return true
	})
}

// makesMethods tells if the comment of a method is one of which gen makes a method: the SQL
// has a parameter, or the file imports gen. In any other it only tells what the method does.
func (c *checker) makesMethods(file *ast.File, doc *ast.CommentGroup) bool {
	sql := commentText(doc)
	if strings.Contains(sql, "@") || strings.Contains(sql, "{{") {
		return true
	}
	_, ok := c.importName(file, "gorm.io/gen")
	return ok
}

// comment looks at the SQL of one method, for each table that @@table may stand for.
func (c *checker) comment(doc *ast.CommentGroup, tables []string) {
	sql, ok := sqlOf(doc)
	if !ok {
		return
	}
	if !strings.Contains(sql, "@@table") {
		tables = []string{""}
	}
	for _, table := range tables {
		for _, m := range c.unmarked(strings.ReplaceAll(sql, "@@table", table)) {
			c.add(lineWith(doc, sql), "SD003", nil, "%s", strings.Replace(textOf("the SQL of this comment", m), "add softdelete.Live", "name it, or take softdelete.Live", 1))
			return
		}
	}
}

// lineWith is the comment of a group in which some SQL begins.
func lineWith(doc *ast.CommentGroup, sql string) ast.Node {
	verb, _, _ := strings.Cut(sql, " ")
	for _, comment := range doc.List {
		if text := strings.TrimPrefix(comment.Text, "//"); strings.HasPrefix(strings.TrimPrefix(strings.TrimSpace(text), "sql(\""), verb) {
			return comment
		}
	}
	return doc
}

var (
	startsSQL = regexp.MustCompile(`^(SELECT|UPDATE|DELETE|INSERT|WITH|REPLACE|TRUNCATE)\s`)
	directive = regexp.MustCompile(`(?s)\{\{\s*(\w+)?.*?\}\}`)
)

// sqlOf is the SQL of a comment: its last paragraph that begins like SQL, in capitals.
func sqlOf(doc *ast.CommentGroup) (string, bool) {
	var sql string
	for paragraph := range strings.SplitSeq(commentText(doc), "\n\n") {
		paragraph = strings.TrimSpace(paragraph)
		if inner, ok := strings.CutPrefix(paragraph, "sql("); ok {
			paragraph = strings.Trim(strings.TrimSuffix(strings.TrimSpace(inner), ")"), "\"`")
		}
		if startsSQL.MatchString(paragraph) {
			sql = paragraph
		}
	}
	return directive.ReplaceAllStringFunc(sql, func(d string) string {
		switch directive.FindStringSubmatch(d)[1] {
		case "where":
			return " WHERE "
		case "set":
			return " SET "
		}
		return " "
	}), sql != ""
}

// commentText is what stands in a comment, SQL comments in it too.
func commentText(doc *ast.CommentGroup) string {
	var lines []string
	for _, comment := range doc.List {
		text, ok := strings.CutPrefix(comment.Text, "//")
		if !ok {
			text = strings.TrimSuffix(strings.TrimPrefix(text, "/*"), "*/")
		} else if strings.HasPrefix(text, "softdelete:") {
			continue
		}
		for line := range strings.SplitSeq(text, "\n") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return strings.Join(lines, "\n")
}

// takesExpression tells if a method has a parameter that may be softdelete.Live.
func (c *checker) takesExpression(method *ast.Field) bool {
	f, ok := method.Type.(*ast.FuncType)
	if !ok {
		return true
	}
	for _, param := range f.Params.List {
		if t := c.pass.TypesInfo.TypeOf(param.Type); t == nil || c.isExpression(t) {
			return true
		}
	}
	return false
}

// tablesOf are the tables of the models that an interface is for: by the constraint of its
// type parameter, by its instances in the package, by what gen applies it to.
func (c *checker) tablesOf(spec *ast.TypeSpec) (tables []string) {
	add := func(t types.Type) {
		if known, m := c.modelOfType(t); known == told && m.soft() && m.table != "" {
			tables = append(tables, m.table)
		}
	}
	obj := c.pass.TypesInfo.Defs[spec.Name]
	if obj == nil {
		return nil
	}
	if named, ok := obj.Type().(*types.Named); ok && named.TypeParams().Len() == 1 {
		if core, ok := named.TypeParams().At(0).Constraint().Underlying().(*types.Interface); ok && core.NumEmbeddeds() == 1 {
			switch t := types.Unalias(core.EmbeddedType(0)).(type) {
			case *types.Union:
				for i := range t.Len() {
					add(t.Term(i).Type())
				}
			default:
				add(t)
			}
		}
	}
	for id, instance := range c.pass.TypesInfo.Instances {
		if c.pass.TypesInfo.Uses[id] == obj && instance.TypeArgs.Len() == 1 {
			add(instance.TypeArgs.At(0))
		}
	}
	c.applied(obj, add)
	return tables
}

// applied are the models in g.ApplyInterface(func(Querier) {}, models…) of gen.
func (c *checker) applied(obj types.Object, add func(types.Type)) {
	for _, file := range c.pass.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "ApplyInterface" {
				return true
			}
			f, ok := c.pass.TypesInfo.TypeOf(call.Args[0]).(*types.Signature)
			if !ok || f.Params().Len() != 1 {
				return true
			}
			if named, ok := types.Unalias(f.Params().At(0).Type()).(*types.Named); ok && named.Obj() == obj {
				for _, model := range call.Args[1:] {
					add(c.pass.TypesInfo.TypeOf(model))
				}
			}
			return true
		})
	}
}
