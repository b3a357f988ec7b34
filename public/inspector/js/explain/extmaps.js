// RTP header extensions (`a=extmap`, RFC 8285): small fields that ride in each packet.

const EXTENSIONS = {
  'urn:ietf:params:rtp-hdrext:ssrc-audio-level': 'how loud the sound in this packet is, so that the speaker can be found without decoding',
  'urn:ietf:params:rtp-hdrext:csrc-audio-level': 'how loud each speaker is whose sound a server has mixed into this packet',
  'urn:ietf:params:rtp-hdrext:toffset': 'how much later than its time stamp says the packet was sent',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time': 'when the packet was sent; from it the receiver estimates how much the network carries',
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01':
    'the packet’s number among all packets of the connection; the receiver reports when each arrived, and the sender adapts its bit rate',
  'http://www.webrtc.org/experiments/rtp-hdrext/transport-wide-cc-02': 'the packet’s number among all packets of the connection, with reports on demand',
  'urn:ietf:params:rtp-hdrext:sdes:mid': 'the m-section (mid) to which the packet belongs, since all share one port',
  'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id': 'which of several sizes of one picture (rid, simulcast) the packet belongs to',
  'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id': 'which of several sizes (rid) a packet that is sent again belongs to',
  'urn:3gpp:video-orientation': 'how the sender holds its device; the receiver turns the picture',
  'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay': 'how long the receiver may wait before it shows the picture',
  'http://www.webrtc.org/experiments/rtp-hdrext/video-content-type': 'whether the picture is a camera’s or a screen’s',
  'http://www.webrtc.org/experiments/rtp-hdrext/video-timing': 'when the picture was taken, encoded and sent, for measuring',
  'http://www.webrtc.org/experiments/rtp-hdrext/color-space': 'how the colours are meant, also with a high dynamic range',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time': 'when the sound or picture was recorded, by the sender’s clock',
  'http://www.webrtc.org/experiments/rtp-hdrext/corruption-detection': 'samples of the picture, by which the receiver finds that it decoded a wrong one',
  'http://www.webrtc.org/experiments/rtp-hdrext/generic-frame-descriptor-00': 'which pictures this one depends on (older form)',
  'http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00': 'which sizes and bit rates of the picture the sender sends just now',
  'http://www.webrtc.org/experiments/rtp-hdrext/inband-cn': 'that the packet holds comfort noise',
  'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension':
    'which pictures this one depends on, so that a server can leave some out',
  'urn:ietf:params:rtp-hdrext:framemarking': 'where a picture begins and ends',
};

const ENCRYPTED = 'urn:ietf:params:rtp-hdrext:encrypt';

/** What each direction of an extension means: the extension's own, when it stands behind the number. */
const DIRECTIONS = {
  sendonly: ' The sender of this description only sends it.',
  recvonly: ' The sender of this description only receives it.',
  sendrecv: '',
  inactive: ' It is not used just now.',
};

/** `a=extmap:4/recvonly URI` */
export function extmapWords(value) {
  const [, number, direction = 'sendrecv', uri] = /^(\d+)(?:\/(\w+))? +(?:urn:ietf:params:rtp-hdrext:encrypt +)?(\S+)/.exec(value) ?? [];
  if (!number) return 'A header extension that cannot be read.';
  const meaning = extensionMeaning(uri);
  const words = meaning ? `says ${meaning}` : 'is one that is not explained here';
  const isEncrypted = value.includes(ENCRYPTED);
  return `Header extension ${number} in the packets ${words}.${isEncrypted ? ' It is encrypted.' : ''}${Object.hasOwn(DIRECTIONS, direction) ? DIRECTIONS[direction] : ''}`;
}

/** @returns {string | undefined} */
export function extensionMeaning(uri) {
  return Object.hasOwn(EXTENSIONS, uri) ? EXTENSIONS[uri] : undefined;
}
