/** The JPEG pictures of a tile: what it shows where live ones cannot be had, and until they come. */

const STILL_EVERY_MS = 1000;

/** Ask for a newer still each second, or as seldom as `everyMs()` says. */
export function keepFresh(tile, api, everyMs = () => STILL_EVERY_MS) {
  const turn = () => {
    freshen(tile, { api, decode: createImageBitmap, draw });
    setTimeout(turn, everyMs());
  };
  setTimeout(turn, everyMs());
}

/** Nothing of the camera that the tile showed before. */
export function clearPicture(tile) {
  tile.takenAt = null;
  tile.shownAt = null;
  tile.canvas.getContext("2d").clearRect(0, 0, tile.canvas.width, tile.canvas.height);
}

/**
 * Fetch the newest still of the tile's camera and draw it, unless live pictures come or the tile turned to another camera while the
 * picture was on its way or being decoded: a picture must never stand under another camera's name.
 */
export async function freshen(tile, { api, decode, draw }) {
  const { code } = tile;
  if (!code || tile.isAsking || isLive(tile)) return;
  tile.isAsking = true;
  try {
    const still = await api.still(code);
    if (still) await showPicture(tile, code, still, { decode, draw });
  } catch {
    // The old picture stays and its age grows: that is the message.
  } finally {
    tile.isAsking = false;
  }
}

async function showPicture(tile, code, { blob, takenAt }, { decode, draw }) {
  const picture = await decode(blob);
  if (tile.code === code && !(tile.takenAt > takenAt)) {
    draw(tile, picture);
    tile.takenAt = takenAt;
  }
  picture.close();
}

function isLive({ shownAt }) {
  return typeof shownAt === "number" && performance.now() - shownAt < STILL_EVERY_MS;
}

function draw({ canvas }, picture) {
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
}
