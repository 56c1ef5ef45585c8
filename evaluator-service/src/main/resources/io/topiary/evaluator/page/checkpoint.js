// One checkpoint: what it is worth, where it comes from, and at which rates it was trained.

import * as api from "./api.js";
import { learningRates } from "./curve.js";
import { bar, el, empty, replace, section, table } from "./dom.js";
import * as format from "./format.js";

const stage = (step) => format.name(step.stage);
const rightOf = (score) => (score && score.images > 0 ? score.correct / score.images : null);

export function checkpointView(id) {
  const body = el("div", { class: "stack" }, empty("Loading."));
  const element = el("div", {},
    el("p", { class: "back" }, el("a", { href: "#/" }, "← All networks")), body);
  let shown = "";

  async function refresh() {
    try {
      const answer = await api.checkpoint(id);
      const state = JSON.stringify(answer);
      if (state !== shown) {
        shown = state;
        replace(body, ...parts(answer));
      }
      return [];
    } catch (complaint) {
      if (complaint.status !== 404) return [complaint];
      shown = "";
      replace(body, el("h1", {}, "No such checkpoint"),
        empty("No checkpoint is known under ", el("code", {}, id), ". It may not have been evaluated yet; this page keeps asking."));
      return [];
    }
  }

  return { title: `${format.short(id)} – Topiary`, element, refresh };
}

function parts(answer) {
  const steps = [...(answer.lineage ?? [])].reverse();
  const self = steps.at(-1) ?? {};
  const evaluation = answer.evaluation;
  return [
    heading(answer, self, evaluation),
    evaluation ? figures(evaluation)
      : el("section", { class: "card" }, empty("It has not been evaluated yet; its figures appear here when it has.")),
    lineage(steps, answer.id),
    rates(steps),
    evaluation?.measured?.length ? timings(evaluation) : null,
    el("div", { class: "halves" },
      evaluation?.layers?.length ? layers(evaluation.layers) : null,
      evaluation?.testClasses?.length ? classes(evaluation) : null),
  ].filter(Boolean);
}

function heading(answer, self, evaluation) {
  const sparsity = answer.sparsity ?? self.sparsity ?? 0;
  const what = sparsity > 0 ? `${stage(answer)} at ${format.sparsity(sparsity)}` : stage(answer);
  const facts = [
    answer.method && answer.method !== "dense" ? format.name(answer.method) : null,
    evaluation?.schedule ? `${format.name(evaluation.schedule)} schedule` : null,
    evaluation ? `${evaluation.network} on ${evaluation.data}` : null,
    (answer.phases ?? self.phases) > 1 ? `phase ${answer.phase ?? self.phase} of ${answer.phases ?? self.phases}` : null,
    evaluation?.seed !== null && evaluation?.seed !== undefined ? `seed ${evaluation.seed}` : null,
    self.at ? `made ${format.moment(self.at)}` : null,
  ].filter(Boolean);
  return el("div", { class: "heading" },
    el("h1", {}, answer.model, " ", el("span", { class: "quiet" }, what)),
    el("p", { class: "note" }, facts.join(" · ")),
    el("p", { class: "note id" }, el("code", {}, answer.id)));
}

function figures(evaluation) {
  const test = rightOf(evaluation.test);
  const dense = rightOf(evaluation.denseTest);
  const change = dense === null ? null : 100 * (test - dense);
  const tiles = [
    ["Test accuracy", format.percent(test), change === null ? null
      : `${change >= 0 ? "+" : "−"}${format.fixed(Math.abs(change), 2)} points against dense`],
    ["Validation accuracy", format.percent(rightOf(evaluation.validation)), "decides what is best"],
    ["Sparsity", format.percent(evaluation.sparsity, 2), "of the prunable weights"],
    ["Theoretical speedup", format.times(evaluation.theoreticalSpeedup), "multiply-adds, not time"],
    ...(evaluation.measured ?? []).map((one) => [`Measured speedup, batch ${one.batch}`,
      one.speedup === null || one.speedup === undefined ? "withheld" : format.times(one.speedup),
      one.speedup === null || one.speedup === undefined ? null : `95% between ${format.times(one.low)} and ${format.times(one.high)}`]),
    ["Size", format.bytes(evaluation.bytesSparse), `dense ${format.bytes(evaluation.bytesDense)}`
      + (evaluation.bytesGzipped ? `, gzipped ${format.bytes(evaluation.bytesGzipped)}` : "")],
    evaluation.stability ? ["Pruning stability", format.percent(evaluation.stability), "accuracy just after pruning over dense"] : null,
  ].filter(Boolean);
  return section("figures", "Figures", el("dl", { class: "tiles" }, tiles.map(([term, value, note]) =>
    el("div", {}, el("dt", {}, term), el("dd", {}, el("strong", {}, value), note ? el("span", {}, note) : null)))));
}

function lineage(steps, id) {
  return section("lineage", "Lineage",
    el("ol", { class: "chain" }, steps.map((step) => el("li", { "aria-current": step.id === id ? "true" : null },
      el("a", { href: `#/checkpoints/${encodeURIComponent(step.id)}`, class: "chain-name" },
        stage(step), step.phases > 1 ? ` ${step.phase}/${step.phases}` : ""),
      el("dl", {}, chainFacts(step).flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]))))),
    steps.length === 0 ? empty("Nothing is known of where it comes from.") : "");
}

function chainFacts(step) {
  return [
    step.sparsity > 0 ? ["sparsity", format.percent(step.achievedSparsity ?? step.sparsity)] : null,
    ["test", format.percent(step.testAccuracy)],
    ["validation", format.percent(step.validationAccuracy)],
    step.stability ? ["stability", format.percent(step.stability)] : null,
    trained(step) ? ["epochs", format.fixed(step.epochs, Number.isInteger(step.epochs) ? 0 : 2)] : null,
    trained(step) && step.epochLoss?.length ? ["last loss", format.loss(step.epochLoss.at(-1))] : null,
  ].filter(Boolean);
}

/** A network that was only pruned names the rates that it is about to be retrained at. */
function trained(step) {
  return stage(step) !== "pruned" && step.learningRate?.curve?.length > 0;
}

function rates(steps) {
  const shown = steps.filter(trained).map((step) => ({
    name: step.phases > 1 ? `${stage(step)} ${step.phase}/${step.phases}` : stage(step),
    short: step.phases > 1 && stage(step) !== "dense" ? step.phase : stage(step),
    iterations: step.learningRate.iterations,
    peak: step.learningRate.peak,
    curve: step.learningRate.curve,
    plan: step.learningRate,
  }));
  if (shown.length === 0) {
    return section("rates", "Learning rate", empty("Nothing was trained in this lineage."));
  }
  const columns = [{ title: "Training" }, { title: "Schedule" }, { title: "Peak", number: true },
    { title: "Warm-up", number: true }, { title: "Iterations", number: true }, { title: "d1", number: true }, { title: "d2", number: true }];
  const rows = shown.map(({ name, plan }) => ({ cells: [format.capital(name), format.name(plan.schedule), format.rate(plan.peak),
    format.whole(plan.warmUp), format.whole(plan.iterations), format.fixed(plan.d1, 3), format.fixed(plan.d2, 3)] }));
  const scaled = shown.some(({ plan }) => Number.isFinite(plan.d1));
  return section("rates", "Learning rate", learningRates(shown), table("Learning rates of the lineage", columns, rows),
    scaled ? el("p", { class: "note" }, "d1 is the share of the norm that pruning took away, over the root of the share of weights that it took; d2 the epochs of the retraining over those of the dense run. "
      + "ALLR's peak is the larger of the two times that of the dense run.") : "");
}

function timings(evaluation) {
  const columns = [{ title: "Batch" }, { title: "Dense p50", number: true }, { title: "Dense p99", number: true },
    { title: "Sparse p50", number: true }, { title: "Sparse p99", number: true }, { title: "Speedup" }, { title: "Drift", number: true }, { title: "Rounds", number: true }];
  const millis = (value) => `${format.fixed(value, 3)} ms`;
  const rows = evaluation.measured.map((one) => ({ cells: [String(one.batch), millis(one.dense.p50), millis(one.dense.p99),
    millis(one.sparse.p50), millis(one.sparse.p99),
    one.withheld ? el("span", {}, "withheld ", el("span", { class: "reason" }, one.withheld)) : `${format.times(one.speedup)} (${format.fixed(one.low, 2)} to ${format.fixed(one.high, 2)})`,
    format.percent(one.drift), format.whole(one.rounds)] }));
  const protocol = evaluation.protocol;
  return section("timings", "Measured speedup", table("Latency and speedup by batch size", columns, rows),
    protocol ? el("p", { class: "note" }, `Dense: ${protocol.denseEngine}. Sparse: ${protocol.sparseEngine}. `
      + `${protocol.threads} thread${protocol.threads === 1 ? "" : "s"} each, in turn; the speedup is the median of the rounds' ratios, with its 95% interval. `
      + "Drift is by how much the dense times differ between parts of the measurement: above 10% the speedup is withheld.") : "");
}

function withBar(share, text, kind) {
  return el("span", { class: "with-bar" }, bar(share, kind), el("span", {}, text));
}

function layers(all) {
  const columns = [{ title: "Layer" }, { title: "Sparsity" }, { title: "Weights left", number: true }];
  const rows = all.map((layer) => ({ cells: [el("code", {}, layer.name),
    withBar(layer.zeros / layer.elements, format.percent(layer.zeros / layer.elements)),
    `${format.whole(layer.elements - layer.zeros)} of ${format.whole(layer.elements)}`] }));
  return section("layers", "Sparsity by layer", table("Sparsity of each prunable layer", columns, rows));
}

function classes(evaluation) {
  const held = new Map((evaluation.validationClasses ?? []).map((one) => [one.label, one]));
  const columns = [{ title: "Class" }, { title: "Test" }, { title: "Validation" }];
  const rows = evaluation.testClasses.map((one) => {
    const validation = rightOf(held.get(one.label));
    return { cells: [String(one.label), withBar(rightOf(one), format.percent(rightOf(one)), "second"),
      withBar(validation, format.percent(validation), "third")] };
  });
  return section("classes", "Accuracy by class", table("Accuracy of each class", columns, rows));
}
