/** A picture of a recording as a file: the picture untouched, and below it where and when, and that it is no evidence. */

const STRIP = 0.085; // of the height, for the words
const FACE = '"IBM Plex Sans Thai", "Noto Sans Thai", sans-serif';

/** `lines`: two lines of words. Returns a PNG, null where the video shows no picture. */
export async function takeSnapshot(video, lines) {
  const [width, height] = [video.videoWidth, video.videoHeight];
  if (!width || video.readyState < 2) return null;
  const strip = Math.max(64, Math.round(height * STRIP));
  const canvas = Object.assign(document.createElement("canvas"), { width, height: height + strip });
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0, width, height);
  pen.fillStyle = "#000";
  pen.fillRect(0, height, width, strip);
  pen.fillStyle = "#FFF";
  pen.textBaseline = "middle";
  lines.forEach((words, at) => {
    fit(pen, words, width - 24, strip * 0.34, at === 0 ? 600 : 400);
    pen.fillText(words, 12, height + strip * (at === 0 ? 0.3 : 0.73));
  });
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
}

/** The largest face up to `most` px in which the words fit. */
function fit(pen, words, room, most, weight) {
  let size = Math.round(most);
  do {
    pen.font = `${weight} ${size}px ${FACE}`;
    size -= 1;
  } while (size > 8 && pen.measureText(words).width > room);
}

/** "C-001_20261123T144712.400Z.png": sorted by camera and time, in UTC as everything that is stored. */
export function snapshotName(code, ms) {
  return `${code}_${new Date(ms).toISOString().replaceAll(/[-:]/g, "")}.png`;
}

export function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
