// Signaling between two pages that each hold a peer connection in the global variable `pc`.
// Each description waits for the end of gathering, so no candidates travel beside it.

export const offer = (page) => page.run(async () => {
  await pc.setLocalDescription()
  while (pc.iceGatheringState !== 'complete') await new Promise((next) => pc.addEventListener('icegatheringstatechange', next, { once: true }))
  return { type: pc.localDescription.type, sdp: pc.localDescription.sdp }
})

export const accept = (page, description) => page.run((description) => pc.setRemoteDescription(description), description)

export async function answer(page, description) {
  await accept(page, description)
  return offer(page)
}

/// A whole negotiation; gives both descriptions back.
export async function connect(caller, callee) {
  const offered = await offer(caller)
  const answered = await answer(callee, offered)
  await accept(caller, answered)
  return { offered, answered }
}

/// Waits until an expression of the page is true; fails with the expression's text after the given time.
export const until = (page, condition, milliseconds = 20_000) => page.run(`async () => {
  const end = Date.now() + ${milliseconds}
  while (!(await (${condition})())) {
    if (Date.now() > end) throw new Error(${JSON.stringify(`not within ${milliseconds} ms: ${condition}`)})
    await new Promise((next) => setTimeout(next, 20))
  }
}`)
