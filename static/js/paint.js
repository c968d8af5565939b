/**
 * One gate for all that the feed changes on a page.
 *
 * Time is cut into quarters of a second; what is to be drawn waits for the next cut and is drawn together there. However
 * much happens, the page is painted at most four times a second by it. What the reader does is drawn at once, not here.
 */
const EVERY_MS = 250;

let waiting = new Set();
let timer = null;

/** Milliseconds until the next cut. */
const untilPaint = () => EVERY_MS - (performance.now() % EVERY_MS);

/** Call `draw` at the next cut, once however often it is asked for until then. */
export function paint(draw) {
  waiting.add(draw);
  timer ??= setTimeout(flush, untilPaint());
}

function flush() {
  timer = null;
  const lot = waiting;
  waiting = new Set();
  for (const draw of lot) {
    try {
      draw();
    } catch (error) {
      console.error(error); // One part's fault does not stop the others.
    }
  }
}
