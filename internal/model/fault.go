package model

// Fault is what is wrong with a model's definition, without how the public error
// words it.
type Fault struct{ Model, Field, Problem string }

// Error names the model, the field, and the problem.
func (f *Fault) Error() string {
	if f.Field == "" {
		return f.Model + ": " + f.Problem
	}
	return f.Model + "." + f.Field + ": " + f.Problem
}
