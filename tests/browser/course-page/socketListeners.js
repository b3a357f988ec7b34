// The four listeners of the course's page.

// Once, on connecting: the offers that wait already.
socket.on('availableOffers', offers => {
  createOfferEls(offers)
})

// Another client has just called.
socket.on('newOfferAwaiting', offers => {
  createOfferEls(offers)
})

// Our own call was answered.
socket.on('answerResponse', offerObj => {
  addAnswer(offerObj)
})

// One more way to reach the other side.
socket.on('receivedIceCandidateFromServer', iceCandidate => {
  addNewIceCandidate(iceCandidate)
})

// A button for each offer, appended; nothing ever takes one away.
function createOfferEls(offers) {
  const answerEl = document.querySelector('#answer')
  offers.forEach(o => {
    const newOfferEl = document.createElement('div')
    const buttonEl = document.createElement('button')
    buttonEl.textContent = `Answer ${o.offererUserName}`
    newOfferEl.appendChild(buttonEl)
    newOfferEl.addEventListener('click', () => answerOffer(o))
    answerEl.appendChild(newOfferEl)
  })
}
