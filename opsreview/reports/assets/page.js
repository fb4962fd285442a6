// Draws the figures of a page from the JSON beside them, in the colours of the page, and makes
// its tables readable on a phone. Loads nothing and sends nothing.
(() => {
  "use strict";

  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 36rem)");
  const touch = matchMedia("(pointer: coarse)");
  const PRINTED_WIDTH = 680; // A4 less its margins, in CSS pixels
  const LEAST_CONTRAST = 3; // of a mark against the paper (WCAG 1.4.11)
  const CONFIG = {
    responsive: true, displaylogo: false, displayModeBar: false, showSendToCloud: false,
    showEditInChartStudio: false, showLink: false, doubleClick: "reset",
  };

  const token = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

  // --- colours -----------------------------------------------------------------------------

  const pen = document.createElement("canvas").getContext("2d");

  function rgba(text) {
    pen.fillStyle = "#010203";
    pen.fillStyle = text;
    const clean = pen.fillStyle;
    if (clean === "#010203") return null; // not a colour
    if (clean[0] === "#") return [1, 3, 5].map((at) => parseInt(clean.slice(at, at + 2), 16)).concat(1);
    return clean.match(/[\d.]+/g).map(Number);
  }

  function luminance([red, green, blue]) {
    const part = (value) => (value / 255 <= 0.04045 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  }

  function contrast(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }

  const mixed = (from, to, share) => [0, 1, 2].map((at) => Math.round(from[at] + (to[at] - from[at]) * share));

  // A colour chosen for white paper, on dark paper: greys change places, hues get light enough.
  function onDark(text, ink, paper) {
    const colour = rgba(text);
    if (!colour) return text;
    const [red, green, blue, alpha] = colour;
    const spread = Math.max(red, green, blue) - Math.min(red, green, blue);
    let shown = [red, green, blue];
    if (spread < 40) {
      shown = mixed(ink, paper, (red + green + blue) / 765);
    } else {
      for (let step = 0; step < 12 && contrast(shown, paper) < LEAST_CONTRAST + 1.5; step += 1) {
        shown = mixed(shown, [255, 255, 255], 0.12);
      }
    }
    return `rgba(${shown.join(",")},${alpha})`;
  }

  // A scale from pale to strong starts at the paper, whichever that is; others keep their order.
  function scaleOnDark(stops, ink, paper) {
    const colours = stops.map((stop) => rgba(stop[1]));
    const isPaleFirst = colours.every((colour, at) => colour && colour[3] === 1 && (at === 0 || luminance(colour) <= luminance(colours[at - 1])));
    if (!isPaleFirst) return stops;
    const strongest = rgba(onDark(stops[stops.length - 1][1], ink, paper));
    return [0, 1].map((at) => [at, `rgb(${mixed(paper, strongest, 0.08 + 0.92 * at).join(",")})`]);
  }

  function recoloured(value, change, key = "") {
    if (typeof value === "string") return /color(s|way)?$/i.test(key) ? change(value) : value;
    if (Array.isArray(value)) {
      if (/^(colorscale|sequential)/.test(key)) return change.scale(value);
      return /^(x|y|z|text|customdata)$/.test(key) ? value : value.map((item) => recoloured(item, change, key));
    }
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, recoloured(item, change, name)]));
  }

  // --- figures -----------------------------------------------------------------------------

  function withDefaults(given, defaults) {
    const merged = { ...defaults, ...given };
    for (const key of Object.keys(defaults)) {
      if (isObject(defaults[key])) merged[key] = withDefaults(isObject(given?.[key]) ? given[key] : {}, defaults[key]);
    }
    return merged;
  }

  function pageTemplate() {
    const axis = {
      gridcolor: token("--grid"), linecolor: token("--line"), zerolinecolor: token("--line"),
      tickcolor: token("--line"), automargin: true,
    };
    return {
      font: { color: token("--soft"), size: 13, family: getComputedStyle(document.body).fontFamily },
      xaxis: axis, yaxis: axis,
      colorway: ["#0b63bd", "#d1661b", "#0b7268", "#a0479b", "#8a6d00", "#5f6976"],
      legend: { orientation: "h", y: -0.18, x: 0 },
    };
  }

  function narrowed(layout) {
    const margin = layout.margin || {};
    layout.margin = { ...margin, l: Math.min(margin.l ?? 44, 56), r: Math.min(margin.r ?? 12, 72) };
    layout.font = { ...layout.font, size: Math.min(layout.font?.size ?? 12, 12) };
  }

  function styled(figure) {
    const paper = rgba(token("--paper"));
    const ink = rgba(token("--ink"));
    const isDark = luminance(paper) < 0.2;
    const change = (text) => onDark(text, ink, paper);
    change.scale = (stops) => scaleOnDark(stops, ink, paper);
    const { data, layout } = isDark ? recoloured(figure, change) : figure;
    const template = layout.template || {};
    layout.template = { ...template, layout: withDefaults(template.layout, pageTemplate()) };
    layout.font = { ...layout.font, color: token("--soft") };
    Object.assign(layout, { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: true });
    layout.hoverlabel = {
      ...layout.hoverlabel, bgcolor: token("--paper"), bordercolor: token("--soft"),
      font: { ...layout.hoverlabel?.font, color: token("--ink") },
    };
    delete layout.width;
    if (touch.matches) layout.dragmode = false; // a finger on a chart scrolls the page
    if (narrow.matches && !root.dataset.print) narrowed(layout);
    if (root.dataset.print) Object.assign(layout, { width: PRINTED_WIDTH, autosize: false });
    return [data, layout];
  }

  function draw(place) {
    const [data, layout] = styled(JSON.parse(place.nextElementSibling.textContent));
    layout.height = place.clientHeight;
    return window.Plotly.react(place, data, layout, CONFIG);
  }

  const places = [...document.querySelectorAll(".plot")];

  function drawAll() {
    if (!window.Plotly) return;
    for (const place of places) {
      try {
        draw(place);
      } catch (error) { // the other figures are drawn all the same
        place.textContent = "This figure cannot be drawn; its data may be below.";
        console.error(error);
      }
    }
  }

  function printing(is) {
    if (is) root.dataset.print = "yes";
    else delete root.dataset.print;
    drawAll();
  }

  // --- tables ------------------------------------------------------------------------------

  const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TH: "columnheader", TD: "cell" };

  // Rows shown as blocks lose both their headings and their meaning to screen readers.
  function labelled(table) {
    const headings = [...table.querySelectorAll("thead th")].map((heading) => heading.textContent.trim());
    for (const part of [table, ...table.querySelectorAll("thead, tbody, tr, th, td")]) {
      if (!part.hasAttribute("role")) part.setAttribute("role", ROLES[part.tagName]);
    }
    for (const row of table.tBodies[0]?.rows ?? []) {
      [...row.cells].forEach((cell, at) => {
        if (headings[at] && cell.tagName === "TD" && !cell.dataset.label) cell.dataset.label = headings[at];
      });
    }
  }

  function scrollable(box) {
    if (box.scrollWidth > box.clientWidth && !box.hasAttribute("tabindex")) box.tabIndex = 0;
  }

  document.querySelectorAll("main table").forEach(labelled);
  document.querySelectorAll(".block, pre").forEach(scrollable);
  drawAll();
  dark.addEventListener("change", drawAll);
  narrow.addEventListener("change", drawAll);
  addEventListener("beforeprint", () => printing(true));
  addEventListener("afterprint", () => printing(false));
})();
