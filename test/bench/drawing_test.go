package bench

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// Measures of the drawing, in pixels.
const (
	drawWidth, drawHeight = 640, 400
	drawLeft, drawTop     = 70, 20
	drawRight, drawBottom = 20, 50
)

// drawing is curves with both axes logarithmic.
func drawing(curves []curve) string {
	low, high := math.Inf(1), math.Inf(-1)   // decades of numbers
	least, most := math.Inf(1), math.Inf(-1) // of µs
	for _, c := range curves {
		for _, p := range c.points {
			low, high = min(low, math.Floor(math.Log10(p.x))), max(high, math.Ceil(math.Log10(p.x)))
			y := math.Log10(micro(p.cpu))
			least, most = min(least, math.Floor(y)), max(most, math.Ceil(y))
		}
	}
	across := func(x float64) float64 {
		return drawLeft + (math.Log10(x)-low)/(high-low)*(drawWidth-drawLeft-drawRight)
	}
	up := func(y float64) float64 {
		return drawHeight - drawBottom - (math.Log10(y)-least)/(most-least)*(drawHeight-drawTop-drawBottom)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n", drawWidth, drawHeight)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="white"/>`+"\n", drawWidth, drawHeight)
	for d := low; d <= high; d++ {
		x := across(math.Pow(10, d))
		fmt.Fprintf(&b, `<path d="M%.1f %dV%d" stroke="#ddd"/><text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n",
			x, drawTop, drawHeight-drawBottom, x, drawHeight-drawBottom+18, decade(d))
	}
	for d := least; d <= most; d++ {
		y := up(math.Pow(10, d))
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%s µs</text>`+"\n",
			drawLeft, y, drawWidth-drawRight, drawLeft-6, y+4, decade(d))
	}
	for i, c := range curves {
		colour := []string{"#0b6", "#06b", "#b50"}[i%3]
		var line []string
		for _, p := range c.points {
			line = append(line, fmt.Sprintf("%.1f,%.1f", across(p.x), up(micro(p.cpu))))
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", across(p.x), up(micro(p.cpu)), colour)
		}
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", strings.Join(line, " "), colour)
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="%s">%s</text>`+"\n", drawLeft+10, drawTop+16+16*i, colour, c.name)
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">CPU of a warm call across the pipe, both processes</text>`+"\n</svg>\n",
		(drawLeft+drawWidth-drawRight)/2, drawHeight-10)
	return b.String()
}

func micro(d time.Duration) float64 { return max(float64(d.Nanoseconds()), 1) / 1e3 }

func decade(d float64) string {
	return fmt.Sprintf("%g", math.Pow(10, d))
}

func TestADrawingShowsItsPoints(t *testing.T) {
	svg := drawing([]curve{
		{"apples", []point{{10, 10 * time.Microsecond, 0}, {1000, time.Millisecond, 0}}},
		{"pears", []point{{100, 100 * time.Microsecond, 0}}},
	})
	for _, want := range []string{
		`<polyline points="70.0,350.0 620.0,20.0"`, `<circle cx="345.0" cy="185.0"`, ">apples<", ">pears<", ">100 µs<", ">1000 µs<",
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("%s is not in\n%s", want, svg)
		}
	}
}
