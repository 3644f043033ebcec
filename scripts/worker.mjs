// npm run worker: a process with the four handlers and no HTTP.
import { handOver } from './hand-over.mjs'

await handOver('apps/workspace/dist/worker-main.js')
