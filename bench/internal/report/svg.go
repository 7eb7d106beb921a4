package report

import (
	"fmt"
	"html"
	"strings"
)

// SVG writes the elements of a drawing. Lengths are pixels, from the upper left corner. A class names what a style sets.
type SVG struct{ text strings.Builder }

// NewSVG begins a drawing with a style sheet and a title, which is what those hear who do not see it.
func NewSVG(width, height float64, style, title string) *SVG {
	s := new(SVG)
	fmt.Fprintf(&s.text, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\">\n",
		width, height, width, height)
	fmt.Fprintf(&s.text, "<title>%s</title>\n<style>\n%s\n</style>\n", html.EscapeString(title), strings.TrimSpace(style))
	return s
}

// Rect draws a rectangle from its upper left corner.
func (s *SVG) Rect(class string, x, y, width, height float64) {
	fmt.Fprintf(&s.text, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", class, x, y, width, height)
}

// Point is a place in the drawing.
type Point struct{ X, Y float64 }

// At is the point so far from the left and from the top.
func At(x, y float64) Point { return Point{x, y} }

// Path draws lines from point to point.
func (s *SVG) Path(class string, points ...Point) {
	var d strings.Builder
	for i, p := range points {
		step := " L"
		if i == 0 {
			step = "M"
		}
		fmt.Fprintf(&d, "%s%.1f %.1f", step, p.X, p.Y)
	}
	fmt.Fprintf(&s.text, "<path class=\"%s\" d=\"%s\"/>\n", class, d.String())
}

// Circle draws a circle.
func (s *SVG) Circle(class string, center Point, radius float64) {
	fmt.Fprintf(&s.text, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>\n", class, center.X, center.Y, radius)
}

// Write writes a line of text, whose class says where on it the point is.
func (s *SVG) Write(class string, at Point, text string) {
	fmt.Fprintf(&s.text, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", class, at.X, at.Y, html.EscapeString(text))
}

// WriteUp writes a line of text that runs upwards, with its middle at a point.
func (s *SVG) WriteUp(class string, at Point, text string) {
	fmt.Fprintf(&s.text, "<text class=\"%s\" transform=\"translate(%.1f %.1f) rotate(-90)\">%s</text>\n", class, at.X, at.Y, html.EscapeString(text))
}

// Bytes ends the drawing and returns it.
func (s *SVG) Bytes() []byte { return []byte(s.text.String() + "</svg>\n") }
