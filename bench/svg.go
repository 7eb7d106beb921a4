package main

import (
	"fmt"
	"html"
	"strings"
)

// svg writes the elements of a drawing. Lengths are pixels, from the upper left corner. A class names what a style sets.
type svg struct{ text strings.Builder }

// newSVG begins a drawing with a style sheet and a title, which is what those hear who do not see it.
func newSVG(width, height float64, style, title string) *svg {
	s := new(svg)
	fmt.Fprintf(&s.text, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\">\n",
		width, height, width, height)
	fmt.Fprintf(&s.text, "<title>%s</title>\n<style>\n%s\n</style>\n", html.EscapeString(title), strings.TrimSpace(style))
	return s
}

func (s *svg) rect(class string, x, y, width, height float64) {
	fmt.Fprintf(&s.text, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", class, x, y, width, height)
}

// point is a place in the drawing.
type point struct{ x, y float64 }

// path draws lines from point to point.
func (s *svg) path(class string, points ...point) {
	var d strings.Builder
	for i, p := range points {
		step := " L"
		if i == 0 {
			step = "M"
		}
		fmt.Fprintf(&d, "%s%.1f %.1f", step, p.x, p.y)
	}
	fmt.Fprintf(&s.text, "<path class=\"%s\" d=\"%s\"/>\n", class, d.String())
}

func (s *svg) circle(class string, center point, radius float64) {
	fmt.Fprintf(&s.text, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>\n", class, center.x, center.y, radius)
}

// write writes a line of text, whose class says where on it the point is.
func (s *svg) write(class string, at point, text string) {
	fmt.Fprintf(&s.text, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", class, at.x, at.y, html.EscapeString(text))
}

// writeUp writes a line of text that runs upwards, with its middle at a point.
func (s *svg) writeUp(class string, at point, text string) {
	fmt.Fprintf(&s.text, "<text class=\"%s\" transform=\"translate(%.1f %.1f) rotate(-90)\">%s</text>\n", class, at.x, at.y, html.EscapeString(text))
}

// bytes ends the drawing and returns it.
func (s *svg) bytes() []byte { return []byte(s.text.String() + "</svg>\n") }
