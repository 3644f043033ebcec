import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { PerformanceDashboard } from './performance-dashboard.tsx'

// The server names in the page where it is mounted.
const place = document.querySelector<HTMLElement>('#millrace')
if (place !== null) {
  const { base = '', home = '' } = place.dataset
  createRoot(place).render(
    <StrictMode>
      <PerformanceDashboard
        baseUrl={base}
        basePath={`${base}/dashboard`}
        signInPath={`${base}/sign-in`}
        {...(home === '' ? {} : { workspacePath: home })}
      />
    </StrictMode>,
  )
}
