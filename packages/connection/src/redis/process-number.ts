import { createHash, randomInt } from 'node:crypto'
import { ScriptCall } from './store-call.ts'
import type { RedisLink } from './redis-link.ts'

/** Numbers go round here; ids keep 24 bits for them. */
const numbers = 2 ** 24

// A number that starts anywhere: after the store was emptied new processes must not take the numbers of those that still live.
const source = `#!lua flags=allow-oom
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('SET', KEYS[1], ARGV[1]) end
return redis.call('INCR', KEYS[1]) % ${numbers}
`
const script = {
  script: { name: 'process-number', effect: 'grow' as const, preludeLines: 0 },
  sha: createHash('sha1').update(source).digest('hex'),
  source,
}

/** The next number of the store; 16 million others come before it is given again. */
export async function takeProcessNumber(link: RedisLink, prefix: string): Promise<number> {
  const answer = await link.call(new ScriptCall(script, [`${prefix}process-number`], [randomInt(numbers)]))
  return Number(answer)
}
