// Fills the room page with people for its pictures: tiles with drawn pictures, by the page's own module. No peer is behind
// them, since sixteen of them are more than one machine encodes.

const PEOPLE = ['Olumide', 'Jiayi', 'Marta', 'Tomasz', 'Aaliyah', 'Björn', 'Noor', 'Pedro', 'Saanvi', 'Kofi', 'Elif', 'Haruto', 'Chloé',
  'Bartholomäus von der Weidenhöhe', 'Ana'];

/**
 * @param {import('playwright-core').Page} page that has joined
 * @param {number} count
 */
export async function showCrowd(page, count) {
  if (count && (await page.isVisible('#close-invite'))) await page.click('#close-invite'); // The page itself does it when someone joins.
  await page.evaluate(async (names) => {
    const { showTile } = await import(new URL('js/pages/room-tiles.js', document.baseURI).href);
    for (const [n, userName] of names.entries()) {
      const hasPicture = n % 5 !== 3;
      showTile({
        id: `crowd-${n}`,
        userName,
        stream: hasPicture ? draw(n) : undefined,
        sending: { audio: n % 3 !== 1, video: hasPicture, screen: false },
        link: 'connected',
      });
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
  }, PEOPLE.slice(0, count));
}
