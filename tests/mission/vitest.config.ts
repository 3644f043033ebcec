import { defineConfig } from 'vitest/config'

// A lane of its own: it writes docs/mission.md, and only what ran whole may.
export default defineConfig({
  test: {
    include: ['tests/dist/mission/**/*.test.js'],
    reporters: ['default', './tests/dist/mission/report.js'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
