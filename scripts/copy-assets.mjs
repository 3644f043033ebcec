// Copies what tsc does not emit (.lua, .sql, .html, .css) from each src to its dist, keeping times so that nothing is copied twice.
import { cpSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = new URL('..', import.meta.url).pathname
const assets = /\.(lua|sql|html|css|svg)$/

for (const group of ['packages', 'apps']) {
  for (const name of readdirSync(join(root, group))) {
    const source = join(root, group, name, 'src')
    if (!existsSync(source)) continue
    for (const file of readdirSync(source, { recursive: true })) {
      if (assets.test(file)) cpSync(join(source, file), join(root, group, name, 'dist', file), { preserveTimestamps: true })
    }
  }
}
