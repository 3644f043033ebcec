// Runs in the browser as it is: exchanges the token of a one-time link, or a pasted one, for this browser's session.

const form = document.querySelector('form')
const field = document.querySelector('#token')
const button = document.querySelector('button')
const status = document.querySelector('#status')
const { base, home } = form.dataset

form.addEventListener('submit', (event) => {
  event.preventDefault()
  // A whole link or header may have been pasted.
  const token = field.value
    .trim()
    .replace(/^[^#]*#/, '')
    .replace(/^(authorization:\s*)?bearer\s+/i, '')
  if (token === '') return refuse('Paste a token first.')
  void signIn(token)
})

// The same link may be pasted into a tab that shows this page already: then only the part behind the # changes.
window.addEventListener('hashchange', takeLink)
takeLink()

function takeLink() {
  const token = location.hash.slice(1)
  if (token === '') return
  // Out of the address before anything else, so that neither history nor a screenshot keeps it.
  history.replaceState(null, '', location.pathname + location.search)
  void signIn(token)
}

async function signIn(token) {
  tell('Signing in…')
  button.disabled = true
  try {
    const answer = await fetch(`${base}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
    if (answer.ok) return location.replace(target())
    refuse(reasonOf(await answer.json().catch(() => ({})), answer, token))
  } catch {
    refuse('The server does not answer. Look whether it is still running, then try again.')
  } finally {
    button.disabled = false
  }
}

/** Where to go: a path of this server that the address asks for, else the application's own pages, else the dashboard. */
function target() {
  const asked = new URLSearchParams(location.search).get('next') ?? ''
  const url = URL.canParse(asked, location.href) ? new URL(asked, location.href) : undefined
  const isOwn = asked.startsWith('/') && url?.origin === location.origin
  return isOwn ? url.pathname + url.search + url.hash : home || `${base}/dashboard/`
}

function reasonOf(problem, answer, token) {
  switch (problem.code) {
    case 'UNAUTHENTICATED': {
      const ended = endOf(token)
      if (ended !== undefined && ended < Date.now())
        return `This token expired on ${new Date(ended).toLocaleString()}. Ask for another one.`
      return 'This token is not valid here. It may be mistyped or cut off, or made for another server.'
    }
    case 'RATE_LIMITED': {
      const minutes = Math.ceil(Number(answer.headers.get('retry-after') ?? 60) / 60)
      return `Too many tries without a valid token from this address. Wrong ones are refused for ${minutes} min; a valid one still works.`
    }
    case 'STORE_UNAVAILABLE':
      return 'The store does not answer, so nobody can be signed in. Try again in a moment.'
    case undefined:
      return `The server answered with status ${answer.status}. Try again, or look into its log.`
    default:
      return problem.detail
  }
}

/** When a JWT ends by its own word, ms since 1970. */
function endOf(token) {
  try {
    const part = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')
    const { exp } = JSON.parse(atob(part))
    return typeof exp === 'number' ? exp * 1_000 : undefined
  } catch {
    return undefined
  }
}

function tell(text) {
  status.className = ''
  status.textContent = text
}

function refuse(text) {
  status.className = 'refusal'
  status.textContent = text
  field.focus()
}
