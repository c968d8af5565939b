/** Run at once when it is quiet; the longer the calls go on, the less often, down to once in `most` ms. */
export function seldom(run, { least = 250, most = 2000 } = {}) {
  let timer = null;
  let last = -Infinity;
  let wait = least;
  return () => {
    if (timer) return;
    const quiet = Date.now() - last;
    wait = quiet > 2 * wait ? Math.max(least, wait / 2) : Math.min(most, wait * 1.5);
    timer = setTimeout(() => {
      timer = null;
      last = Date.now();
      run();
    }, Math.max(0, wait - quiet));
  };
}
