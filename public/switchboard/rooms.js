// What /switchboard.rooms.js exports: rooms, which client.js fetches at first use.

export { joinRoom } from './room.js';
