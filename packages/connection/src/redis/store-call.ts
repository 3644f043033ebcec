import { awayMs } from './script.ts'
import { bulk, StoreCommand } from './store-command.ts'
import type { Script, ScriptArgument } from './script.ts'

/** What a link knows of the server at the moment something is written to it. */
export interface ServerFacts {
  /** The first 16 characters of the server's run id. */
  run(): string
  /** See the placeholder `awayMs`. */
  awayMs(): number
}

/** A script as it is sent: a test clock may have changed its text. */
export interface SentScript {
  readonly script: Pick<Script, 'name' | 'effect'> & { readonly preludeLines: number }
  readonly sha: string
  readonly source: string
}

/** Something to be sent, once or again, with the link's notes about it. */
export abstract class StoreCall {
  readonly promise: Promise<unknown>
  resolve!: (value: unknown) => void
  reject!: (error: unknown) => void
  /** Times of the link's own clock, ms. */
  deadlineMs = 0
  sentMs = 0
  sent: StoreCommand | undefined
  /** How often an answer asked for another try. */
  refusals = 0
  settled = false
  /** Set once the server has said that it does not know the script. */
  unknownScript = false

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  /** What errors call it; arguments are in no error. */
  abstract readonly name: string
  abstract readonly script: SentScript | undefined
  abstract readonly keys: readonly string[]
  /** True: it changes nothing, whether it was sent or not. */
  abstract readonly reads: boolean
  /** A command for the next send. */
  abstract command(facts: ServerFacts): StoreCommand
  /** The text on the wire. */
  abstract encode(commandName: string, facts: ServerFacts): string
}

/** Plain commands we send that change nothing. */
const reading = new Set([
  'CONFIG',
  'GET',
  'HGET',
  'HGETALL',
  'INFO',
  'LRANGE',
  'PING',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'ZCARD',
  'ZRANGE',
  'ZRANGEBYSCORE',
])

/** A plain command, its name in upper case: the client gives answers of lower-case ones other shapes. */
export class PlainCall extends StoreCall {
  readonly name: string
  readonly script = undefined
  readonly #args: readonly (string | number)[]

  constructor(name: string, args: readonly (string | number)[]) {
    super()
    this.name = name
    this.#args = args
  }

  get keys(): string[] {
    return this.#args.slice(0, 1).map(String)
  }

  get reads(): boolean {
    return reading.has(this.name)
  }

  override command(facts: ServerFacts): StoreCommand {
    const subscription = this.name === 'SUBSCRIBE' || this.name === 'UNSUBSCRIBE'
    return new StoreCommand(this.name, subscription ? this.keys : [], this, facts)
  }

  override encode(): string {
    let text = `*${this.#args.length + 1}${bulk(this.name)}`
    for (const arg of this.#args) text += bulk(typeof arg === 'string' ? arg : String(arg))
    return `${text}\r\n`
  }
}

/** A script by its digest, or by its text once the server has said that it does not know it. */
export class ScriptCall extends StoreCall {
  override readonly script: SentScript
  override readonly keys: readonly string[]
  readonly #args: readonly ScriptArgument[]

  constructor(script: SentScript, keys: readonly string[], args: readonly ScriptArgument[]) {
    super()
    this.script = script
    this.keys = keys
    this.#args = args
  }

  get name(): string {
    return this.script.script.name
  }

  get reads(): boolean {
    return this.script.script.effect === 'read'
  }

  override command(facts: ServerFacts): StoreCommand {
    return new StoreCommand(this.unknownScript ? 'eval' : 'evalsha', [], this, facts)
  }

  override encode(commandName: string, facts: ServerFacts): string {
    const { script, keys } = this
    let text = `*${3 + keys.length + this.#args.length}${bulk(commandName)}`
    text += bulk(commandName === 'eval' ? script.source : script.sha) + bulk(String(keys.length))
    for (const key of keys) text += bulk(key)
    for (const arg of this.#args) {
      if (typeof arg === 'string') text += bulk(arg)
      else if (typeof arg === 'number') text += bulk(String(arg))
      else text += bulk(arg.placeholder === awayMs.placeholder ? String(Math.round(facts.awayMs())) : facts.run())
    }
    return `${text}\r\n`
  }
}
