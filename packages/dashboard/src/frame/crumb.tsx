import { Link, useLocation } from 'wouter'
import { sections } from '../sections.tsx'

/** Where one is: the section, and the thing of it that the address names. */
export function Crumb() {
  const [location] = useLocation()
  const section = sections.find(({ path }) => path !== '/' && location.startsWith(path)) ?? sections[0]
  const thing = section === undefined || section.path === '/' ? '' : decodeURIComponent(location.slice(section.path.length + 1))
  if (thing === '') return <span className="crumb">{section?.name}</span>
  return (
    <span className="crumb">
      <Link href={section?.path ?? '/'}>{section?.name}</Link>
      <span className="thing">
        {' '}
        <span aria-hidden="true">/</span> {thing}
      </span>
    </span>
  )
}
