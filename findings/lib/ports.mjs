import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

/// A free port, for programs that cannot be told to choose one themselves.
export async function freePort(address = '127.0.0.1') {
  const server = createServer().listen(0, address)
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/// Waits until a program listens on the port.
export async function listening(port, address = '127.0.0.1') {
  for (const end = Date.now() + 30_000; Date.now() < end; await delay(50)) {
    const socket = connect(port, address)
    if (await once(socket, 'connect').then(() => true, () => false)) return socket.destroy()
  }
  throw new Error(`Nothing listens on port ${port}.`)
}

/// This machine's own IPv4 address, for what browsers do not do with 127.0.0.1. The packets do not leave the machine.
export const ownAddress = () =>
  Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
