import { defineConfig } from 'vitest/config'

// Tests are compiled with the rest (tsc -b) and run from dist: what is tested is what is shipped, threads included.
export default defineConfig({
  test: {
    include: ['packages/*/dist/**/*.test.js', 'apps/*/dist/**/*.test.js', 'examples/*/dist/**/*.test.js', 'tests/dist/**/*.test.js'],
    exclude: ['**/node_modules/**', 'tests/dist/browser/**', 'tests/dist/mission/**'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
