import { frontMatterOf, withoutCode } from './prose.ts'

const titleLength = 200
/** Of a heading with its links and marks. */
const headingLength = 1_000

/**
 * The `title` of a front matter, else the first heading, else the name of the file, else the first words. At most 200 characters.
 */
export function titleOf(text: string, path: string | null): string {
  const heading = frontMatterTitle(text) ?? /^ {0,3}#{1,6}[ \t]+(.*)$/m.exec(withoutCode(text))?.[1]
  const plain = heading
    ?.slice(0, headingLength)
    .trim()
    .replace(/(?<=^|[ \t])#+$/, '')
    .replaceAll(/<[^>]*>|!\[[^\]]*\]\([^)]*\)|[*`]/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
  if (plain) return plain.slice(0, titleLength)
  if (path !== null) return path.split('/').at(-1) ?? path
  return text.trim().split('\n', 1)[0]?.slice(0, titleLength) || 'Untitled'
}

function frontMatterTitle(text: string): string | undefined {
  const title = /^title:[ \t]*(.*)$/m.exec(frontMatterOf(text) ?? '')?.[1]?.trim()
  return title?.replace(/^(["'])(.*)\1$/, '$2') || undefined
}
