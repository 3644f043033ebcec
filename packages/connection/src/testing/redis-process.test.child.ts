import { writeSync } from 'node:fs'
import { RedisProcess } from './redis-process.ts'

// A process of its own for tests: `node redis-process.test.child.js <exit|throw|kill>` starts a server, says where, and ends.
const { port, directory } = await RedisProcess.start()
writeSync(1, `${JSON.stringify({ port, directory })}\n`)
if (process.argv[2] === 'kill') process.kill(process.pid, 'SIGKILL')
if (process.argv[2] === 'throw') throw new Error('the end')
process.exit(0)
