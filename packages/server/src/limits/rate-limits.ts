import { MillraceError } from '@millrace/connection'
import type { Connection } from '@millrace/connection'
import type { Policy } from '@millrace/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Identity } from '../auth/identity.ts'
import { clientAddressOf } from './client-address.ts'
import { createCounter } from './counters.ts'
import type { Counter, Standing } from './counters.ts'
import { windowSeconds } from './policies.ts'
import type { LimitedPolicy, Limits } from './policies.ts'

/** What was counted for a request. */
interface Taken {
  readonly policy: LimitedPolicy
  readonly client: string
  readonly standing: Standing
  readonly endsAtMs: number
}

/**
 * The budgets of requests. A verified request counts in the policy of its route; a request that fails verification counts in
 * `auth`, and nothing else does, so that bad tokens never use up what good ones may.
 */
export class RateLimits {
  readonly #limits: Limits
  readonly #counters: Readonly<Record<LimitedPolicy, Counter>>
  readonly #taken = new WeakMap<FastifyRequest, Taken>()

  constructor(connection: Connection, limits: Limits) {
    this.#limits = limits
    const counter = (policy: LimitedPolicy) => createCounter(connection, policy, limits[policy])
    this.#counters = {
      performance: counter('performance'),
      queues: counter('queues'),
      workspace: counter('workspace'),
      auth: counter('auth'),
      metrics: counter('metrics'),
    }
  }

  /** @throws MillraceError RATE_LIMITED */
  async takeVerified(request: FastifyRequest, reply: FastifyReply, policy: Policy, identity: Identity): Promise<void> {
    if (policy === 'none' || policy === 'auth') return
    const address = clientAddressOf(request.ip)
    const client = policy === 'workspace' && identity.subject !== null ? `user:${identity.subject}` : address
    await this.#take(request, reply, policy, client)
  }

  /** @throws MillraceError RATE_LIMITED */
  takeFailed(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.#take(request, reply, 'auth', clientAddressOf(request.ip))
  }

  /** An answer that says only "nothing changed" costs nothing: whoever asks with a tag may ask as often as it likes. */
  giveBackUnchanged(app: FastifyInstance): void {
    app.addHook('onSend', async (request, reply) => {
      const taken = this.#taken.get(request)
      if (reply.statusCode !== 304 || taken === undefined) return
      this.#tell(reply, taken.policy, { ...taken.standing, left: taken.standing.left + 1 })
      // What was counted in a window that is over is over with it.
      if (performance.now() < taken.endsAtMs) await this.#counters[taken.policy].giveBack(taken.client)
    })
  }

  async #take(request: FastifyRequest, reply: FastifyReply, policy: LimitedPolicy, client: string): Promise<void> {
    const standing = await this.#counters[policy].take(client)
    this.#tell(reply, policy, standing)
    if (!standing.allowed) throw this.#refuse(reply, policy, standing)
    this.#taken.set(request, { policy, client, standing, endsAtMs: performance.now() + standing.resetMs })
  }

  /** draft-ietf-httpapi-ratelimit-headers-11 §3 and §4. */
  #tell(reply: FastifyReply, policy: LimitedPolicy, { left, resetMs }: Standing): void {
    void reply
      .header('ratelimit-policy', `"${policy}";q=${this.#limits[policy]};w=${windowSeconds}`)
      .header('ratelimit', `"${policy}";r=${left};t=${Math.ceil(resetMs / 1_000)}`)
  }

  #refuse(reply: FastifyReply, policy: LimitedPolicy, { resetMs }: Standing): MillraceError {
    const seconds = Math.max(1, Math.ceil(resetMs / 1_000))
    void reply.header('retry-after', seconds)
    const who = policy === 'workspace' ? 'This user has made' : 'This address has made'
    const what = policy === 'auth' ? 'requests without a valid token' : `${policy} requests`
    return new MillraceError(
      'RATE_LIMITED',
      `${who} the ${this.#limits[policy]} ${what} that are allowed in ${windowSeconds / 60} minutes; try again in ${seconds} s.`,
    )
  }
}
