// One cell of a result: one peer, one scenario, one fresh process, an emptied server. Prints one line of JSON.
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'

const { values } = parseArgs({
  options: { scenario: { type: 'string' }, peer: { type: 'string' }, port: { type: 'string' }, messages: { type: 'string' } },
})
const port = Number(values.port)
const scenario = await import(`./scenarios/${values.scenario}.mjs`)
const { open, version, settings } = await import(`./peers/${values.peer}.mjs`)
const total = Number(values.messages ?? scenario.messages)

const server = new Redis({ port, host: '127.0.0.1' })
/** CPU of the server's main thread, µs, and commands run so far, those inside scripts included. */
async function serverCost() {
  const cpu = await server.info('cpu')
  const stats = await server.info('commandstats')
  const seconds = (name) => Number(new RegExp(`${name}:([\\d.]+)`).exec(cpu)[1])
  let commands = 0
  for (const [, calls] of stats.matchAll(/calls=(\d+)/g)) commands += Number(calls)
  return { cpuMicros: (seconds('used_cpu_sys_main_thread') + seconds('used_cpu_user_main_thread')) * 1e6, commands }
}

const peer = await open({ port, queueName: 'bench' })
await scenario.prepare?.(peer, total)
const before = await serverCost()
const cpuBefore = process.cpuUsage()
const outcome = await scenario.run(peer, total, { port })
const cpu = process.cpuUsage(cpuBefore)
const after = await serverCost()
await peer.close()
server.disconnect()
console.log(
  JSON.stringify({
    ...outcome,
    messages: total,
    version,
    settings,
    redisCpuMicros: (after.cpuMicros - before.cpuMicros) / total,
    redisCommands: (after.commands - before.commands) / total,
    nodeCpuMicros: (cpu.user + cpu.system) / total,
  }),
)
process.exit(0)
