import type { Person } from '../editor/people.model.ts'

/** Avatars that have room; the rest is a number. */
const most = 4

/** Who else is here. */
export function Presence({ people }: { readonly people: readonly Person[] }) {
  const rest = people.length - most
  return (
    <ul className="presence" aria-label="Also here">
      {people.slice(0, most).map(({ clientId, name, colour }) => (
        <li key={clientId} className={`avatar person-${colour}`} title={name}>
          <span aria-hidden="true">{Array.from(name)[0]?.toUpperCase()}</span>
          <span className="visually-hidden">{name}</span>
        </li>
      ))}
      {rest > 0 && (
        <li
          className="avatar"
          title={people
            .slice(most)
            .map(({ name }) => name)
            .join(', ')}
        >
          +{rest}
        </li>
      )}
    </ul>
  )
}
