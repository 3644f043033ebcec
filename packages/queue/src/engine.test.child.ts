/** A process of its own with a worker, for tests: `node engine.test.child.js <url> <queue> <role>`. Says what it does in lines of JSON. */
import { connectRedis } from '@millrace/connection'
import { Queue } from './queue.ts'
import { Worker } from './worker.ts'

const [url = '', name = '', role = ''] = process.argv.slice(2)
const connection = await connectRedis(url)
const queue = new Queue<number>(name, { connection })
const tell = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)

if (role === 'produce') {
  tell({ ready: true })
  for await (const chunk of process.stdin) {
    for (const line of String(chunk).trim().split('\n')) tell(await queue.enqueue(Number(line)))
  }
} else {
  const worker = new Worker(
    queue,
    async (message, { signal }) => {
      tell({ started: message.payload, attempt: message.attempt })
      if (role === 'hold') await new Promise((resolve) => signal.addEventListener('abort', resolve))
      tell({ ended: message.payload, reason: signal.aborted ? (signal.reason as { code: string }).code : null })
    },
    { concurrency: 5, leaseMs: 2000 },
  )
  worker.on('error', (error) => tell({ error: error.message }))
  tell({ ready: true })
  process.on('SIGTERM', () => {
    void worker.close({ deadlineMs: 0 }).then(async (report) => {
      tell(report)
      await connection.close()
    })
  })
}
