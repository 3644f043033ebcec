import { WebSocket } from 'ws'
import { Chance } from '../chaos/chance.ts'
import { readRoom, until } from './read-room.ts'
import type { ServerProcess } from './server-process.ts'
import { filler, lacking, Writer } from './writer.ts'

export interface KillResult {
  kills: number
  edits: number
  /** Updates that were called saved and were gone after the kill. */
  lost: number
  /** Kills while edits were unsaved. */
  withUnsaved: number
  /** Kills after which an edit was there that nobody had been told is saved: between the append and the word. */
  appendedUntold: number
  readonly converged: boolean
}

/** How often a server is killed at least, and at most while no kill fell between an append and its word: that takes luck. */
export interface KillPlan {
  readonly atLeast: number
  readonly atMost: number
}

/**
 * Three write while their server is killed again and again. After each kill a stranger reads first what is there, while the writers, who
 * could bring back what was lost, are kept away.
 */
export async function killRun(seed: number, server: ServerProcess, { atLeast, atMost }: KillPlan): Promise<KillResult> {
  const chance = new Chance(seed)
  const { id } = await (await server.client(`kill-${seed}`)).createDocument({ body: { title: `Kill ${seed}`, text: filler.repeat(300) } })
  const result = { kills: 0, edits: 0, lost: 0, withUnsaved: 0, appendedUntold: 0 }
  let isGateOpen = true
  let hearSent: () => void = () => undefined
  const crew: Writer[] = []
  for (let index = 0; index < 3; index += 1) {
    const token = await server.token(`kill-${seed}-${index}`)
    const connect = () => {
      if (!isGateOpen) throw new Error('kept away')
      const socket = new WebSocket(server.room(id), { headers: { authorization: `Bearer ${token}` } }).on('error', () => undefined)
      const send = socket.send.bind(socket) as (data: Uint8Array) => void
      return Object.assign(socket, {
        send(data: Uint8Array) {
          send(data)
          hearSent()
        },
      })
    }
    crew.push(new Writer({ connect, chance: new Chance(seed * 31 + index), firstLetter: 0x4e00 + index * 6_500 }))
  }
  const end = { isNear: false }
  const writing = crew.map(async (writer) => {
    while (!end.isNear) {
      writer.write()
      await new Promise((resolve) => setTimeout(resolve, chance.between(5, 40)))
    }
  })
  const settled = (limitMs: number) =>
    until(
      () => crew.every(({ client }) => client.status.state === 'live'),
      limitMs,
      () => `seed ${seed}: the writers do not come back: ${JSON.stringify(crew.map(({ client }) => client.status))}`,
    )
  try {
    const isEnough = () => result.kills >= atLeast && (result.appendedUntold > 0 || result.kills >= atMost)
    for (; !isEnough(); result.kills += 1) {
      await settled(15_000)
      await new Promise((resolve) => setTimeout(resolve, chance.between(30, 400)))
      // Three of four times while what was just sent is stored, and its word on the way.
      if (result.kills % 4 > 0) {
        await new Promise<void>((resolve) => (hearSent = resolve))
        await new Promise((resolve) => setTimeout(resolve, chance.between(1, 6)))
      }
      isGateOpen = false
      await server.kill()
      // What they are told after the kill was sent before it.
      await until(
        () => crew.every(({ client }) => client.status.state === 'offline'),
        5_000,
        () => 'the writers do not see that it is gone',
      )
      const saved = crew.map((writer) => writer.saved)
      const made = crew.map(({ updates }) => updates.length)
      if (saved.some((count, index) => count < (made[index] ?? 0))) result.withUnsaved += 1
      await server.start()
      const { state, text } = await readRoom(server, id)
      for (const [index, writer] of crew.entries()) {
        result.lost += lacking(state, text, writer, saved[index] ?? 0)
        if (writer.letters.slice(saved[index], made[index]).some((letter) => letter !== '' && text.includes(letter)))
          result.appendedUntold += 1
      }
      isGateOpen = true
    }
    await settled(15_000)
    end.isNear = true
    await Promise.all(writing)
    await until(
      () => crew.every((writer) => writer.isSettled && writer.text === crew[0]?.text),
      15_000,
      () => `seed ${seed}: not alike at the end`,
    )
    const read = await readRoom(server, id)
    for (const writer of crew) result.lost += lacking(read.state, read.text, writer, writer.updates.length)
    result.edits = crew.reduce((sum, { updates }) => sum + updates.length, 0)
    return { ...result, converged: read.text === crew[0]?.text }
  } finally {
    end.isNear = true
    for (const writer of crew) writer.close()
  }
}
