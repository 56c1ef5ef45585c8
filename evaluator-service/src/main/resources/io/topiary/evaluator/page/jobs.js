// Jobs and evaluations: those that run with their progress, those that ended with how.

import { el, empty, replace, section, table } from "./dom.js";
import * as format from "./format.js";

/** A worker speaks several times a second, so one that is silent for so long may be gone. */
const SILENT = 60_000;
const ENDED = 12;

export function jobs() {
  const running = el("ul", { class: "jobs", "aria-label": "Running" });
  const ended = el("div", {});
  const count = el("span", { class: "count" });
  const element = section("jobs", "Jobs", running, ended);
  element.querySelector("h2").append(" ", count);
  const cards = new Map();
  let shown = "";

  function update({ now, jobs: all, stale }) {
    const alive = all.filter((job) => !job.ended).sort(byName);
    count.textContent = alive.length ? `${alive.length} running` : "";
    updateCards(alive, new Date(now));
    const over = all.filter((job) => job.ended);
    const state = JSON.stringify(over) + alive.length;
    if (state !== shown) {
      shown = state;
      replace(ended, ...endedPart(over, alive.length));
    }
    return stale ? `${stale}. What is shown of jobs and dead letters may be old.` : null;
  }

  /** Cards stay where they are while they change, so that nothing jumps under a reader's eyes. */
  function updateCards(alive, now) {
    const ids = new Set(alive.map((job) => job.id));
    for (const [id, card] of cards) {
      if (!ids.has(id)) {
        card.element.remove();
        cards.delete(id);
      }
    }
    alive.forEach((job, i) => {
      const card = cards.get(job.id) ?? jobCard(job);
      cards.set(job.id, card);
      card.update(job, now);
      if (running.children[i] !== card.element) {
        running.insertBefore(card.element, running.children[i] ?? null);
      }
    });
    running.hidden = alive.length === 0;
  }

  return { element, update };
}

function byName(a, b) {
  return a.model.localeCompare(b.model) || a.sparsity - b.sparsity || a.id.localeCompare(b.id);
}

/** For example "retraining at 90%, phase 2 of 3". */
export function title(job) {
  const at = job.sparsity > 0 ? format.sparsity(job.sparsity) : "dense";
  const phase = job.phases > 1 ? `, phase ${job.phase} of ${job.phases}` : "";
  if (job.work === "plan") return `plan${job.method ? ` ${format.name(job.method)}` : ""}${phase}`;
  if (job.stage === null) return `${job.work}${phase}`;
  if (job.work === "evaluation") return `testing ${at}${job.stage === "pruned" ? " just pruned" : ""}${phase}`;
  if (job.stage === "sparse") return `training ${format.name(job.method)} to ${at}`;
  return job.sparsity > 0 ? `retraining at ${at}${phase}` : "training dense";
}

function jobCard(job) {
  const id = `job-${job.id}`;
  const percent = el("span", { class: "job-percent" });
  const progress = el("div", {
    class: "progress", role: "progressbar", "aria-labelledby": id, "aria-valuemin": 0, "aria-valuemax": 100,
  }, el("div", { class: "progress-fill" }));
  const facts = el("dl", { class: "facts" });
  const element = el("li", { class: "job", "data-job": job.id },
    el("div", { class: "job-head" },
      el("span", { id, class: "job-title" }, el("strong", {}, job.model), ` ${title(job)}`),
      percent),
    progress, facts);

  function update(newest, now) {
    const share = newest.total > 0 ? newest.done / newest.total : 0;
    const silent = now - new Date(newest.at) > SILENT;
    progress.firstChild.style.width = `${100 * share}%`;
    progress.setAttribute("aria-valuenow", Math.floor(100 * share));
    percent.textContent = `${Math.floor(100 * share)}%`;
    element.classList.toggle("silent", silent);
    replace(facts, ...factsOf(newest, silent ? `silent, last heard ${format.ago(now - new Date(newest.at))}` : null));
  }
  return { element, update };
}

function factsOf(job, silent) {
  const facts = [];
  const add = (term, value) => facts.push(el("div", {}, el("dt", {}, term), el("dd", {}, value)));
  if (silent) add("state", silent);
  if (job.epoch > 0) add("epoch", `${job.epoch} of ${job.epochs}`);
  if (job.learningRate !== null) add("rate", format.rate(job.learningRate));
  if (job.epochLoss !== null) add("mean loss", format.loss(job.epochLoss));
  else if (job.loss !== null) add("loss", format.loss(job.loss));
  add("img/s", format.whole(job.imagesPerSecond));
  add("worker", job.worker || "–");
  if (job.device) add("on", job.threads > 1 ? `${job.device}, ${job.threads} threads` : job.device);
  return facts;
}

function endedPart(over, alive) {
  if (over.length === 0) {
    return alive > 0 ? [] : [empty(
      "Nothing runs, and nothing ended within a day. Send a job to the topic ",
      el("code", {}, "topiary.jobs"), ", or run ", el("code", {}, "./topiary demo"), ".")];
  }
  const columns = [
    { title: "Ended" }, { title: "Model" }, { title: "How" }, { title: "Mean loss", number: true },
    { title: "img/s", number: true }, { title: "Worker" }, { title: "When" },
  ];
  const rows = over.slice(0, ENDED).map((job) => ({ key: job.id, cells: endedCells(job) }));
  const failed = over.filter((job) => job.ended !== "done").length;
  return [el("details", { "data-key": "ended" },
    el("summary", { "data-key": "ended-summary" },
      alive === 0 ? "Nothing runs; " : "", `${over.length} ended`, failed ? `, ${failed} of them not well` : ""),
    table("Jobs that ended, newest first", columns, rows),
    over.length > ENDED ? el("p", { class: "note" }, `The newest ${ENDED} of ${over.length}.`) : null)];
}

function endedCells(job) {
  const how = el("span", {}, el("span", { class: `chip ${job.ended}` }, job.ended),
    job.reason ? el("span", { class: "reason" }, ` ${job.reason}`) : null);
  const loss = job.epochLoss !== null ? format.loss(job.epochLoss) : "–";
  const pace = job.imagesPerSecond > 0 ? format.whole(job.imagesPerSecond) : "–";
  return [format.capital(title(job)), job.model, how, loss, pace, job.worker || "–", format.moment(job.at)];
}
