// A page as a student of the course has it: globals, arrow functions, four listeners next door,
// no reconnecting and no cleaning up. It stands for the pages that must work with Switchboard
// unchanged, so it uses nothing of ours, and its habits (promises not waited for, values kept
// across calls) are left as such pages have them.

const userName = 'Student-' + Math.floor(Math.random() * 100000)
const password = 'x'
document.querySelector('#user-name').textContent = userName

const socket = io.connect('https://localhost:8181/', {
  auth: {
    userName, password
  }
})

const localVideoEl = document.querySelector('#local-video')
const remoteVideoEl = document.querySelector('#remote-video')

let localStream // what our camera sees
let remoteStream // what the other camera sees
let peerConnection // the connection between the two browsers
let didIOffer = false

const peerConfiguration = {
  iceServers: []
}

// The caller's side: camera, connection, offer.
const call = async (e) => {
  await fetchUserMedia()
  await createPeerConnection()

  try {
    const offer = await peerConnection.createOffer()
    peerConnection.setLocalDescription(offer)
    didIOffer = true
    socket.emit('newOffer', offer)
  } catch (err) {
    console.error(err)
  }
}

// The answerer's side: the same with the offer put in, and the answer sent back inside of it.
const answerOffer = async (offerObj) => {
  await fetchUserMedia()
  await createPeerConnection(offerObj)
  const answer = await peerConnection.createAnswer({})
  await peerConnection.setLocalDescription(answer)

  offerObj.answer = answer
  const offerIceCandidates = await socket.emitWithAck('newAnswer', offerObj)
  offerIceCandidates.forEach(c => {
    peerConnection.addIceCandidate(c)
  })
}

// The caller again: its offer came back with an answer.
const addAnswer = async (offerObj) => {
  await peerConnection.setRemoteDescription(offerObj.answer)
}

const fetchUserMedia = () => {
  return new Promise(async (resolve, reject) => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true })
      localVideoEl.srcObject = stream
      localStream = stream
      resolve()
    } catch (err) {
      console.error(err)
      reject()
    }
  })
}

const createPeerConnection = (offerObj) => {
  return new Promise(async (resolve, reject) => {
    peerConnection = await new RTCPeerConnection(peerConfiguration)
    remoteStream = new MediaStream()
    remoteVideoEl.srcObject = remoteStream

    localStream.getTracks().forEach(track => {
      peerConnection.addTrack(track, localStream)
    })

    peerConnection.addEventListener('icecandidate', e => {
      if (e.candidate) {
        socket.emit('sendIceCandidateToSignalingServer', {
          iceCandidate: e.candidate,
          iceUserName: userName,
          didIOffer
        })
      }
    })

    peerConnection.addEventListener('track', e => {
      e.streams[0].getTracks().forEach(track => {
        remoteStream.addTrack(track)
      })
    })

    if (offerObj) {
      await peerConnection.setRemoteDescription(offerObj.offer)
    }
    resolve()
  })
}

const addNewIceCandidate = (iceCandidate) => {
  peerConnection.addIceCandidate(iceCandidate)
}

document.querySelector('#call').addEventListener('click', call)
