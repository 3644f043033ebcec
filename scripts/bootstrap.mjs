// From a fresh clone to a folder that can run: the first step of every command. Node built-ins only, since nothing is installed yet.
import { build, isBuilt } from './build.mjs'
import { exclusively } from './exclusive.mjs'
import { install, isInstalled } from './install.mjs'
import { checkNode } from './node-version.mjs'

/**
 * Installs what is missing and builds what changed; where all is current it writes nothing and takes milliseconds.
 *
 * @throws Failure with one sentence: an old Node, no network, a folder that cannot be written, a full disk, a source that does not compile
 */
export function prepare() {
  checkNode()
  if (isInstalled() && isBuilt()) return
  exclusively(() => {
    if (!isInstalled()) install()
    if (!isBuilt()) console.log(`Built in ${build()}.`)
  })
}
