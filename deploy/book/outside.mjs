// A preprocessor of mdBook: a link that leaves docs/ becomes its text. mdBook gives the book as JSON and takes it back.

import { posix } from 'node:path';
import process from 'node:process';

// mdBook asks first whether a kind of output is supported: all are.
if (process.argv[2] === 'supports') process.exit(0);

let input = '';
for await (const part of process.stdin.setEncoding('utf8')) input += part;
const [, book] = JSON.parse(input);
for (const item of book.items) change(item);
process.stdout.write(JSON.stringify(book));

function change({ Chapter: chapter }) {
  if (!chapter) return;
  const folder = posix.dirname(chapter.path ?? '');
  // Links, and not pictures; what stands in a block of code has no such brackets.
  chapter.content = chapter.content.replaceAll(/(?<!!)\[([^\]]*)\]\(([^()\s]+)\)/g, (link, text, target) =>
    (!/^[a-z]+:|^#/i.test(target) && posix.join(folder, target).startsWith('..') ? text : link));
  for (const item of chapter.sub_items) change(item);
}
