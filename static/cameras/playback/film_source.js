/** Fetches the film of a segment piece by piece, so that showing begins before all of it is here. */

const PIECE = 2 * 2 ** 20; // as much as the server gives at once
const RETRY_MS = 1500;

const BROWSER = {
  fetch: (url, options) => fetch(url, options),
  wait: (ms, signal) => new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); });
  }),
};

/** The film could not be had, and asking again would not help: its `code` is the server's. */
export class FilmRefused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * Pieces of a segment as they come. A server that does not answer is asked again, `onTrouble(true)` meanwhile;
 * ends without a word when `signal` is aborted. Throws FilmRefused.
 */
export async function* piecesOf({ url, bytes }, { signal, onTrouble, env = BROWSER }) {
  let at = 0;
  while (at < bytes && !signal.aborted) {
    const piece = await ask(url, at, signal, env);
    if (signal.aborted) return;
    onTrouble(piece === null);
    if (piece === null) {
      await env.wait(RETRY_MS, signal);
      continue;
    }
    if (!piece.length) throw new FilmRefused("film_gone");
    at += piece.length;
    yield piece;
  }
}

/** The bytes from `at` on; null where the server did not answer. */
async function ask(url, at, signal, env) {
  try {
    const response = await env.fetch(url, {
      headers: { Range: `bytes=${at}-${at + PIECE - 1}` }, credentials: "same-origin", cache: "no-store", redirect: "manual", signal,
    });
    if (response.status === 206 || response.status === 200) return new Uint8Array(await response.arrayBuffer());
    if (response.status >= 500) return null;
    const body = await response.json().catch(() => ({}));
    throw new FilmRefused(body.error?.code ?? `http-${response.status}`);
  } catch (error) {
    if (error instanceof FilmRefused) throw error;
    return null;
  }
}
