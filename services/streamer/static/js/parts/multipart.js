// The pictures of an MJPEG stream one by one, with the time at which each was taken.

const HEAD_END = [13, 10, 13, 10];
const decoder = new TextDecoder("latin1");

/**
 * Read a stream until the signal ends it.
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {(part: {time: number, live: boolean, jpeg: Uint8Array}) => void} take time in milliseconds since the epoch
 */
export async function readParts(url, signal, take) {
  const response = await fetch(url, { signal, cache: "no-store" });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const reader = response.body.getReader();
  let buffer = new Uint8Array(0);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    buffer = joined(buffer, value);
    for (let part = next(buffer); part; part = next(buffer)) {
      buffer = buffer.subarray(part.end);
      take(part);
    }
  }
}

function joined(a, b) {
  if (!a.length) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Return the first whole part, or null while it is not all there. */
function next(buffer) {
  const headEnd = find(buffer, HEAD_END);
  if (headEnd < 0) return null;
  const head = decoder.decode(buffer.subarray(0, headEnd));
  const header = (name) => new RegExp(`^${name}: *(.*?)\r?$`, "im").exec(head)?.[1];
  const start = headEnd + HEAD_END.length;
  const end = start + Number(header("Content-Length"));
  if (!(end <= buffer.length)) return null;
  return {
    time: Number(header("X-Timestamp")) * 1000,
    live: header("X-Turnstile-State") === "live",
    jpeg: buffer.slice(start, end),
    end,
  };
}

function find(buffer, wanted) {
  for (let at = buffer.indexOf(wanted[0]); at >= 0; at = buffer.indexOf(wanted[0], at + 1)) {
    if (wanted.every((byte, index) => buffer[at + index] === byte)) return at;
  }
  return -1;
}
