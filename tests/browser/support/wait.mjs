// Waiting, the only way these tests do it: for something to become true, with one time-out.
// There are no sleeps. A probe is asked again at short intervals only where nothing tells us.

/** How long anything may take. Generous: the machine may be busy, and only failures wait this long. */
export const TIMEOUT = 120_000;

const INTERVAL = 50;

/** Settles like `promise`, or fails after the time-out with words that say what was waited for. */
export async function within(promise, what) {
  let timer;
  const tooLate = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${TIMEOUT / 1000} s`)), TIMEOUT);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks `probe` until it returns something truthy, and returns that. */
export async function eventually(what, probe) {
  const deadline = Date.now() + TIMEOUT;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`not ${what} within ${TIMEOUT / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
}

/** Asks `probe` again and again for so long: all that time it must not fail. */
export async function during(ms, probe) {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    await probe();
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
}
