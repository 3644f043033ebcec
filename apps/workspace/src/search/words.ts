/**
 * How text is taken apart into words, alike in the search file and in what is typed. Between letters of scripts that put no spaces between
 * words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) `gap` is set, so that each is a word of its own and any run of them is found as a
 * phrase. Everything else is FTS5's `unicode61`: words of letters, marks and digits, without case and without the accents of Latin letters.
 *
 * Not found: emoji and punctuation, which are no words; ё for е, and Arabic or Hebrew without the vowel points that the text has.
 */
export const tokenizer = "unicode61 remove_diacritics 2 categories 'L* N* Co M*'"

/** A separator that no text holds, since `toIndexed` takes it out. */
const gap = '\u0004'
/** What `snippet` puts around a match. */
export const markStart = '\u0002'
export const markEnd = '\u0003'

const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*/gu

/** A text as the search file holds it. O(text). */
export function toIndexed(text: string): string {
  return separated([markStart, markEnd, gap].reduce((clean, mark) => clean.replaceAll(mark, ' '), text))
}

/** Sets the gaps. */
export function separated(text: string): string {
  return text.normalize('NFC').replaceAll(unspaced, `${gap}$&${gap}`)
}

/** What `toIndexed` made, as people read it. */
export function toRead(indexed: string): string {
  return indexed.replaceAll(gap, '')
}

/** A snippet with marks, as plain text and the places of the matches: [start, end) in UTF-16 units, ascending. */
export function unmark(marked: string): { snippet: string; marks: [number, number][] } {
  const marks: [number, number][] = []
  let snippet = ''
  for (const [index, piece] of toRead(marked).split(markStart).entries()) {
    const end = index === 0 ? -1 : piece.indexOf(markEnd)
    if (end >= 0) marks.push([snippet.length, snippet.length + end])
    snippet += piece.replaceAll(markEnd, '')
  }
  return { snippet, marks }
}

/** By which titles are put in order and known again: without case, accents and runs of spaces. */
export function titleKey(title: string): string {
  return title.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().normalize('NFC').replaceAll(/\s+/gu, ' ').trim()
}
