// The frontier and its checkpoints as tables: what the plots show, for those who do not see them.

import { el, table } from "./dom.js";
import * as format from "./format.js";

const link = (id, text) => el("a", { href: `#/checkpoints/${encodeURIComponent(id)}`, "data-key": `to-${id}` }, text);

/** What evaluators time. */
const BATCHES = [1, 64];

/** The batch sizes to show, in their order; none where nothing was timed at all. */
export function batchesOf(points) {
  const timed = points.flatMap((point) => (point.measuredSpeedup ?? []).map((one) => one.batch));
  return timed.length ? [...new Set([...BATCHES, ...timed])].sort((a, b) => a - b) : [];
}

export function figuresTable(points) {
  const batches = batchesOf(points);
  const columns = [
    { title: "Sparsity" }, { title: "Method" }, { title: "Schedule" },
    { title: "Networks", number: true }, { title: "Validation", number: true }, { title: "Test", number: true },
    { title: "Theoretical speedup", number: true },
    ...batches.map((batch) => ({ title: `Measured speedup, batch ${batch}`, number: true })),
    { title: "Dense", number: true }, { title: "Sparse", number: true }, { title: "Gzipped", number: true },
    { title: "Best" },
  ];
  const rows = [...points]
    .sort((a, b) => a.sparsity - b.sparsity || String(a.method).localeCompare(b.method)
      || String(a.schedule).localeCompare(b.schedule))
    .map((point) => ({
      cells: [
        point.sparsity > 0 ? format.sparsity(point.sparsity) : "dense",
        format.name(point.method), format.name(point.schedule), format.whole(point.count),
        format.spread(point.validation), format.spread(point.test),
        format.timesSpread(point.theoreticalSpeedup),
        ...batches.map((batch) => measured(point, batch)),
        format.bytes(point.bytesDense), format.bytes(point.bytesSparse), format.bytes(point.bytesGzipped),
        point.bestCheckpoint ? link(point.bestCheckpoint, "open") : "–",
      ],
    }));
  return table("Accuracy, speedups and sizes by sparsity, method and schedule", columns, rows);
}

/** A point's speedup at a batch size, in words where there is no figure: it was withheld, or never measured. */
export function measured(point, batch) {
  const stat = (point.measuredSpeedup ?? []).find((one) => one.batch === batch);
  return !stat ? "not timed" : stat.count === 0 ? "withheld" : format.timesSpread(stat);
}

export function checkpointTable(checkpoints) {
  const columns = [
    { title: "Checkpoint" }, { title: "Stage" }, { title: "Sparsity", number: true }, { title: "Method" },
    { title: "Schedule" }, { title: "Phase" }, { title: "Seed", number: true },
    { title: "Validation", number: true }, { title: "Test", number: true }, { title: "Made" },
  ];
  const rows = [...checkpoints]
    .sort((a, b) => new Date(b.at) - new Date(a.at))
    .map((one) => ({
      cells: [
        link(one.id, el("code", {}, format.short(one.id))), format.name(one.stage),
        one.sparsity > 0 ? format.sparsity(one.sparsity) : "dense", format.name(one.method), format.name(one.schedule),
        one.phases > 1 ? `${one.phase} of ${one.phases}` : "–", one.seed ?? "–",
        format.percent(one.validationAccuracy), format.percent(one.testAccuracy), format.moment(one.at),
      ],
    }));
  return table("Checkpoints, newest first", columns, rows);
}
