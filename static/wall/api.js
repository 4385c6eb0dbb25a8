/** Every request the wall makes, all to its own server. Commands answer {ok, data} or {ok: false, error}. */

const TIMEOUT_MS = 8000;

export function createApi({ urls, csrf, fetch = globalThis.fetch.bind(globalThis) }) {
  async function ask(url, options = {}) {
    const response = await fetch(url, {
      credentials: "same-origin",
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...options,
    });
    if (!response.ok) throw await refusal(response);
    return response;
  }

  async function command(path, body = {}) {
    try {
      const response = await ask(urls.api + path, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
        body: JSON.stringify(body),
      });
      return { ok: true, data: response.status === 204 ? null : await response.json() };
    } catch (error) {
      return { ok: false, error: { code: error.code ?? "unreachable", message: error.shown ?? "" } };
    }
  }

  return {
    command,
    snapshot: () => ask(`${urls.api}wall/snapshot`).then((response) => response.json()),
    eventsAfter: (seq) => ask(`${urls.api}events?after=${seq}`).then((response) => response.json()),
    views: (lat, lon) => ask(`${urls.api}wall/views?lat=${lat}&lon=${lon}`).then((response) => response.json()),
    sheet: (since) => ask(`${urls.api}wall/sheet?since=${since}`).then((response) => response.arrayBuffer()),
    alertsOf: (words, since) => ask(`${urls.api}alerts?${new URLSearchParams({ q: words, since })}`).then((response) => response.json()),
    json: (path) => ask(urls.api + path).then((response) => response.json()),
    bytes: (path) => ask(urls.api + path).then((response) => response.arrayBuffer()),
    still: (code) => ask(`${urls.api}cameras/${encodeURIComponent(code)}/still`).then(readStill),
  };
}

/** The picture and its time; null while the camera has none yet. */
async function readStill(response) {
  if (response.status === 204) return null;
  const takenAt = Date.parse(response.headers.get("X-Captured-At") ?? "");
  return { blob: await response.blob(), takenAt: Number.isNaN(takenAt) ? null : takenAt };
}

async function refusal(response) {
  // Whoever is not signed in is sent to the sign-in page; a request must not follow it there.
  const isSentAway = response.type === "opaqueredirect";
  const body = await response.json().catch(() => ({}));
  const error = new Error(`HTTP ${response.status}`);
  error.status = isSentAway ? 401 : response.status;
  error.code = body.error?.code ?? `http-${response.status}`;
  error.shown = body.error?.message ?? "";
  return error;
}
