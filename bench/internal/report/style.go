package report

// Style is what drawings have in common. It brings its own ground, so that it is read alike on a light page and a dark one,
// whatever the page believes it is.
const Style = `
text { font: 12px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
.ground { fill: #ffffff } .frame { fill: none; stroke: #d1d9e0 } .grid { fill: none; stroke: #d1d9e0; stroke-width: .6 }
.one { fill: none; stroke: #59636e; stroke-width: 1.2 }
.head { font-size: 15px; font-weight: 600 } .strong { font-weight: 600 } .middle { text-anchor: middle } .end { text-anchor: end }
.line { fill: none; stroke-width: 2 } .value { font-size: 10.5px; text-anchor: middle }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.ground { fill: #0d1117 } .frame, .grid { stroke: #3d444d } .one { stroke: #9198a1 }
}`
