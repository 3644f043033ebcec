import { sections } from '../sections.tsx'
import type { Section } from '../sections.tsx'

export interface Place {
  readonly section: Section
  /** '' for the section itself. */
  readonly thing: string
}

/** The section that a location is in, and the thing of it that the location names; null where it names no page. */
export function placeOf(location: string): Place | null {
  const path = location.replace(/\/+$/, '') || '/'
  const own = sections.find((section) => section.path === path)
  if (own !== undefined) return { section: own, thing: '' }
  const [, parent, thing = ''] = /^(\/[^/]+)\/([^/]+)$/.exec(path) ?? []
  const section = sections.find((one) => one.path === parent && one.pages.length > 1)
  return section === undefined ? null : { section, thing: decodeURIComponent(thing) }
}
