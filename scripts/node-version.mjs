import { Failure } from './failure.mjs'

const oldest = { major: 20, minor: 19 }

/** Refuses a Node that cannot run Millrace. Everything that is loaded before this call keeps to the syntax of Node 16. */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return
  throw new Failure(
    `Millrace needs Node ${oldest.major}.${oldest.minor} or newer, and this is Node ${version}: install a newer one from your package manager or with nvm.`,
  )
}
