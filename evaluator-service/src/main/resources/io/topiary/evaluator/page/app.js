// Chooses the view by the address, asks the server every two seconds, and says so when it does not
// answer. A page that nobody looks at asks nothing.

import { ServerError } from "./api.js";
import { checkpointView } from "./checkpoint.js";
import { overview } from "./overview.js";

const EVERY = 2_000;

const main = document.getElementById("main");
const banner = document.getElementById("banner");
const pulse = document.getElementById("pulse");

let view = null;
let timer = 0;
let asking = 0;

/** #/checkpoints/ID is a checkpoint; anything else is the overview. */
function viewOf(address) {
  const id = address.match(/^#\/checkpoints\/(.+)$/);
  return id ? checkpointView(id[1]) : overview();
}

function show(scroll) {
  view = viewOf(location.hash);
  main.replaceChildren(view.element);
  document.title = view.title;
  if (scroll) {
    window.scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
  ask();
}

async function ask() {
  clearTimeout(timer);
  if (document.hidden) {
    return;
  }
  const asked = view;
  const turn = ++asking;
  const complaints = await asked.refresh();
  if (turn !== asking) {
    return;
  }
  tell(complaints);
  timer = setTimeout(ask, EVERY);
}

function tell(complaints) {
  const text = complaints.map(wording).filter((sentence, i, all) => all.indexOf(sentence) === i).join(" ");
  if (banner.textContent !== text) {
    banner.textContent = text;
    banner.hidden = text === "";
  }
  pulse.textContent = text === "" ? "live" : "trying again";
  pulse.classList.toggle("off", text !== "");
}

function wording(complaint) {
  if (typeof complaint === "string" || complaint instanceof ServerError) {
    return complaint.message ?? complaint;
  }
  return "The server does not answer. This page asks again every two seconds; what it shows may be old.";
}

window.addEventListener("hashchange", () => {
  if (location.hash === "" || location.hash.startsWith("#/")) {
    show(true);
  }
});
document.addEventListener("visibilitychange", ask);
show(false);
