// Looks at the page that is shown as somebody does who cannot see it, or not well, and says what is wrong with it.
(() => {
	const problems = [];
	const wrong = (what, of) => problems.push(what + (of ? ": " + of.outerHTML.replace(/\s+/g, " ").slice(0, 160) : ""));
	const all = (selector) => [...document.querySelectorAll(selector)];
	const shown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
	const text = (element) => element.textContent.replace(/\s+/g, " ").trim();

	// The page as a whole.
	if (!document.documentElement.lang) wrong("no language");
	if (!document.title.trim()) wrong("no title");
	for (const [selector, least, most] of [["main", 1, 1], ["body > header", 1, 1], ["body > footer", 1, 1], ["header nav", 1, 1], ["h1", 1, 1]]) {
		const n = all(selector).filter(shown).length;
		if (matchMedia("print").matches && selector !== "main" && selector !== "h1") continue;
		if (n < least || n > most) wrong(`${n} of ${selector}`);
	}
	if (all("nav").some((nav) => !nav.getAttribute("aria-label") && !nav.getAttribute("aria-labelledby"))) wrong("a nav without a name");
	const skip = document.querySelector("body a");
	if (!skip || skip.getAttribute("href") !== "#main" || !document.querySelector("#main")) wrong("the first link does not skip to the content");

	// No script, no style but the sheet's.
	for (const element of all("script, style, iframe, object, embed, base")) wrong("not to be here", element);
	for (const element of all("*")) {
		for (const attribute of element.attributes) {
			if (attribute.name === "style" || attribute.name.startsWith("on")) wrong(attribute.name, element);
			if (["href", "src", "action", "formaction"].includes(attribute.name) && /^\s*(javascript|data|vbscript):/i.test(attribute.value)) wrong(attribute.name, element);
		}
	}

	// Ids are unique, and what is named by one is there.
	const ids = new Set();
	for (const element of all("[id]")) {
		if (ids.has(element.id)) wrong("twice the same id", element);
		ids.add(element.id);
	}
	for (const attribute of ["for", "aria-labelledby", "aria-describedby", "aria-controls"]) {
		for (const element of all(`[${attribute}]`)) {
			for (const id of element.getAttribute(attribute).split(/\s+/)) if (!ids.has(id)) wrong(`${attribute} names nothing`, element);
		}
	}

	// Headings go down by one.
	let level = 0;
	for (const heading of all("h1, h2, h3, h4, h5, h6").filter(shown)) {
		const now = Number(heading.tagName[1]);
		if (now > level + 1) wrong(`a heading of level ${now} after ${level}`, heading);
		if (!text(heading)) wrong("an empty heading", heading);
		level = now;
	}

	// What can be used has a name, and is large enough to be met.
	for (const field of all("input:not([type=hidden]), select, textarea")) {
		const name = [...field.labels].map(text).join(" ") || field.getAttribute("aria-label");
		if (!name) wrong("a field without a label", field);
	}
	for (const element of all("a, button, summary")) {
		if (!text(element) && !element.getAttribute("aria-label") && !element.querySelector("title")) wrong("without a text", element);
	}
	for (const button of all("button, input:not([type=hidden]):not([type=checkbox]), select").filter(shown)) {
		const box = button.getBoundingClientRect();
		if (box.height < 24 || box.width < 24) wrong(`${box.width}x${box.height} is too small to be met`, button);
	}
	for (const table of all("table")) {
		if (!table.caption || !text(table.caption)) wrong("a table without a caption", table);
		if (!table.querySelector("th[scope]")) wrong("a table without heads", table);
	}
	for (const picture of all("svg")) {
		if (picture.getAttribute("aria-hidden") !== "true" && !picture.querySelector("title")) wrong("a picture that says nothing", picture);
	}
	for (const time of all("time")) if (!/^\d{4}-\d\d-\d\dT/.test(time.dateTime)) wrong("no moment", time);

	// Nothing goes out at the side.
	const room = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth > room) {
		wrong(`${document.documentElement.scrollWidth} wide on ${room}`);
		for (const element of all("body *").filter(shown)) {
			const { right } = element.getBoundingClientRect();
			if (right > room + 1) { wrong(`reaches ${Math.round(right)} of ${room}`, element); break; }
		}
	}

	// Texts have contrast. Colours are painted on a canvas, which knows every way to write one.
	const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
	const over = (below, colour) => {
		canvas.clearRect(0, 0, 1, 1);
		canvas.fillStyle = `rgb(${below.join(" ")})`;
		canvas.fillRect(0, 0, 1, 1);
		canvas.fillStyle = colour;
		canvas.fillRect(0, 0, 1, 1);
		return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
	};
	const dark = matchMedia("(prefers-color-scheme: dark)").matches && !matchMedia("print").matches;
	const behind = (element) => {
		const chain = [];
		for (let e = element; e; e = e.parentElement) chain.unshift(getComputedStyle(e).backgroundColor);
		return chain.reduce(over, dark ? [18, 18, 18] : [255, 255, 255]);
	};
	const light = (colour) => {
		const [r, g, b] = colour.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const told = new Set();
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const element = walker.currentNode.parentElement;
		if (!walker.currentNode.data.trim() || !shown(element) || element.closest("svg, option")) continue;
		const style = getComputedStyle(element);
		const back = behind(element);
		const [a, b] = [light(over(back, style.color)), light(back)];
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		const size = parseFloat(style.fontSize);
		const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
		const key = element.tagName + element.className + style.color;
		if (ratio < (large ? 3 : 4.5) && !told.has(key)) {
			told.add(key);
			wrong(`contrast of ${ratio.toFixed(2)}`, element);
		}
	}
	return problems;
})()
