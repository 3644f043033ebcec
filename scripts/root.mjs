// Where everything is: by URL, so that a path with spaces or signs in it works.
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '')
export const cacheFolder = join(root, '.cache')
