import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RoomClient, textOf } from '@millrace/collaboration'
import type { RoomClientOptions } from '@millrace/collaboration'
import { createClient } from '@millrace/contract'
import { connect } from 'millrace'
import type { Connection } from 'millrace'
import { createServer, readConfig, signToken } from 'millrace/server'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { vi } from 'vitest'
import { workspaceErrors } from '../errors.ts'
import { documentHandlers } from '../routes/document-handlers.ts'
import { importHandlers } from '../routes/import-handlers.ts'
import { roomHandlers } from '../routes/room-handlers.ts'
import { versionHandlers } from '../routes/version-handlers.ts'
import { openWorkspace } from '../workspace.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {}, trace() {}, fatal() {}, level: 'silent', silent() {}, child: () => silent }
const noLimits = { performance: 1_000_000, queues: 1_000_000, workspace: 1_000_000, auth: 1_000_000, metrics: 1_000_000 }

interface BedOptions {
  /** @defaultValue a file of its own */
  readonly url?: string
  /** Shared by the servers of one store. */
  readonly prefix?: string
  readonly secret?: string
  /** @defaultValue true */
  readonly handles?: boolean
}

/** A workspace with its server, as `npm start` runs it, on a store of its own or on a shared one. */
export async function startBed({ url, prefix = `test-${crypto.randomUUID()}:`, secret = 's'.repeat(40), handles = true }: BedOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace rooms '))
  const connection: Connection = await connect(url ?? `file:${folder}`, { prefix, commandTimeoutMs: 1_000, callTimeoutMs: 2_000 })
  const workspace = await openWorkspace({ connection, dataDir: folder, log: silent })
  const handlers = {
    ...documentHandlers(workspace),
    ...importHandlers(workspace),
    ...roomHandlers(workspace),
    ...versionHandlers(workspace),
  }
  const config = readConfig({ DATA_DIR: folder, PORT: '0', JWT_SECRET: secret, ...(url === undefined ? {} : { REDIS_URL: url }) })
  const server = await createServer(config, {
    connection,
    queues: workspace.queues,
    log: silent as never,
    errors: workspaceErrors,
    handlers,
    limits: noLimits,
  })
  const address = await server.listen()
  if (handles) workspace.handle()
  const { auth } = server
  if (auth.kind !== 'secret') throw new Error('the bed signs its own tokens')
  const tokenOf = (subject: string, role: 'viewer' | 'operator' = 'operator') => signToken(auth, { subject, role, ttlSeconds: 600 })
  const open = new Set<RoomClient>()
  return {
    workspace,
    connection,
    server,
    address,
    tokenOf,
    /** The interface, as `subject`. */
    async api(subject: string, role?: 'viewer' | 'operator') {
      return createClient({ baseUrl: address, token: await tokenOf(subject, role) })
    },
    /** Opens a bare socket on a room. */
    socket(token: string, id: string): WebSocket {
      const path = createClient({ baseUrl: address }).openRoom({ params: { id } })
      return new WebSocket(path, { headers: { authorization: `Bearer ${token}` } })
    },
    /** A participant of a room, as a page is one. */
    async join(id: string, subject: string, { role, ...options }: JoinOptions = {}) {
      const token = await tokenOf(subject, role)
      const client = new RoomClient({
        connect: () => this.socket(token, id),
        doc: new Y.Doc(),
        backoff: { firstMs: 20, longestMs: 200 },
        ...options,
      })
      open.add(client)
      return client
    },
    async close() {
      for (const client of open) {
        client.close()
        client.awareness.destroy()
      }
      await server.close()
      await workspace.close()
      await connection.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type Bed = Awaited<ReturnType<typeof startBed>>
type JoinOptions = { readonly role?: 'viewer' | 'operator' } & Partial<RoomClientOptions>

/** Waits for a condition of a client that it tells of. */
export function until(client: RoomClient, what: (client: RoomClient) => boolean): Promise<void> {
  return vi.waitFor(() => {
    if (!what(client)) throw new Error(`not yet: ${JSON.stringify(client.status)}, ${textOf(client.doc).length} characters`)
  }, 15_000)
}

/** Tries until it holds: on a busy machine that takes a while. */
export function eventually<Value>(look: () => Value | Promise<Value>): Promise<Value> {
  return vi.waitFor(look, { timeout: 15_000 })
}

export const isLive = ({ status }: RoomClient) => status.state === 'live'
export const isSaved = ({ status }: RoomClient) => status.state === 'live' && status.unsaved === 0
export const written = (client: RoomClient) => textOf(client.doc).toString()
