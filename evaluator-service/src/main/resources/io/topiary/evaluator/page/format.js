// Figures as people read them. What is absent is a dash.

const DASH = "–";
const ACRONYMS = new Set([
  "imp", "bimp", "gmp", "gsm", "dpf", "dnw", "lc", "str", "dst",
  "allr", "ft", "lrw", "slr", "clr", "llr",
]);

const known = (value) => value !== null && value !== undefined && Number.isFinite(Number(value));

export function fixed(value, digits = 1) {
  return known(value)
    ? Number(value).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })
    : DASH;
}

/** A share as a percentage with its sign. */
export function percent(share, digits = 1) {
  return known(share) ? `${fixed(100 * share, digits)}%` : DASH;
}

/** A sparsity as it was asked for: 90%, 99.5%. */
export function sparsity(share) {
  return known(share) ? `${Number((100 * share).toFixed(3)).toLocaleString("en")}%` : DASH;
}

/** Mean and sample standard deviation of shares, in percent. */
export function spread(stat, digits = 1) {
  if (!stat || !known(stat.mean)) return DASH;
  return known(stat.std) && stat.std !== null
    ? `${fixed(100 * stat.mean, digits)} ± ${fixed(100 * stat.std, digits)}%`
    : percent(stat.mean, digits);
}

export function times(value, digits = 2) {
  return known(value) ? `${fixed(value, digits)}×` : DASH;
}

export function timesSpread(stat, digits = 2) {
  if (!stat || !known(stat.mean)) return DASH;
  return known(stat.std) && stat.std !== null
    ? `${fixed(stat.mean, digits)} ± ${fixed(stat.std, digits)}×`
    : times(stat.mean, digits);
}

export function whole(value) {
  return known(value) ? Math.round(Number(value)).toLocaleString("en") : DASH;
}

/** A learning rate: three digits that count. */
export function rate(value) {
  if (!known(value)) return DASH;
  const number = Number(value);
  return number !== 0 && Math.abs(number) < 0.001
    ? number.toExponential(1)
    : String(Number(number.toPrecision(3)));
}

/** A loss, which may have become no number at all. */
export function loss(value) {
  if (value === "NaN" || value === "Infinity") return value;
  return fixed(value, 4);
}

export function bytes(value) {
  if (!known(value)) return DASH;
  const units = ["B", "kB", "MB", "GB"];
  let size = Number(value);
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${fixed(size, unit === 0 || size >= 100 ? 0 : 1)} ${units[unit]}`;
}

/** A time that has passed, in the largest unit that fits. */
export function ago(millis) {
  const seconds = Math.max(0, Math.round(millis / 1000));
  if (seconds < 2) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

/** A moment in the reader's own time zone. */
export function moment(at) {
  if (at === null || at === undefined) return DASH;
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? DASH
    : date.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });
}

/** A method, a schedule or a stage as it is written elsewhere: imp is IMP, one-shot stays. */
export function name(constant) {
  if (!constant) return DASH;
  const lower = String(constant).toLowerCase().replaceAll("_", "-");
  return ACRONYMS.has(lower) ? lower.toUpperCase() : lower;
}

/** The first digits of an id, enough to tell it from others. */
export function short(id) {
  return id ? String(id).slice(0, 10) : DASH;
}

export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
