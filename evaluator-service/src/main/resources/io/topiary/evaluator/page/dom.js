// Elements from plain values. Text becomes text nodes, never markup: what the server says of a
// model's name or of a broken record may be anything.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element; attributes that are null or false are left out, functions become listeners. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** A titled part of the page, for screen readers a region of that name. */
export function section(id, title, ...children) {
  const heading = el("h2", { id: `${id}-title` }, title);
  return el("section", { id, class: "card", "aria-labelledby": heading.id }, heading, ...children);
}

export function empty(...sentences) {
  return el("p", { class: "empty" }, ...sentences);
}

/** A bar as wide as a share of what it lies in; the share is told in text beside it. */
export function bar(share, kind = "") {
  const inner = el("span", { class: `bar-fill ${kind}` });
  inner.style.width = `${Math.max(0, Math.min(1, share || 0)) * 100}%`;
  return el("span", { class: "bar", "aria-hidden": "true" }, inner);
}

/** A table in a box that scrolls by itself where it is too wide. Cells are nodes or text. */
export function table(caption, columns, rows) {
  const head = columns.map((column) =>
    el("th", { scope: "col", class: column.number ? "number" : null }, column.title));
  const body = rows.map((row) =>
    el("tr", { "data-key": row.key }, row.cells.map((cell, i) =>
      el(i === 0 ? "th" : "td", {
        scope: i === 0 ? "row" : null,
        class: columns[i].number ? "number" : null,
      }, cell))));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {},
      el("caption", { class: "hidden-text" }, caption),
      el("thead", {}, el("tr", {}, head)),
      el("tbody", {}, body)));
}

/** Replaces what an element holds, and keeps the focus where it was. */
export function replace(parent, ...children) {
  const key = parent.contains(document.activeElement) && document.activeElement.dataset.key;
  const open = new Set([...parent.querySelectorAll("details[open]")].map((part) => part.dataset.key));
  parent.replaceChildren(...children);
  for (const details of parent.querySelectorAll("details")) {
    details.open = details.open || open.has(details.dataset.key);
  }
  if (key) {
    parent.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  }
}
