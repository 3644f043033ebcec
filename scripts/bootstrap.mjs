// From a fresh clone to a folder that can run: the first step of every command. Node built-ins only, since nothing is installed yet.
import { checkNode } from './node-version.mjs'

/**
 * Installs what is missing and builds what changed; where all is current it writes nothing and takes milliseconds.
 *
 * @throws Failure with one sentence: an old Node, no network, a folder that cannot be written, a full disk, a source that does not compile
 */
export async function prepare() {
  checkNode()
  // Only now: an older Node would fail to load them, with its own words.
  const [{ build, isBuilt }, { exclusively }, { install, isInstalled }] = await Promise.all([
    import('./build.mjs'),
    import('./exclusive.mjs'),
    import('./install.mjs'),
  ])
  if (isInstalled() && isBuilt()) return
  exclusively(() => {
    if (!isInstalled()) install()
    if (!isBuilt()) console.log(`Built in ${build()}.`)
  })
}
