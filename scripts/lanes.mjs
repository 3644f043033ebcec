// What `npm test` runs, in this order. A lane outside vitest is a program whose last line of output reads `N passed, N failed`
// (`, N skipped` may follow) and whose exit code is 0 where nothing failed.

/**
 * @typedef {object} Lane
 * @property {string} name a word: `npm test -- <name>` runs this lane alone
 * @property {readonly string[]} command arguments for node, relative to the root
 * @property {'vitest' | 'last line'} counts where the counts come from
 * @property {'chromium' | 'promtool'} [needs] what is found or downloaded before, beside a redis-server
 * @property {number} limitMinutes a lane that runs longer is ended, and counts as failed
 */

/** What all lanes together may take on two cores. */
export const budgetMinutes = 12

/** @type {readonly Lane[]} */
export const lanes = [
  {
    name: 'rules',
    command: ['node_modules/vitest/vitest.mjs', 'run', '--maxWorkers=2'],
    counts: 'vitest',
    needs: 'promtool',
    limitMinutes: 25,
  },
  {
    name: 'browser',
    command: ['node_modules/vitest/vitest.mjs', 'run', '--config=tests/browser/vitest.config.ts', '--maxWorkers=1'],
    counts: 'vitest',
    needs: 'chromium',
    limitMinutes: 15,
  },
  {
    name: 'mission',
    // Reporters that are named on the command line stand instead of those of the file.
    command: [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--config=tests/mission/vitest.config.ts',
      '--reporter=./tests/dist/mission/report.js',
      '--maxWorkers=1',
    ],
    counts: 'vitest',
    needs: 'chromium',
    limitMinutes: 10,
  },
  { name: 'chaos-redis', command: ['tests/dist/chaos/on-redis.js'], counts: 'last line', limitMinutes: 10 },
  { name: 'chaos-file', command: ['tests/dist/chaos/on-file.js'], counts: 'last line', limitMinutes: 10 },
  { name: 'collaboration', command: ['tests/dist/collaboration/lane.js'], counts: 'last line', limitMinutes: 10 },
  { name: 'defects', command: ['tests/planted-defects/run.mjs'], counts: 'last line', limitMinutes: 6 },
]
