import { Link, useLocation } from 'wouter'
import { sections } from '../sections.tsx'
import { Icon } from '../ui/icon.tsx'
import { Mark } from '../ui/mark.tsx'

/** The sections; a bar at the foot on a phone. */
export function Rail() {
  const [location] = useLocation()
  return (
    <div className="rail">
      <Link className="home" href="/">
        <Mark />
        <span className="label">Millrace</span>
      </Link>
      <nav aria-label="Sections">
        <ul>
          {sections.map(({ path, name, icon }) => (
            <li key={path}>
              <Link href={path} {...(isWithin(location, path) ? { 'aria-current': 'page' } : {})}>
                <Icon name={icon} />
                <span className="label">{name}</span>
              </Link>
            </li>
          ))}
        </ul>
      </nav>
    </div>
  )
}

const isWithin = (location: string, path: string) => location === path || (path !== '/' && location.startsWith(`${path}/`))
