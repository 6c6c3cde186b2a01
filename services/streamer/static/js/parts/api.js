// Questions to the server. What it refuses, it refuses with a sentence for people.

// A question that changes nothing is asked again where the network failed.
const PAUSES_MS = [300, 1500];

export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/**
 * Ask and return the parsed answer, with its version (ETag) if it has one.
 * @param {string} path
 * @param {{method?: string, body?: object, version?: string, signal?: AbortSignal, patient?: boolean}} [options]
 */
export async function ask(path, options = {}) {
  const response = await request(path, options);
  return response.status === 204 ? null : response.json();
}

/** Ask for a picture. */
export async function askPicture(path, options) {
  return (await request(path, options)).blob();
}

async function request(path, { method = "GET", body, version, signal, patient = method === "GET" } = {}) {
  const headers = { Accept: "application/json, image/*" };
  if (method !== "GET") headers["Content-Type"] = "application/json";
  if (version) headers["If-Match"] = `"${version}"`;
  const response = await send(
    path,
    { method, headers, body: body && JSON.stringify(body), cache: "no-store", signal },
    patient,
  );
  if (!response.ok) throw new Refused(response.status, await detail(response));
  return response;
}

async function send(path, options, patient) {
  for (const pause of patient ? [...PAUSES_MS, null] : [null]) {
    try {
      return await fetch(path, options);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      if (pause === null) throw new Refused(0, "The server does not answer.");
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

async function detail(response) {
  try {
    const told = (await response.json()).detail;
    const text = Array.isArray(told) ? told.map((mistake) => mistake.msg).join("; ") : String(told);
    return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
  } catch {
    return `The server answered with status ${response.status}.`;
  }
}

export const cameraPath = (camera) => `/api/config/cameras/${encodeURIComponent(camera)}`;
