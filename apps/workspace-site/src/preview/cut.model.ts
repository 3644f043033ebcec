/** More HTML than this is not handed to a page, characters: some 50,000 cells of a table. */
const longest = 1_000_000

/** HTML of the parser, where every < begins a tag, ended before a tag where it is too long; a browser closes what stays open. */
export function cut(html: string): string {
  return html.length <= longest ? html : html.slice(0, html.lastIndexOf('<', longest))
}
