// npm run example -- <name>: does what a stranger does who copied the folder: its own `npm start`.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { prepare } from './bootstrap.mjs'
import { Failure, run } from './failure.mjs'
import { root } from './root.mjs'

await run(async () => {
  const name = process.argv[2] ?? ''
  const names = readdirSync(join(root, 'examples')).filter((entry) => existsSync(join(root, 'examples', entry, 'package.json')))
  if (!names.includes(name))
    throw new Failure(`${name ? `There is no example "${name}"` : 'Name an example'}: npm run example -- ${names.join(' | ')}`)
  await prepare()
  const npm = process.env['npm_execpath']
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const { status } = spawnSync(command, [...first, 'start', '--silent'], { cwd: join(root, 'examples', name), stdio: 'inherit' })
  process.exitCode = status ?? 1
})
