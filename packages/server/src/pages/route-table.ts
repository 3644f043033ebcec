import type { Route } from '@millrace/contract'

/** The operations a server answers, as the table its start page shows: what is listed is what is served. */
export function routeTable(rows: readonly Route[]): string {
  const body = rows.map(({ method, path, summary, role }) => {
    const cells = [
      method,
      `<code>${escaped(path).replaceAll('/', '/<wbr>')}</code>`,
      escaped(summary),
      role === 'public' ? 'anybody' : role,
    ]
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
  })
  const head = ['Method', 'Path', 'Answers with', 'For'].map((name) => `<th scope="col">${name}</th>`).join('')
  return `<table class="routes"><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replaceAll(/[&<>"]/g, (character) => entities[character] as string)
