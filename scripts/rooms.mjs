// The rooms of the house: every folder that has a manifest of its own inside the workspaces.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'

/** Folders relative to the root, such as `packages/queue`, sorted. */
export function rooms() {
  const found = ['packages', 'apps', 'examples'].flatMap((group) =>
    existsSync(join(root, group)) ? readdirSync(join(root, group)).map((name) => `${group}/${name}`) : [],
  )
  return [...found, 'tests'].filter((room) => existsSync(join(root, room, 'package.json'))).sort()
}
