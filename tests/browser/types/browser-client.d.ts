// Our browser client has the types of the official one.
declare module '*/socket.io.esm.min.js' {
  export { io, type Socket } from 'socket.io-client-4.8';
}
