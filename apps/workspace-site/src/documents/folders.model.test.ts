import type { DocumentSummary } from '@millrace/contract'
import { expect, it } from 'vitest'
import { folderName, foldersOf } from './folders.model.ts'

const document = (title: string, path: string | null): DocumentSummary => ({
  id: title,
  title,
  path,
  version: 1,
  textBytes: 1,
  createdAtMs: 0,
  updatedAtMs: 0,
  updatedBy: null,
})

it('documents stand in the folder of their path by title, folders by name, and what was written here comes first', () => {
  const folders = foldersOf([
    document('Part 10', 'b/x.md'),
    document('part 9', 'b/y.md'),
    document('Deep', 'a/b/z.md'),
    document('Top', 'readme.md'),
    document('Mine', null),
  ])
  expect(folders.map(({ path, documents }) => [folderName(path), documents.map(({ title }) => title)])).toEqual([
    ['Workspace', ['Mine', 'Top']],
    ['a/b', ['Deep']],
    ['b', ['part 9', 'Part 10']],
  ])
})
