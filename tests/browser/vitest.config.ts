import { defineConfig } from 'vitest/config'

// A lane of its own: a browser beside the rules would slow what is timed there.
export default defineConfig({
  test: {
    include: ['tests/dist/browser/**/*.test.js'],
    passWithNoTests: true,
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
