import { useLocation } from 'wouter'
import { PlaceLink } from '../place-link.tsx'
import { placeOf } from './place-of.model.ts'

/** Where one is: the section, and the thing of it that the address names. */
export function Crumb() {
  const [location] = useLocation()
  const place = placeOf(location)
  if (place === null) return <span className="crumb">No such page</span>
  const { section, thing } = place
  if (thing === '') return <span className="crumb">{section.name}</span>
  return (
    <span className="crumb">
      <PlaceLink href={section.path}>{section.name}</PlaceLink>
      <span className="thing">
        {' '}
        <span aria-hidden="true">/</span> {thing}
      </span>
    </span>
  )
}
