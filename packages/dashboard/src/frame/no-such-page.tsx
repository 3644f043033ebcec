import { PlaceLink } from '../place-link.tsx'

/** What an address shows that names none of the pages. */
export function NoSuchPage() {
  return (
    <section className="nowhere">
      <h1>There is no such page</h1>
      <p>The address names none of this dashboard. The sections are in the rail.</p>
      <PlaceLink href="/" className="button">
        Overview
      </PlaceLink>
    </section>
  )
}
