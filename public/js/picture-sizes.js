// In which size a member of a room needs a picture, and how it is sent to that member: in a mesh each picture is encoded
// once for each other member, and most of them show it small. Plain functions that need no page.

/** The heights that members ask for; one that has the page out of sight asks for 0. */
const HEIGHTS = [90, 180, 360, 540, 720];

/** What an encoder may spend on each height. */
const LIMITS = {
  90: { maxBitrate: 100_000, maxFramerate: 15 },
  180: { maxBitrate: 220_000, maxFramerate: 15 },
  360: { maxBitrate: 600_000, maxFramerate: 24 },
  540: { maxBitrate: 1_200_000, maxFramerate: 30 },
  720: { maxBitrate: 2_000_000, maxFramerate: 30 },
};
const UNLIMITED = { scaleResolutionDownBy: 1, maxBitrate: undefined, maxFramerate: undefined };
const BLACK_FRAMERATE = 5;
const [LEAST, MOST] = [HEIGHTS[0], HEIGHTS.at(-1)];

/** A picture may be a little smaller than its tile. */
const SHARP = 0.9;

/** More than two pixels for one of the page are not seen in a moving picture. */
const MOST_PIXELS = 2;

/**
 * @param {{width: number, height: number} | null} tile as the page shows it; null where it shows none
 * @param {number} pixelRatio of the screen
 * @returns {number} one of the heights, or 0
 */
export function heightFor(tile, pixelRatio) {
  if (!tile || !tile.width || !tile.height) return 0;
  const needed = Math.max(tile.height, (tile.width * 9) / 16) * Math.min(pixelRatio, MOST_PIXELS) * SHARP;
  return HEIGHTS.find((height) => height >= needed) ?? MOST;
}

/**
 * What a member has asked for, which comes from a stranger's browser.
 * @param {unknown} asked
 * @returns {number | undefined}
 */
export function readHeight(asked) {
  if (asked === 0) return 0;
  return HEIGHTS.find((height) => height === asked);
}

/**
 * The encoding of a picture for a member.
 * @param {number | undefined} asked height; undefined where the member asks for none, as other pages do
 * @param {{height?: number, isScreen: boolean, isOff?: boolean}} picture that is sent; off: a black one
 */
export function encodingFor(asked, { height = 0, isScreen, isOff = false }) {
  const active = asked !== 0;
  // The writing on a screen has to stay readable.
  if (isScreen) return { active, ...UNLIMITED };
  if (isOff) return { active, ...limitsOf(LEAST, height), maxFramerate: BLACK_FRAMERATE };
  if (asked === undefined) return { active, ...UNLIMITED };
  return { active, ...limitsOf(asked || LEAST, height) };
}

function limitsOf(wanted, height) {
  return { scaleResolutionDownBy: Math.max(1, height / wanted), ...LIMITS[wanted] };
}

/**
 * How large the camera's picture has to be.
 * @param {(number | undefined)[]} asked by each member
 * @param {number} usual height for one that asks for none
 */
export function captureSize(asked, usual) {
  // No member sees it just now: it has to be there when one does.
  const most = Math.max(0, ...asked.map((height) => height ?? usual)) || usual;
  if (most > 360) return { width: 1280, height: 720 };
  return most > 180 ? { width: 640, height: 360 } : { width: 320, height: 180 };
}
