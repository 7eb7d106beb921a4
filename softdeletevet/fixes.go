package softdeletevet

import (
	"go/ast"
	"go/types"
)

// keepsComments tells if no comment stands in what a fix takes away.
func (c *checker) keepsComments(f *fix) bool {
	for _, edit := range f.edits {
		file := c.fileOf(edit.Pos)
		if file == nil {
			continue
		}
		for _, group := range file.Comments {
			if edit.Pos < group.End() && group.Pos() < edit.End {
				return false
			}
		}
	}
	return true
}

// isItself tells if an expression is a handle, and not a struct with one in it: that one can
// not be handed on as a handle, and may have methods of its own.
func (c *checker) isItself(e ast.Expr) bool {
	t := types.Unalias(c.pass.TypesInfo.TypeOf(e))
	if t == nil || isGeneric(t) {
		return t != nil
	}
	_, isPointer := t.(*types.Pointer)
	return isPointer && isNamed(t, gormPath, "DB")
}

// hasMethod tells if a method of an expression is that of GORM.
func (c *checker) hasMethod(e ast.Expr, name string) bool {
	t := c.pass.TypesInfo.TypeOf(e)
	if t == nil {
		return false
	}
	obj, _, _ := types.LookupFieldOrMethod(t, true, c.pass.Pkg, name)
	return obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == gormPath
}

// usesHandle tells if a function of FindInBatches may do more with the handle that it gets:
// it has what has been called on the one outside.
func (c *checker) usesHandle(args []ast.Expr) bool {
	lit, ok := ast.Unparen(args[len(args)-1]).(*ast.FuncLit)
	if !ok {
		return true
	}
	for _, name := range lit.Type.Params.List[0].Names {
		if name.Name != "_" {
			return true
		}
	}
	return false
}
