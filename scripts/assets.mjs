// What tsc does not emit and the code reads at run time: .lua, .sql and the like travel from src to dist.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { mkdirSync } from 'node:fs'
import { root } from './root.mjs'
import { rooms } from './rooms.mjs'

const assets = /\.(lua|sql|html|css|svg|browser\.js)$/

/** Copies every asset whose bytes differ; a file that is the same is not touched. */
export function copyAssets() {
  for (const { source, output } of sources()) {
    for (const file of listFiles(source)) {
      if (!assets.test(file)) continue
      const [from, to] = [join(source, file), join(output, file)]
      if (existsSync(to) && statSync(to).size === statSync(from).size && readFileSync(to).equals(readFileSync(from))) continue
      mkdirSync(dirname(to), { recursive: true })
      cpSync(from, to, { preserveTimestamps: true })
    }
  }
}

/**
 * Removes what tsc or we wrote for a source file that is gone, so that a deleted test is not run and a deleted module is not packed.
 * Only files with tsc's own companions and our assets are looked at: what another tool builds into dist stays.
 */
export function removeOrphans() {
  for (const { source, output } of sources()) {
    if (!existsSync(output)) continue
    const files = new Set(listFiles(output))
    for (const file of files) {
      const stem = file.replace(/\.js$/, '')
      const isOurs = stem !== file && files.has(`${stem}.d.ts`) && files.has(`${stem}.js.map`)
      if (isOurs && !existsSync(join(source, `${stem}.ts`)) && !existsSync(join(source, `${stem}.tsx`))) {
        for (const end of ['.js', '.js.map', '.d.ts', '.d.ts.map']) rmSync(join(output, stem + end), { force: true })
      } else if (/\.(lua|sql)$/.test(file) && !existsSync(join(source, file))) {
        rmSync(join(output, file), { force: true })
      }
    }
  }
}

function sources() {
  return rooms()
    .map((room) => ({ source: join(root, room, room === 'tests' ? '.' : 'src'), output: join(root, room, 'dist') }))
    .filter(({ source }) => existsSync(source))
}

/** @param {string} folder */
function listFiles(folder) {
  const files = /** @type {string[]} */ (readdirSync(folder, { recursive: true }))
  return files.filter((file) => !/(^|[\\/])(node_modules|dist)[\\/]/.test(file))
}
