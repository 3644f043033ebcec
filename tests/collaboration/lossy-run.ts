import { Chance } from '../chaos/chance.ts'
import { calm, openLossySocket } from './lossy-socket.ts'
import type { Harm, Weather } from './lossy-socket.ts'
import { readRoom, until } from './read-room.ts'
import type { ServerProcess } from './server-process.ts'
import { filler, lacking, Writer } from './writer.ts'

const writers = 6
const editsEach = 20
const storm: Weather = { cutRatio: 0.03, silenceRatio: 0.01, twiceRatio: 0.05, delayMs: 12 }

export interface LossyResult {
  readonly edits: number
  /** Updates that were called saved and are not there. */
  readonly lost: number
  readonly converged: boolean
  readonly harm: Harm
  /** Times a connection was lost while edits were unsaved. */
  readonly lostWithUnsaved: number
  /** Edits made while there was no connection. */
  readonly offline: number
}

/** Six write at random over bad lines until each made its edits; then the lines are good, and all must end alike. */
export async function lossyRun(seed: number, servers: readonly ServerProcess[]): Promise<LossyResult> {
  const chance = new Chance(seed)
  const [first] = servers as [ServerProcess]
  const body = { title: `Run ${seed}`, text: filler.repeat(200) }
  const { id } = await (await first.client(`run-${seed}`)).createDocument({ body })
  const harm: Harm = { cuts: 0, silences: 0, twice: 0 }
  let weather = storm
  const crew: Writer[] = []
  for (let index = 0; index < writers; index += 1) {
    const server = servers[index % servers.length] as ServerProcess
    const [token, address] = [await server.token(`run-${seed}-${index}`), server.room(id)]
    const own = new Chance(seed * 31 + index)
    const line = { chance: own, weather: () => weather, harm }
    crew.push(new Writer({ connect: () => openLossySocket(address, token, line), chance: own, firstLetter: 0x4e00 + index * 1_000 }))
  }
  let lostWithUnsaved = 0
  let offline = 0
  for (const { client } of crew) {
    let before = client.status
    client.subscribe(() => {
      if (before.state === 'live' && client.status.state === 'offline' && client.status.unsaved > 0) lostWithUnsaved += 1
      before = client.status
    })
  }
  try {
    await Promise.all(
      crew.map(async (writer) => {
        for (let edit = 0; edit < editsEach; edit += 1) {
          if (writer.client.status.state === 'offline') offline += 1
          writer.write()
          await new Promise((resolve) => setTimeout(resolve, chance.between(0, 30)))
        }
      }),
    )
    weather = calm
    const shown = () => JSON.stringify(crew.map(({ client, text }) => [client.status.state, client.status.unsaved, text.length]))
    await until(
      () => crew.every((writer) => writer.isSettled && writer.text === crew[0]?.text),
      45_000,
      () => `seed ${seed}: not alike after 45 s of good lines: ${shown()}`,
    )
    const reads = await Promise.all(servers.map((server) => readRoom(server, id)))
    const lost = reads.flatMap(({ state, text }) => crew.map((writer) => lacking(state, text, writer, writer.saved)))
    return {
      edits: crew.reduce((sum, { updates }) => sum + updates.length, 0),
      lost: lost.reduce((sum, count) => sum + count, 0),
      converged: reads.every(({ text }) => text === crew[0]?.text),
      harm,
      lostWithUnsaved,
      offline,
    }
  } finally {
    for (const writer of crew) writer.close()
  }
}
