import { connect, Queue, Worker } from 'millrace'

const connection = await connect(process.env.REDIS_URL ?? 'file:./data')
const greetings = new Queue<{ to: string }>('greetings', { connection })

// Producer: the four levels share the queue 8:4:2:1, so urgent is seldom kept waiting and low never starves.
await greetings.enqueue({ to: 'Barbara' }, { priority: 'low' })
await greetings.enqueue({ to: 'Grace' }, { priority: 'normal', maxRetries: 3, retryDelay: 0.5 })
await greetings.enqueue({ to: 'Ada' }, { priority: 'urgent' })
await greetings.enqueue({ to: 'Edsger' }, { delayMs: 500 })

// Worker: an attempt that throws is retried with growing delays; a worker that dies loses nothing.
const worker = new Worker(greetings, async ({ payload, priority, attempt }) => {
  if (payload.to === 'Grace' && attempt === 1) throw new Error('the line is busy')
  console.log(`Hello, ${payload.to}! (${priority}, attempt ${attempt})`)
})

worker.on('retrying', ({ message, error, delayMs }) => console.log(`${message.payload.to}: ${error}, again in ${delayMs} ms`))

const all = 4
let greeted = 0
await new Promise<void>((resolve) => worker.on('completed', () => ++greeted === all && resolve()))

await worker.close()

const { totals, waitMs } = await greetings.stats()
console.log(`${totals.completed} completed, ${totals.retried} retried; half of the attempts waited less than ${waitMs.p50?.toFixed(1)} ms`)
await connection.close()
