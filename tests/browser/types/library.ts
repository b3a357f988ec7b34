// Code as users of the library write it: the types accept what docs/library.md shows, and nothing that does not exist.

import { type Call, type IncomingCall, SwitchboardError, connect } from 'switchboard-client';

export async function page(video: HTMLVideoElement, words: (text: string) => void) {
  const client = await connect({ name: 'Ann', url: 'https://localhost:8181', relayOnly: true });
  client.onincoming = (incoming: IncomingCall) => {
    if (incoming.isDirect && incoming.name === 'Eve') void incoming.decline();
    else void incoming.answer({ video: true });
  };
  client.oncall = show;
  client.onstate = (state) => words(state);
  client.onproblem = ({ code, message }) => words(`${code}: ${message}`);
  client.socket.on('bell', ({ minutes }) => words(`${minutes} minutes`));
  client.addEventListener('incoming', ({ detail }) => words(detail.name));

  function show(call: Call) {
    call.onstream = (stream) => (video.srcObject = stream);
    call.onstate = (state) => words(state === 'interrupted' ? 'One moment …' : state);
    call.onend = ({ reason, message }) => words(`${reason}: ${message}`);
    call.onchannel = (channel) => (channel.onmessage = (data) => words(String(data)));
  }

  try {
    const call = await client.call('Bob', { audio: true, video: { width: 640 }, channels: ['chat'] });
    await call.useDevice('video', 'an id');
    await call.send('audio', null);
    await call.mute('audio');
    await call.mute('video', false);
    await call.shareScreen();
    await call.channel('chat').send('Hello');
    const stats = await call.stats();
    words(`${stats?.way} ${stats?.roundTripMs} ${stats?.picture?.width}`);
    call.hangUp();
  } catch (error) {
    if (error instanceof SwitchboardError) words(error.code);
  }

  // @ts-expect-error There is no such option.
  await client.call('Bob', { vidoe: true });
  // @ts-expect-error The state is read only.
  client.state = 'closed';
  // @ts-expect-error There is no such method.
  client.hangUp();
  client.close();
}
