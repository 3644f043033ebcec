import { readFileSync } from 'node:fs'

/**
 * A static page. `{{base}}` in it becomes the path the plugin is mounted at, `{{routes}}` the table of what is
 * served, `{{home}}` the path of the application's own site at `/`, or nothing where there is none.
 */
export interface Page {
  readonly contentType: string
  readonly body: string
}

/** Pages by path below the mount point. */
export type Pages = Readonly<Record<`/${string}`, Page>>

const read = (name: string) => readFileSync(new URL(`./${name}`, import.meta.url), 'utf8')
const html = (name: string): Page => ({ contentType: 'text/html; charset=utf-8', body: read(name) })

/** What a server shows by itself: each page says what works and what comes. */
export function ownPages(): Pages {
  return {
    '/': html('home.html'),
    '/sign-in': html('sign-in.html'),
    '/assets/pages.css': { contentType: 'text/css; charset=utf-8', body: read('pages.css') },
    '/assets/sign-in.css': { contentType: 'text/css; charset=utf-8', body: read('sign-in.css') },
    '/assets/sign-in.js': { contentType: 'text/javascript; charset=utf-8', body: read('sign-in.browser.js') },
    '/assets/mark.svg': { contentType: 'image/svg+xml', body: read('mark.svg') },
  }
}
