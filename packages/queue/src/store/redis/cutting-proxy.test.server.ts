import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

/** Stands between a client and its server; lets a request through and loses the answer, as a broken network does. */
export class CuttingProxy {
  /** How many answers were lost. */
  cuts = 0
  readonly url: string
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #armed = false

  private constructor(server: Server) {
    this.#server = server
    this.url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async before(port: number): Promise<CuttingProxy> {
    const server = createServer((client) => proxy.#join(client, connect({ host: '127.0.0.1', port })))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const proxy = new CuttingProxy(server)
    return proxy
  }

  /** The answer to the next script is lost, and the connection with it; if the server does not know the script yet, that is what it says. */
  cutNextAnswer(): void {
    this.#armed = true
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(client: Socket, server: Socket): void {
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    let asked = false
    client.on('data', (data) => {
      asked ||= this.#armed && data.toString('latin1').includes('eval')
      server.write(data)
    })
    server.on('data', (data) => {
      if (!asked || !this.#armed) {
        client.write(data)
        return
      }
      this.#armed = false
      this.cuts += 1
      client.destroy()
    })
  }
}
