import { afterAll, beforeAll } from 'vitest'
import type { Browser } from 'playwright-core'
import { Stage } from '../acceptance/program.ts'
import type { Program } from '../acceptance/program.ts'
import { launch } from './browser.ts'

/** A server that runs, and a browser to look at it with. */
export interface Site {
  readonly stage: Stage
  readonly browser: Browser
  readonly program: Program
  readonly address: string
}

/** Starts both before the tests of a file, and ends them after; what is asked for earlier is not there. */
export function serveSite(environment: Readonly<Record<string, string>> = {}): Site {
  const stage = new Stage()
  const site: { -readonly [Part in keyof Site]?: Site[Part] } = { stage }
  beforeAll(async () => {
    site.browser = await launch()
    Object.assign(site, await stage.server(environment))
  })
  afterAll(async () => {
    await site.browser?.close()
    await stage.close()
  })
  return site as Site
}
