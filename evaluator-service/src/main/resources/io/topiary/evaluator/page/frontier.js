// What sparsity costs and what it gains: accuracy and speedups against target sparsity, for one
// model on one data set.

import * as api from "./api.js";
import { el, empty, replace, section, svg } from "./dom.js";
import * as format from "./format.js";
import { batchesOf, checkpointTable, figuresTable, measured } from "./frontier-table.js";
import { colour, mark, niceTicks, plot } from "./plot.js";

const isDense = (point) => String(point.method).toLowerCase() === "dense" || point.sparsity === 0;
const keyOf = (point) => `${point.model} on ${point.data}`;

const has = (value) => value !== null && value !== undefined;
const told = (stat) => has(stat.mean) && stat.count !== 0;

export function frontier() {
  const accuracy = section("accuracy", "Accuracy against sparsity");
  const speedup = section("speedup", "Speedup against sparsity");
  const checkpoints = section("checkpoints", "Checkpoints");
  const chooser = el("select", { id: "model-choice" });
  const choice = el("p", { class: "choice" }, el("label", { for: "model-choice" }, "Model"), chooser);
  const bodies = [accuracy, speedup, checkpoints].map((card) => card.appendChild(el("div", {})));
  accuracy.querySelector("h2").after(choice);
  let shown = "";
  let points = [];
  chooser.addEventListener("change", () => {
    shown = "";
    void update({ points });
  });

  async function update(answer) {
    points = answer.points;
    choose([...new Set(points.map(keyOf))].sort());
    const chosen = points.filter((point) => keyOf(point) === chooser.value);
    const details = chosen.length ? await api.model(chosen[0].model) : null;
    const state = JSON.stringify([chosen, details]);
    if (state !== shown) {
      shown = state;
      replace(bodies[0], ...accuracyPart(chosen));
      replace(bodies[1], ...speedupPart(chosen));
      replace(bodies[2], ...checkpointPart(details));
    }
    return null;
  }

  function choose(keys) {
    choice.hidden = keys.length === 0;
    if (keys.join() !== [...chooser.options].map((option) => option.value).join()) {
      const before = chooser.value;
      chooser.replaceChildren(...keys.map((key) => el("option", { value: key }, key)));
      chooser.value = keys.includes(before) ? before : keys[0] ?? "";
    }
  }

  return { element: el("div", { class: "stack" }, accuracy, speedup, checkpoints), update };
}

/** One series for each method and schedule, in the order of their names. */
export function seriesOf(points) {
  const names = (point) => `${format.name(point.method)}, ${format.name(point.schedule)}`;
  return [...new Set(points.filter((point) => !isDense(point)).map(names))].sort().map((name, index) => ({
    name,
    index,
    points: points.filter((point) => !isDense(point) && names(point) === name)
      .sort((a, b) => a.sparsity - b.sparsity),
  }));
}

/** Sparsities stand as far apart as the weights that are left differ in size. */
function sparsityAxis(points) {
  const values = [...new Set(points.map((point) => point.sparsity))].sort((a, b) => a - b);
  const place = (value) => -Math.log(Math.max(1e-6, 1 - value));
  const low = place(values[0]);
  const high = place(values.at(-1));
  return {
    label: "target sparsity",
    position: (value) => (high > low ? (place(value) - low) / (high - low) : 0.5),
    ticks: values.map((value) => ({ value, text: format.sparsity(value) })),
  };
}

function legend(series) {
  return el("ul", { class: "legend" }, series.map(({ name, index }) =>
    el("li", { class: colour(index) },
      svg("svg", { width: 16, height: 16, viewBox: "-8 -8 16 16", "aria-hidden": "true" }, mark(index)), name)));
}

function accuracyPart(points) {
  const series = seriesOf(points);
  if (series.length === 0) {
    return [empty(points.length
      ? "Only the dense network is finished so far. Its pruned networks appear here when they have been retrained and evaluated."
      : "No network is finished yet. Networks appear here when they have been retrained and evaluated."),
    points.length ? figuresTable(points) : ""];
  }
  const dense = points.filter(isDense);
  const spec = accuracyPlot(series, dense);
  const many = points.some((point) => point.count >= 2);
  return [legend(series), plot(spec),
    el("p", { class: "note" }, many
      ? "Mean test accuracy of finished networks; bars are one sample standard deviation over seeds. "
      : "Test accuracy of finished networks, one seed each, so there are no error bars. ",
    "The axis does not begin at 0."),
    el("details", { "data-key": "figures" },
      el("summary", { "data-key": "figures-summary" }, "The figures as a table"), figuresTable(points))];
}

function accuracyPlot(series, dense) {
  const of = (stat) => {
    const [mean, std] = [100 * stat.mean, has(stat.std) ? 100 * stat.std : NaN];
    return { y: mean, low: mean - std, high: mean + std };
  };
  const lines = dense.map((point) => ({
    ...of(point.test),
    text: `dense${dense.length > 1 ? `, ${format.name(point.schedule)}` : ""} ${format.spread(point.test)}`,
  }));
  const drawn = series.map(({ name, index, points }) => ({
    name,
    index,
    points: points.map((point) => ({ x: point.sparsity, ...of(point.test), ...words(name, point) })),
  }));
  const y = bounds([...lines, ...drawn.flatMap((one) => one.points)]);
  return {
    label: "Test accuracy against target sparsity",
    height: 350,
    x: sparsityAxis(series.flatMap((one) => one.points)),
    y: { label: "test accuracy", ...y, ticks: niceTicks(y.low, y.high, 7), text: (value) => `${value}%` },
    lines,
    series: drawn,
  };
}

/** What a mark says, to eyes and to ears. */
function words(name, point) {
  const seeds = point.count === 1 ? "1 network" : `${point.count} networks`;
  const theoretical = format.timesSpread(point.theoreticalSpeedup);
  const timed = batchesOf([point]).map((batch) => [`measured, batch ${batch}`, measured(point, batch)]);
  return {
    label: `${name} at ${format.sparsity(point.sparsity)}: test ${format.spread(point.test)}, ${seeds}`,
    link: point.bestCheckpoint ? `#/checkpoints/${encodeURIComponent(point.bestCheckpoint)}` : null,
    rows: [
      ["sparsity", format.sparsity(point.sparsity)],
      ["test", format.spread(point.test, 2)],
      ["validation", format.spread(point.validation, 2)],
      ["theoretical", theoretical],
      ...timed,
      ["of", `${seeds}${point.seeds?.length ? `, seed${point.seeds.length > 1 ? "s" : ""} ${point.seeds.join(", ")}` : ""}`],
    ],
  };
}

/** Bounds that show differences, and leave some room. */
function bounds(values) {
  const all = values.flatMap(({ y, low, high }) => [y, low, high]).filter(Number.isFinite);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = Math.max(0.3, 0.1 * (high - low));
  return { low: low - room, high: Math.max(low, high) + 1.3 * room };
}

function speedupPart(points) {
  const series = seriesOf(points);
  if (series.length === 0) {
    return [empty("Speedups appear here beside each other: what the count of multiply-adds promises, and what was measured.")];
  }
  const sparse = series.flatMap((one) => one.points);
  const batches = batchesOf(sparse);
  const kinds = [
    { title: "Theoretical", note: "multiply-adds of the dense network over those left: a count, not a time", dense: "as many as dense",
      of: (point) => point.theoreticalSpeedup },
    ...batches.map((batch) => ({
      title: `Measured, batch ${batch}`,
      note: "time of the dense network over that of the pruned one, same machine and threads",
      dense: "as fast as dense",
      of: (point) => (point.measuredSpeedup ?? []).find((one) => one.batch === batch),
    })),
  ];
  const highest = Math.max(1.2, ...kinds.flatMap((kind) => sparse.map((point) => {
    const stat = kind.of(point);
    return stat && told(stat) ? stat.mean + (stat.std ?? 0) : 0;
  })));
  return [legend(series),
    el("div", { class: "panels" }, kinds.map((kind) => speedupPanel(kind, series, highest * 1.08))),
    batches.length ? "" : el("p", { class: "note" }, "No speedup was measured for these networks.")];
}

function speedupPanel(kind, series, high) {
  const withheld = [];
  const untimed = [];
  const drawn = series.map(({ name, index, points }) => ({
    name,
    index,
    points: points.flatMap((point) => {
      const stat = kind.of(point);
      if (!stat || !told(stat)) {
        (stat ? withheld : untimed).push(`${name} at ${format.sparsity(point.sparsity)}`);
        return [{ gap: true }];
      }
      const text = format.timesSpread(stat);
      return [{
        x: point.sparsity, y: stat.mean, low: stat.mean - (stat.std ?? NaN), high: stat.mean + (stat.std ?? NaN),
        ...words(name, point),
        label: `${kind.title}: ${name} at ${format.sparsity(point.sparsity)}: ${text}`,
      }];
    }),
  }));
  return el("figure", { class: "panel" },
    el("figcaption", {}, el("h3", {}, kind.title), el("p", {}, kind.note)),
    plot({
      label: `${kind.title} speedup against target sparsity`,
      height: 240,
      x: sparsityAxis(series.flatMap((one) => one.points)),
      y: { label: "", low: 0, high, ticks: niceTicks(0, high, 5), text: (value) => `${value}×` },
      lines: [{ y: 1, text: kind.dense }],
      series: drawn,
    }),
    withheld.length ? el("p", { class: "note withheld" }, `Withheld: ${withheld.join("; ")}.`) : null,
    untimed.length ? el("p", { class: "note" }, `Not timed: ${untimed.join("; ")}.`) : null);
}

function checkpointPart(details) {
  return details && details.checkpoints.length > 0
    ? [checkpointTable(details.checkpoints)]
    : [empty("None is evaluated yet. Each will have a page of its own, with its lineage and its learning rates.")];
}
