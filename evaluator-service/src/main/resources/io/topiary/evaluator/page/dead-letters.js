// Records that could not be handled, newest first, and why.

import { el, empty, replace, section } from "./dom.js";
import * as format from "./format.js";

export function deadLetters() {
  const body = el("div", {});
  const count = el("span", { class: "count" });
  const element = section("dead-letters", "Dead letters", body);
  element.querySelector("h2").append(" ", count);
  let shown = "";

  function update(answer) {
    const state = JSON.stringify(answer);
    if (state !== shown) {
      shown = state;
      count.textContent = answer.count
        ? `${format.whole(answer.count)}${answer.atLeast ? " or more" : ""}` : "";
      replace(body, ...bodyOf(answer));
    }
    return null;
  }
  return { element, update };
}

function bodyOf({ count, deadLetters: letters }) {
  if (letters.length === 0) {
    return [empty("None. A record that cannot be handled appears here with the reason, and the next one is taken up.")];
  }
  return [
    el("ol", { class: "letters" }, letters.map(letter)),
    count > letters.length
      ? el("p", { class: "note" }, `The newest ${letters.length}; the topic keeps all.`) : null,
  ].filter(Boolean);
}

function letter(record) {
  return el("li", {},
    el("p", { class: "letter-why" }, record.message ?? record.exception ?? "No reason was given."),
    el("p", { class: "letter-where" },
      el("code", {}, `${record.topic ?? "?"}-${record.partition ?? "?"}@${record.offset ?? "?"}`),
      record.refusedBy ? el("span", {}, `refused by ${record.refusedBy}`) : null,
      record.key === null ? null : el("span", {}, "key ", el("code", {}, record.key)),
      record.exception ? el("span", {}, record.exception.split(".").at(-1)) : null,
      el("span", {}, `record of ${format.moment(record.at)}`)));
}
