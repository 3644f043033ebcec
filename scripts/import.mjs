// npm run import -- <folder>: a folder of Markdown into the running workspace.
import { handOver } from './hand-over.mjs'

await handOver('apps/workspace/dist/commands/import.js')
