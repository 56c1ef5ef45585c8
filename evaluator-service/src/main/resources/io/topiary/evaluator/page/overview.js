// All at one glance: running jobs, the frontier of one model, its checkpoints, dead letters.

import * as api from "./api.js";
import { deadLetters } from "./dead-letters.js";
import { el } from "./dom.js";
import { frontier } from "./frontier.js";
import { jobs } from "./jobs.js";

export function overview() {
  const parts = [
    { part: jobs(), ask: api.jobs },
    { part: frontier(), ask: api.frontier },
    { part: deadLetters(), ask: api.deadLetters },
  ];

  /** What did not work, each part by itself: one that fails leaves the others alone. */
  async function refresh() {
    const complaints = await Promise.all(parts.map(async ({ part, ask }) => {
      try {
        return await part.update(await ask());
      } catch (complaint) {
        return complaint;
      }
    }));
    return complaints.filter(Boolean);
  }

  return {
    title: "Topiary",
    element: el("div", { class: "overview" },
      el("h1", { class: "hidden-text" }, "Topiary: networks being pruned"),
      parts.map(({ part }) => part.element)),
    refresh,
  };
}
