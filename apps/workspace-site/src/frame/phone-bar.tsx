import { Icon } from '@millrace/ui'
import { Link, useLocation } from 'wouter'
import { places } from './places.ts'
import { useInbox } from '../inbox/use-inbox.ts'

/** The bar at the foot of a phone. */
export function PhoneBar() {
  const [location] = useLocation()
  const unread = useInbox().data?.unread ?? 0
  return (
    <nav className="phone-bar" aria-label="Places">
      {places.map(({ path, name, icon, isHere }) => (
        <Link key={path} href={path} aria-current={isHere(location) ? 'page' : undefined}>
          <Icon name={icon} />
          {path === '/inbox' && unread > 0 && <span className="unread">{unread}</span>}
          <span>{name}</span>
        </Link>
      ))}
    </nav>
  )
}
