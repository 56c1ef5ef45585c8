// What the server knows, as JSON.

const WITHIN = 10_000;

/** The server's answer was an error; the message is a sentence. */
export class ServerError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function get(path) {
  const response = await fetch(path, {
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(WITHIN),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new ServerError(response.status, sentence(text) || `${path} answered ${response.status}.`);
  }
  return JSON.parse(text);
}

function sentence(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return "";
  }
}

export const jobs = () => get("jobs");
export const deadLetters = () => get("dead-letters");
export const frontier = () => get("frontier");
export const model = (name) => get(`models/${encodeURIComponent(name)}`);
export const checkpoint = (id) => get(`checkpoints/${encodeURIComponent(id)}`);
