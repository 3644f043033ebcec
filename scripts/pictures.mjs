// npm run pictures: takes the pictures of the README from a server that runs, after some minutes of traffic; `-- workspace` takes those
// of the workspace alone, at once.
import { prepare } from './bootstrap.mjs'
import { chromiumVariables, provideChromium } from './chromium.mjs'
import { run } from './failure.mjs'
import { provideRedisServer, redisVariables } from './redis-server.mjs'
import { root } from './root.mjs'

await run(async () => {
  await prepare()
  Object.assign(process.env, redisVariables(provideRedisServer()), chromiumVariables(provideChromium()))
  process.chdir(root)
  // The folder was just built: its program is not there before.
  const programs = process.argv[2] === 'workspace' ? ['workspace-pictures'] : ['pictures', 'workspace-pictures']
  for (const program of programs) await import(new URL(`../tests/dist/browser/${program}.js`, import.meta.url).href)
})
