import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { prepare } from './bootstrap.mjs'
import { run } from './failure.mjs'
import { root } from './root.mjs'

/**
 * Prepares the folder, then becomes the program `file`: it runs in this process, so that terminal, signals and exit code are its own.
 *
 * @param {string} file relative to the root
 */
export async function handOver(file) {
  await run(prepare)
  const path = join(root, file)
  process.argv[1] = path
  await import(pathToFileURL(path).href)
}
