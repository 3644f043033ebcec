import { sections } from '../sections.tsx'
import type { Section } from '../sections.tsx'

/** The section that a location is in, and the thing of it that it names: '' for the section itself. */
export function placeOf(location: string): { readonly section: Section; readonly thing: string } {
  const found = sections.find(({ path }) => path !== '/' && (location === path || location.startsWith(`${path}/`)))
  const section = found ?? (sections[0] as Section)
  return { section, thing: found === undefined ? '' : decodeURIComponent(location.slice(section.path.length + 1)) }
}
