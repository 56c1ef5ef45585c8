// The learning rates of a lineage, one training after the other, on a linear or a logarithmic axis.

import { el, svg } from "./dom.js";
import * as format from "./format.js";
import { niceTicks } from "./plot.js";

const HEIGHT = 260;
const MARGIN = { left: 56, right: 14, top: 26, bottom: 42 };
/** Rates that go down to 0 end here on a logarithmic axis, as a share of the highest. */
const LEAST = 1e-4;

/** steps: [{ name, iterations, curve: [rates, evenly spaced] }], in the order they were trained. */
export function learningRates(steps) {
  const canvas = el("div", { class: "canvas" });
  const holder = el("div", { class: "plot curve" }, canvas);
  let logarithmic = false;
  let width = 0;
  const draw = () => width > 0 && canvas.replaceChildren(curves(steps, width, logarithmic));
  new ResizeObserver(() => {
    if (holder.clientWidth !== width) {
      width = holder.clientWidth;
      draw();
    }
  }).observe(holder);
  const axis = (value, text) => el("label", {},
    el("input", {
      type: "radio", name: "rate-axis", value, checked: value === "linear", "data-key": `rate-${value}`,
      change: () => {
        logarithmic = value === "logarithmic";
        draw();
      },
    }), text);
  return el("div", {},
    el("fieldset", { class: "toggle" }, el("legend", { class: "hidden-text" }, "Axis of the rate"),
      axis("linear", "linear"), axis("logarithmic", "logarithmic")),
    holder);
}

function scale(steps, logarithmic, top, bottom) {
  const highest = Math.max(...steps.flatMap((step) => step.curve)) || 1;
  if (!logarithmic) {
    const high = highest * 1.05;
    return {
      y: (rate) => bottom - (rate / high) * (bottom - top),
      ticks: niceTicks(0, high, 5),
    };
  }
  const positive = steps.flatMap((step) => step.curve).filter((rate) => rate > 0);
  const low = Math.log10(Math.max(highest * LEAST, Math.min(...positive, highest)));
  const high = Math.log10(highest * 1.3);
  const ticks = [];
  for (let power = Math.ceil(low); power <= high; power += 1) ticks.push(10 ** power);
  const span = Math.max(high - low, 0.1);
  return {
    y: (rate) => bottom - (Math.max(0, (rate > 0 ? Math.log10(rate) : low) - low) / span) * (bottom - top),
    ticks,
  };
}

function curves(steps, width, logarithmic) {
  const area = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  const total = steps.reduce((sum, step) => sum + step.iterations, 0) || 1;
  const x = (iteration) => area.left + (iteration / total) * (area.right - area.left);
  const { y, ticks } = scale(steps, logarithmic, area.top, area.bottom);
  let begun = 0;
  const parts = steps.map((step, i) => {
    const from = begun;
    begun += step.iterations;
    return segment(step, i, from, x, y, area);
  });
  return svg("svg", {
    width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": inWords(steps),
  },
  svg("g", { class: "grid" }, svg("text", { class: "axis-label", x: 0, y: 12 }, "rate"), ticks.flatMap((tick) => [
    svg("line", { x1: area.left, x2: area.right, y1: y(tick), y2: y(tick) }),
    svg("text", { x: area.left - 8, y: y(tick), dy: "0.32em", "text-anchor": "end" }, format.rate(tick)),
  ])),
  parts,
  svg("g", { class: "axis" },
    svg("line", { x1: area.left, x2: area.right, y1: area.bottom, y2: area.bottom }),
    niceTicks(0, total, Math.max(2, Math.floor(width / 130))).map((tick) =>
      svg("text", { x: x(tick), y: area.bottom + 18, "text-anchor": "middle" }, format.whole(tick))),
    svg("text", { class: "axis-label", x: (area.left + area.right) / 2, y: area.bottom + 36, "text-anchor": "middle" }, "iterations")));
}

function segment(step, index, from, x, y, area) {
  const last = Math.max(1, step.curve.length - 1);
  const at = (i) => x(from + (i / last) * step.iterations);
  const line = step.curve.map((rate, i) => `${i ? "L" : "M"}${at(i).toFixed(1)} ${y(rate).toFixed(1)}`).join("");
  const wide = x(from + step.iterations) - x(from);
  return svg("g", { class: `rates ${index === 0 ? "first" : ""}`, "data-step": step.name },
    svg("title", {}, `${step.name}: ${format.rate(step.peak)} at most, ${format.whole(step.iterations)} iterations`),
    svg("path", { class: "rates-area", d: `${line}L${at(last)} ${area.bottom}L${at(0)} ${area.bottom}z` }),
    svg("path", { class: "rates-line", d: line }),
    svg("line", { class: "rates-start", x1: x(from), x2: x(from), y1: area.top - 14, y2: area.bottom }),
    wide > 44 ? svg("text", { x: x(from) + 5, y: area.top - 6 }, wide > 9 * step.name.length ? step.name : String(step.short)) : null);
}

function inWords(steps) {
  return `Learning rates: ${steps.map((step) =>
    `${step.name}, at most ${format.rate(step.peak)} over ${format.whole(step.iterations)} iterations`).join("; ")}`;
}
