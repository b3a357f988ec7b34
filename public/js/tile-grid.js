// How large the tiles of a room can be. Plain numbers, without a page around them.

/** Width by height. */
const SHAPE = 16 / 9;

/**
 * The grid of equal tiles, all of them in sight, in which they are largest.
 * @param {number} count of tiles, at least one
 * @param {{width: number, height: number}} space
 * @param {number} gap between tiles
 * @returns {{columns: number, tileWidth: number}} the width in whole pixels
 */
export function largestTiles(count, { width, height }, gap) {
  let best = { columns: 1, tileWidth: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const byWidth = (width - (columns - 1) * gap) / columns;
    const byHeight = ((height - (rows - 1) * gap) / rows) * SHAPE;
    const tileWidth = Math.max(0, Math.floor(Math.min(byWidth, byHeight)));
    if (tileWidth > best.tileWidth) best = { columns, tileWidth };
  }
  return best;
}

/**
 * One large tile, which shows a screen, above a row of small ones.
 * @param {number} count of tiles, the large one among them
 * @param {{width: number, height: number}} space
 * @param {number} gap
 * @returns {{largeWidth: number, tileWidth: number}}
 */
export function oneLargeTile(count, { width, height }, gap) {
  const small = Math.min((height / 5) * SHAPE, (width - (count - 2) * gap) / Math.max(1, count - 1));
  const left = count > 1 ? height - gap - small / SHAPE : height;
  return { largeWidth: Math.floor(Math.min(width, left * SHAPE)), tileWidth: Math.floor(small) };
}
