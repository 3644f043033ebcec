// npm start: the workspace with its server and its four queues.
import { handOver } from './hand-over.mjs'

await handOver('apps/workspace/dist/main.js')
