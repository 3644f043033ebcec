import { expect, it } from 'vitest'
import * as monitor from './index.ts'

it('the public names are these: a change must be meant, and told in the changelog', () => {
  expect(Object.keys(monitor).toSorted()).toEqual(['PerformanceMonitoringService', 'exportFormats', 'monitorErrors', 'ranges', 'views'])
})
