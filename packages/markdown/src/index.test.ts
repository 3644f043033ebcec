import { expect, it } from 'vitest'
import * as markdown from './index.ts'

it('the public names are these: a change must be meant, and told in the changelog', () => {
  expect(Object.keys(markdown).toSorted()).toEqual([
    'anchorOf',
    'linkTarget',
    'linksIn',
    'maxDrawnLength',
    'maxLinks',
    'maxMentions',
    'mentionsIn',
    'plainText',
    'renderMarkdown',
    'subjectOf',
    'titleOf',
  ])
})
