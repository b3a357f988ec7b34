// getUserMedia in dumps.

/** Dumps write a constraint as JSON text, and plain `true` as an empty text. */
export function readConstraints(entry) {
  const constraints = {};
  for (const kind of ['audio', 'video']) {
    if (!(kind in entry)) continue;
    constraints[kind] = readConstraint(entry[kind]);
  }
  return constraints;
}

function readConstraint(value) {
  if (value === '') return true;
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** webrtc-internals writes this name in its own way; others are the names that pages see. */
export function errorName(name) {
  return name === 'OverConstrainedError' ? 'OverconstrainedError' : name;
}

/** @param {unknown[]} tracks kinds, or lists that begin with one */
export function mediaKinds(tracks) {
  const kinds = tracks.map((track) => (Array.isArray(track) ? track[0] : track));
  return ['audio', 'video'].filter((kind) => kinds.includes(kind));
}
