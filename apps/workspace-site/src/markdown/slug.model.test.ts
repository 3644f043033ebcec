import { expect, it } from 'vitest'
import { Slugs, slugOf } from './slug.model.ts'

it.each([
  ['What Millrace guarantees', 'what-millrace-guarantees'],
  ['1. Add `redis` (fast!)', '1-add-redis-fast'],
  ['Über uns', 'über-uns'],
])('%s is found by #%s', (heading, slug) => {
  expect(slugOf(heading)).toBe(slug)
})

it('headings of one name are found each', () => {
  const slugs = new Slugs()
  expect(['A', 'a', 'A'].map((heading) => slugs.next(heading))).toEqual(['a', 'a-1', 'a-2'])
})
