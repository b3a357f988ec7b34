// Our browser client has the types of the official one.
declare module '*/socket.io.esm.min.js' {
  export { io, type Socket } from 'socket.io-client-4.8';
}

// The library, as pages load it.
declare module '*/switchboard.esm.js' {
  export * from 'switchboard-client';
}
