// Fills the room page with people for its pictures: tiles with drawn pictures, by the page's own module. No peer is behind
// them, since sixteen of them are more than one machine encodes.

const PEOPLE = ['Olumide', 'Jiayi', 'Marta', 'Tomasz', 'Aaliyah', 'Björn', 'Noor', 'Pedro', 'Saanvi', 'Kofi', 'Elif', 'Haruto', 'Chloé',
  'Bartholomäus von der Weidenhöhe', 'Ana'];

/** With more people than these some connections are not well. */
const FEW = 5;

/**
 * @param {import('playwright-core').Page} page that has joined
 * @param {number} count
 */
export async function showCrowd(page, count) {
  if (count && (await page.isVisible('#close-invite'))) await page.click('#close-invite'); // The page itself does it when someone joins.
  await page.evaluate(async ({ names, few }) => {
    const load = (name) => import(new URL(`js/pages/${name}.js`, document.baseURI).href);
    const { showSpeaking, showTile } = await load('room-tiles');
    for (const [n, userName] of names.entries()) {
      const hasPicture = n % 5 !== 3;
      showTile({
        id: `crowd-${n}`,
        userName,
        stream: hasPicture ? draw(n) : undefined,
        sending: { audio: n % 3 !== 1, video: hasPicture, screen: false },
        link: names.length > few ? { 2: 'interrupted', 4: 'connecting', 5: 'failed' }[n] ?? 'connected' : 'connected',
      });
    }
    if (!names.length) return;
    setInterval(() => showSpeaking(['crowd-0']), 100);
    await tellOfThem();

    /** What the page would say, if they were peers. */
    async function tellOfThem() {
      const [{ showStatus }, { meshWords, roomWords }, { showMeshNote }] = await Promise.all(['frame', 'room-words', 'room-view'].map(load));
      const members = names.map((userName) => ({ userName, line: 'here' }));
      const isAsked = !document.querySelector('#waiting-peers').hidden;
      const access = isAsked ? undefined : document.querySelector('#access').value;
      showStatus(roomWords({ room: 'tea', members, serverIsAway: false, serverIsGone: false, news: '', access }));
      showMeshNote(meshWords(names.length + 1));
    }

    /** A head and shoulders before a wall, in a colour of their own. */
    function draw(n) {
      const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
      const context = canvas.getContext('2d');
      const paint = () => {
        context.fillStyle = `hsl(${(n * 47) % 360} 28% 62%)`;
        context.fillRect(0, 0, 640, 360);
        context.fillStyle = `hsl(${(n * 47 + 160) % 360} 32% 36%)`;
        context.beginPath();
        context.ellipse(320, 380, 150, 130, 0, 0, 7);
        context.fill();
        context.fillStyle = `hsl(${20 + n * 3} 38% ${70 - n * 3}%)`;
        context.beginPath();
        context.ellipse(320, 170, 68, 88, 0, 0, 7);
        context.fill();
      };
      paint();
      setInterval(paint, 200);
      return canvas.captureStream(5);
    }
  }, { names: PEOPLE.slice(0, count), few: FEW });
}

/** Some of the crowd raise a hand, one shows a reaction. @param {import('playwright-core').Page} page */
export function raiseHands(page) {
  return page.evaluate(async () => {
    const { showReaction, showTile, tileOf } = await import(new URL('js/pages/room-tiles.js', document.baseURI).href);
    for (const [n, id] of ['crowd-3', 'crowd-6'].entries()) showTile({ ...tileOf(id).person, handSince: n + 1 });
    // As long as the pictures take, and not only for a moment.
    setInterval(() => showReaction('crowd-1', 'heart'), 1_000);
  });
}

/** The connections to some of the crowd are poor. @param {import('playwright-core').Page} page */
export function showPoorConnections(page) {
  return page.evaluate(async () => {
    const { showPoor } = await import(new URL('js/pages/room-tiles.js', document.baseURI).href);
    for (const n of [0, 3, 7]) showPoor(`crowd-${n}`, true);
  });
}
