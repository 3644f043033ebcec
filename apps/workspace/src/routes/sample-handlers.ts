import { defineHandlers } from 'millrace/server'
import type { Handlers } from 'millrace/server'
import { sampleQueue } from '../sample/sample-traffic.ts'
import type { SampleRun, SampleTraffic } from '../sample/sample-traffic.ts'

export function sampleHandlers({ sample }: { readonly sample: SampleTraffic }): Handlers {
  return defineHandlers({
    getSampleTraffic: async () => shown(await sample.current()),
    startSampleTraffic: async ({ body, identity }) => shown(await sample.start(body.minutes ?? 5, identity.subject)),
    stopSampleTraffic: async () => {
      await sample.stop()
      return shown(undefined)
    },
  })
}

function shown(run: SampleRun | undefined) {
  return {
    running: run !== undefined,
    queue: sampleQueue,
    startedAtMs: run?.startedAtMs ?? null,
    endsAtMs: run?.endsAtMs ?? null,
    by: run?.by ?? null,
  }
}
