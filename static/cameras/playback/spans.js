/** Where there is film and where there is none. Pure; times in ms since 1970, segments in order of time. */

const JOINED_MS = 500; // as the server says: between two segments so near there is nothing to wait for

/** What an answer of /api/v1/recordings holds, with times as numbers. */
export function readRecordings({ segments, gaps, marks }) {
  return {
    segments: segments.map((segment) => {
      const beginMs = Date.parse(segment.begin);
      return { ...segment, beginMs, endMs: beginMs + segment.duration_s * 1000 };
    }),
    gaps: gaps.map(({ begin, end, reason }) => ({ beginMs: Date.parse(begin), endMs: Date.parse(end), reason })),
    marks: marks.map((mark) => ({ ...mark, atMs: Date.parse(mark.at) })),
  };
}

/** The segment that holds `ms`, a moment just before the next one's first picture counted to the one before. */
export function segmentAt(segments, ms) {
  let found = null;
  for (const segment of segments) {
    if (segment.beginMs > ms) break;
    if (ms < segment.endMs + JOINED_MS) found = segment;
  }
  return found;
}

export function segmentAfter(segments, ms) {
  return segments.find(({ beginMs }) => beginMs > ms) ?? null;
}

function segmentBefore(segments, ms) {
  return segments.filter(({ endMs }) => endMs <= ms).at(-1) ?? null;
}

export function gapAt(gaps, ms) {
  return gaps.find(({ beginMs, endMs }) => beginMs <= ms && ms < endMs) ?? null;
}

/** The nearest moment with film in the direction of play when no camera has any at `ms`; null at the end of all. */
export function nextFilm(tracks, ms, direction) {
  if (tracks.some(({ segments }) => segmentAt(segments, ms))) return ms;
  const found = tracks.map(({ segments }) => (direction < 0 ? segmentBefore(segments, ms)?.endMs - 1 : segmentAfter(segments, ms)?.beginMs));
  const known = found.filter((moment) => moment !== undefined && !Number.isNaN(moment));
  if (!known.length) return null;
  return direction < 0 ? Math.max(...known) : Math.min(...known);
}

/** First and last moment of film of all cameras; null where there is none. */
export function extent(tracks) {
  const all = tracks.flatMap(({ segments }) => segments);
  if (!all.length) return null;
  return { beginMs: Math.min(...all.map(({ beginMs }) => beginMs)), endMs: Math.max(...all.map(({ endMs }) => endMs)) - 1 };
}

/** Spans of film without the seams between segments: what a time line draws. `wanted` picks segments. */
export function joined(segments, wanted = () => true) {
  const spans = [];
  for (const segment of segments) {
    if (!wanted(segment)) continue;
    const last = spans.at(-1);
    if (last && segment.beginMs - last.endMs <= JOINED_MS) last.endMs = Math.max(last.endMs, segment.endMs);
    else spans.push({ beginMs: segment.beginMs, endMs: segment.endMs });
  }
  return spans;
}

/** The mark next to `ms` in a direction, null where there is none. */
export function markBeside(tracks, ms, direction) {
  const all = tracks.flatMap(({ marks }) => marks).sort((one, other) => one.atMs - other.atMs);
  return direction > 0 ? all.find(({ atMs }) => atMs > ms + 1) ?? null : all.filter(({ atMs }) => atMs < ms - 1).at(-1) ?? null;
}

/** A span marked with [ and ], in order whichever was pressed first; null until both are there. */
export function markedSpan({ beginMs, endMs }) {
  if (beginMs === null || endMs === null || beginMs === endMs) return null;
  return { beginMs: Math.min(beginMs, endMs), endMs: Math.max(beginMs, endMs) };
}
