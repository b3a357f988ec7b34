// Where the tiles of a room stand. Plain numbers, without a page around them: `x` counts from the side where lines
// of text begin.

/** Width by height of most cameras. */
const WIDE = 16 / 9;

/** How wide a small tile beside a large one gets at most, and from which width on its picture is worth showing. */
const MOST_SMALL = 208;
const ENOUGH_SMALL = 112;
/** How much of the space the small ones may take, and in how many lines. */
const SMALL_PART = 0.42;
const MOST_LINES = 3;

/**
 * @typedef {{width: number, height: number}} Size
 * @typedef {{x: number, y: number, width: number, height: number}} Place
 */

/**
 * Equal tiles, all of them in sight. Of all grids the one that shows most: large tiles, and little cut off the pictures.
 * @param {number} count of tiles, at least one
 * @param {Size} space
 * @param {number} gap between tiles
 * @param {number} [shape] the width of the pictures by their height
 * @returns {Place[]} in whole pixels; the last line is centred
 */
export function gridPlaces(count, space, gap, shape = WIDE) {
  let best = { columns: 1, size: { width: 0, height: 0 }, worth: -1 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const size = fit({
      width: (space.width - (columns - 1) * gap) / columns,
      height: (space.height - (rows - 1) * gap) / rows,
    }, shapesFor(space));
    const worth = size.width * size.height * Math.sqrt(visiblePart(size, shape));
    if (worth > best.worth) best = { columns, size, worth };
  }
  return placeLines(count, best.columns, best.size, space, gap);
}

/**
 * The own picture alone: it begins where the space begins, so that it does not move when the space becomes lower.
 * @param {Size} space
 * @returns {Place}
 */
export function alonePlace(space) {
  const { width, height } = fit(space, { narrowest: 0.5, widest: 3.2 });
  return { x: floor((space.width - width) / 2), y: 0, width, height };
}

/**
 * One large tile, and the others small below or beside it.
 * @param {number} count of tiles, the large one among them
 * @param {Size} space
 * @param {number} gap
 * @returns {Place[]} the large one first
 */
export function speakerPlaces(count, space, gap) {
  const all = { x: 0, y: 0, width: floor(space.width), height: floor(space.height) };
  const others = count - 1;
  if (others < 1) return [all];
  let best = { worth: -1, places: [all] };
  for (const isBeside of [false, true]) {
    for (let lines = 1; lines <= Math.min(MOST_LINES, others); lines += 1) {
      const places = isBeside ? placeBeside(others, lines, space, gap) : placeBelow(others, lines, space, gap);
      const large = fit(places[0], { narrowest: WIDE, widest: WIDE });
      const worth = large.width * large.height * Math.min(1, places[1].width / ENOUGH_SMALL);
      if (worth > best.worth) best = { worth, places };
    }
  }
  return best.places;
}

/**
 * The own picture: in the far corner, if there is room beside the others; else in that of the tile which is there.
 * @param {Size} space
 * @param {number} gap
 * @param {Place[]} tiles of the others
 * @param {number} [shape] of the picture
 * @returns {Place}
 */
export function insetPlace(space, gap, tiles, shape = WIDE) {
  const longest = Math.min(224, Math.max(shape >= 1 ? 128 : 104, 0.3 * Math.min(space.width, space.height)));
  const width = floor(shape >= 1 ? longest : longest * 0.75);
  const height = floor(Math.min(space.height / 2, shape >= 1 ? longest / Math.min(shape, WIDE) : longest));
  const cornerOf = (place) => ({ x: floor(place.x + place.width - width - gap), y: floor(place.y + place.height - height - gap), width, height });
  const corner = cornerOf({ x: 0, y: 0, ...space });
  const [under] = tiles.map((tile) => ({ tile, part: coveredPart(corner, [tile]) })).sort((one, other) => other.part - one.part);
  return under?.part ? cornerOf(under.tile) : corner;
}

/**
 * How much of a tile lies under another place: of that of which it is most.
 * @param {Place} over
 * @param {Place[]} tiles
 * @returns {number} from 0 to 1
 */
export function coveredPart(over, tiles) {
  const shared = (start, size, otherStart, otherSize) => Math.max(0, Math.min(start + size, otherStart + otherSize) - Math.max(start, otherStart));
  return Math.max(0, ...tiles.map(({ x, y, width, height }) =>
    (shared(x, width, over.x, over.width) * shared(y, height, over.y, over.height)) / Math.max(1, width * height)));
}

/** How narrow and how wide a tile may be: on a screen held upright it may be upright or flat, on a small one flat. */
function shapesFor({ width, height }) {
  const isUpright = width < height;
  return { narrowest: isUpright ? 0.5 : 4 / 3, widest: isUpright ? 2.4 : height < 480 ? 2.2 : WIDE };
}

/** The largest size within these limits. */
function fit({ width, height }, { narrowest, widest }) {
  return { width: floor(Math.min(width, height * widest)), height: floor(Math.min(height, width / narrowest)) };
}

/** How much of a picture is seen that covers a tile. */
function visiblePart({ width, height }, shape) {
  const own = width / height;
  return own > 0 ? Math.min(own / shape, shape / own) : 0;
}

function placeLines(count, columns, size, space, gap) {
  const rows = Math.ceil(count / columns);
  const top = (space.height - rows * size.height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, n) => {
    const row = Math.floor(n / columns);
    const inRow = Math.min(columns, count - row * columns);
    const start = (space.width - inRow * size.width - (inRow - 1) * gap) / 2;
    return { x: floor(start + (n % columns) * (size.width + gap)), y: floor(top + row * (size.height + gap)), ...size };
  });
}

function placeBelow(others, lines, { width, height }, gap) {
  const perLine = Math.ceil(others / lines);
  const most = ((SMALL_PART * height - (lines - 1) * gap) / lines) * WIDE;
  const small = floor(Math.min(MOST_SMALL, (width - (perLine - 1) * gap) / perLine, most));
  const size = { width: small, height: floor(small / WIDE) };
  const strip = lines * size.height + (lines - 1) * gap;
  const large = { x: 0, y: 0, width: floor(width), height: floor(height - strip - gap) };
  const places = placeLines(others, perLine, size, { width, height: strip }, gap);
  return [large, ...places.map((place) => ({ ...place, y: place.y + floor(height - strip) }))];
}

function placeBeside(others, lines, { width, height }, gap) {
  const perLine = Math.ceil(others / lines);
  const most = (SMALL_PART * width - (lines - 1) * gap) / lines;
  const small = floor(Math.min(MOST_SMALL, most, ((height - (perLine - 1) * gap) / perLine) * WIDE));
  const size = { width: small, height: floor(small / WIDE) };
  const strip = lines * small + (lines - 1) * gap;
  const large = { x: 0, y: 0, width: floor(width - strip - gap), height: floor(height) };
  const places = placeLines(others, lines, size, { width: strip, height }, gap);
  return [large, ...places.map((place) => ({ ...place, x: place.x + floor(width - strip) }))];
}

function floor(value) {
  return Math.max(0, Math.floor(value));
}
