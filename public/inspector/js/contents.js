// Finds the descriptions and candidates in a record, wherever its event carries them.

/** How many are looked for, and how deep. */
const MOST = 100;
const DEEPEST = 6;

const isObject = (value) => typeof value === 'object' && value !== null;

/** Every description in a record, in the order in which they stand in it. */
export function descriptionsIn(record) {
  return search([record?.payload, record?.args, record?.sdp], (value) => typeof value.sdp === 'string' && typeof value.type === 'string');
}

/** Every candidate in a record. */
export function candidatesIn(record) {
  return search([record?.payload, record?.args, record?.candidate], (value) => typeof value.candidate === 'string');
}

function search(values, is, found = [], depth = 0) {
  for (const value of values) {
    if (!isObject(value) || found.length >= MOST) continue;
    if (is(value)) found.push(value);
    else if (depth < DEEPEST) search(Array.isArray(value) ? value : Object.values(value), is, found, depth + 1);
  }
  return found;
}
