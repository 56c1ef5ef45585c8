// A plot of points with error bars over two axes, as SVG in the width that there is. Every mark can
// be pointed at, tapped and reached by keyboard, and says its values.

import { el, svg } from "./dom.js";

const MARGIN = { left: 48, right: 16, top: 12, bottom: 44 };
const AXIS_NAME = 18;
const CAP = 4;
const BETWEEN_LABELS = 38;
const COLOURS = 6;
const TEXT_WIDTH = 6.6;
const TEXT_HEIGHT = 12;

const SHAPES = [
  "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
  "M-4.5 -4.5h9v9h-9z",
  "M0 -6.5L6.5 0L0 6.5L-6.5 0z",
  "M0 -6L6 4.5H-6z",
  "M0 6L6 -4.5H-6z",
];

/** A series' mark, for the plot and for its legend. */
export function mark(index) {
  return svg("path", { class: "mark-shape", d: SHAPES[index % SHAPES.length] });
}

/** The class that gives a series its colour. */
export const colour = (index) => `series-${index % COLOURS}`;

/** Round numbers between the bounds, about as many as asked for. */
export function niceTicks(low, high, about = 5) {
  const rough = (high - low) / about || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) {
    ticks.push(Number((i * step).toPrecision(12)));
  }
  return ticks;
}

/**
 * A plot.
 *
 * spec.label   what it shows, in words
 * spec.x       { label, position(value) in 0..1, ticks: [{ value, text }] }
 * spec.y       { label, low, high, text(value), ticks }
 * spec.lines   [{ y, low, high, text }]: levels to compare with
 * spec.series  [{ index, name, points: [{ x, y, low, high, label, rows: [[term, value]], link }] }];
 *              a point that is { gap: true } has no value, and the line has a gap there
 * spec.height  pixels
 */
export function plot(spec) {
  const tip = tooltip();
  const canvas = el("div", { class: "canvas" });
  const holder = el("div", { class: "plot" }, canvas, tip.element);
  let width = 0;
  new ResizeObserver(() => {
    if (holder.clientWidth !== width && holder.clientWidth > 0) {
      width = holder.clientWidth;
      tip.close();
      canvas.replaceChildren(draw(spec, width, tip));
    }
  }).observe(holder);
  return holder;
}

function draw(spec, width, tip) {
  const area = {
    left: MARGIN.left,
    right: width - MARGIN.right,
    top: MARGIN.top + (spec.y.label ? AXIS_NAME : 0),
    bottom: spec.height - MARGIN.bottom,
  };
  const inset = 22;
  const x = (value) => area.left + inset + spec.x.position(value) * (area.right - area.left - 2 * inset);
  const y = (value) =>
    area.bottom - ((value - spec.y.low) / (spec.y.high - spec.y.low)) * (area.bottom - area.top);
  const placed = spec.series.map((series) => ({ series, points: place(series, spec, x, y) }));
  const taken = placed.flatMap(({ points }) => points.filter((point) => !point.gap).map((point) => around(point, y)));
  return svg("svg", { width, height: spec.height, viewBox: `0 0 ${width} ${spec.height}`, role: "group", "aria-label": spec.label },
    grid(spec, area, y),
    axis(spec, area, x),
    (spec.lines ?? []).map((line) => level(line, area, y, taken)),
    placed.map(({ series, points }) => drawSeries(series, points, y, tip)));
}

function grid(spec, area, y) {
  return svg("g", { class: "grid", "aria-hidden": "true" },
    svg("text", { class: "axis-label", x: 0, y: 14 }, spec.y.label),
    spec.y.ticks.map((tick) => [
      svg("line", { x1: area.left, x2: area.right, y1: y(tick), y2: y(tick) }),
      svg("text", { x: area.left - 8, y: y(tick), dy: "0.32em", "text-anchor": "end" }, spec.y.text(tick)),
    ]).flat());
}

function axis(spec, area, x) {
  let last = -Infinity;
  const labels = spec.x.ticks.filter((tick) => {
    const far = x(tick.value) - last >= BETWEEN_LABELS;
    last = far ? x(tick.value) : last;
    return far;
  });
  return svg("g", { class: "axis", "aria-hidden": "true" },
    svg("line", { x1: area.left, x2: area.right, y1: area.bottom, y2: area.bottom }),
    spec.x.ticks.map((tick) =>
      svg("line", { x1: x(tick.value), x2: x(tick.value), y1: area.bottom, y2: area.bottom + 4 })),
    labels.map((tick) =>
      svg("text", { x: x(tick.value), y: area.bottom + 18, "text-anchor": "middle" }, tick.text)),
    svg("text", { class: "axis-label", x: (area.left + area.right) / 2, y: area.bottom + 37, "text-anchor": "middle" },
      spec.x.label));
}

function level(line, area, y, taken) {
  const band = Number.isFinite(line.low) && Number.isFinite(line.high)
    ? svg("rect", { class: "level-band", x: area.left, width: area.right - area.left, y: y(line.high), height: Math.max(0, y(line.low) - y(line.high)) })
    : null;
  return svg("g", { class: "level" }, svg("title", {}, line.text), band,
    svg("line", { x1: area.left, x2: area.right, y1: y(line.y), y2: y(line.y) }),
    levelText(line.text, y(line.y), area, taken));
}

/** A level's words above or below its line, as far right as they lie over no mark and no other words. */
function levelText(text, lineY, area, taken) {
  const width = TEXT_WIDTH * text.length;
  const rows = [lineY - 6, lineY + 15].filter((base) => base - TEXT_HEIGHT > 0 && base < area.bottom);
  const boxes = [];
  for (let right = area.right - 4; right - width >= area.left; right -= 8) {
    boxes.push(...rows.map((base) => ({ left: right - width, right, top: base - TEXT_HEIGHT, bottom: base + 3 })));
  }
  const free = boxes.find((box) => !taken.some((other) =>
    box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom));
  const box = free ?? { right: area.right - 4, left: area.right - 4 - width, top: lineY - 6 - TEXT_HEIGHT, bottom: lineY - 3 };
  taken.push(box);
  return svg("text", { x: box.right, y: box.bottom - 3, "text-anchor": "end" }, text);
}

/** What a mark covers with its error bar. */
function around(point, y) {
  const high = Number.isFinite(point.high) ? y(point.high) : point.py;
  const low = Number.isFinite(point.low) ? y(point.low) : point.py;
  return { left: point.px - 8, right: point.px + 8, top: Math.min(high, point.py - 8), bottom: Math.max(low, point.py + 8) };
}

/** Series stand a little beside each other, so that error bars at one sparsity can be told apart. */
function place(series, spec, x, y) {
  const shift = (spec.series.indexOf(series) - (spec.series.length - 1) / 2) * Math.min(7, 28 / spec.series.length);
  return series.points.map((point) => ({ ...point, px: x(point.x) + shift, py: y(point.y) }));
}

function drawSeries(series, points, y, tip) {
  const path = points.map((point, i) =>
    (point.gap ? "" : `${i && !points[i - 1].gap ? "L" : "M"}${point.px} ${point.py}`)).join("");
  return svg("g", { class: `series ${colour(series.index)}`, "data-series": series.name },
    svg("path", { class: "series-line", d: path, "aria-hidden": "true" }),
    points.filter((point) => !point.gap).map((point) => drawPoint(point, series, y, tip)));
}

function drawPoint(point, series, y, tip) {
  const bars = Number.isFinite(point.low) && Number.isFinite(point.high)
    ? svg("path", {
      class: "error-bar",
      d: `M0 ${y(point.low) - point.py}V${y(point.high) - point.py}`
        + `M${-CAP} ${y(point.low) - point.py}h${2 * CAP}M${-CAP} ${y(point.high) - point.py}h${2 * CAP}`,
    }) : null;
  const element = svg("g", {
    class: "mark", transform: `translate(${point.px} ${point.py})`, tabindex: 0, role: "button",
    "aria-label": point.label,
  }, svg("circle", { class: "mark-target", r: 15 }), bars, mark(series.index));
  const open = () => tip.open(point, series);
  element.addEventListener("pointerenter", open);
  element.addEventListener("focus", open);
  element.addEventListener("pointerleave", () => tip.leave());
  element.addEventListener("blur", () => tip.leave());
  element.addEventListener("click", () => tip.pin(point, series, element));
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      tip.pin(point, series, element).focus();
    } else if (event.key === "Escape") {
      tip.close();
    }
  });
  return element;
}

/** What a mark says. It goes with the pointer, unless the mark was tapped: then it stays. */
function tooltip() {
  const element = el("div", { class: "tip", hidden: true });
  let pinnedBy = null;

  function open(point, series) {
    if (pinnedBy) return;
    fill(point, series);
  }

  function fill(point, series) {
    const link = point.link ? el("a", { href: point.link }, "Open the best checkpoint") : null;
    element.replaceChildren(
      el("p", { class: `tip-title ${colour(series.index)}` }, series.name),
      el("dl", {}, point.rows.flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)])),
      link ?? "");
    element.hidden = false;
    const room = element.parentElement.clientWidth - element.offsetWidth;
    element.style.left = `${Math.max(0, Math.min(room, point.px - element.offsetWidth / 2))}px`;
    const above = point.py - element.offsetHeight - 14;
    element.style.top = `${above >= -20 ? above : point.py + 16}px`;
    return link ?? element;
  }

  function pin(point, series, by) {
    pinnedBy = by;
    element.classList.add("pinned");
    return fill(point, series);
  }

  function close() {
    pinnedBy = null;
    element.classList.remove("pinned");
    element.hidden = true;
  }

  document.addEventListener("pointerdown", (event) => {
    if (pinnedBy && !element.contains(event.target) && !pinnedBy.contains(event.target)) close();
  });
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const back = pinnedBy;
      close();
      back?.focus();
    }
  });
  return { element, open, pin, close, leave: () => pinnedBy || close() };
}
