import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { WorkspaceSite } from './workspace-site.tsx'

// The server names in the page where it is mounted.
const place = document.querySelector<HTMLElement>('#millrace')
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <WorkspaceSite base={place.dataset['base'] ?? ''} />
    </StrictMode>,
  )
}
