import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { isMillraceError, MillraceError } from '@millrace/connection'
import { readConfig } from '@millrace/server'
import type { Config, Environment } from '@millrace/server'

/** What every command may be told beside the variables; an option wins over its variable. */
export interface StoreOptions {
  readonly redis?: string
  readonly dataDir?: string
}

export interface PlaceOptions extends StoreOptions {
  readonly host?: string
  readonly port?: string
}

export function withStore(command: Command): Command {
  return command
    .addOption(new Option('--redis <url>', 'the Redis with the queues; a password is better kept in REDIS_URL').conflicts('dataDir'))
    .option('--data-dir <folder>', 'the folder of the embedded file and of the generated secret')
}

export function withPlace(command: Command): Command {
  return withStore(command).option('--host <address>', 'where the server listens').option('--port <number>', '0 lets the system choose')
}

/** @throws MillraceError CONFIG_INVALID naming each variable that is wrong */
export function configOf({ redis, dataDir, host, port }: PlaceOptions): Config {
  try {
    return readConfig(environmentOf({ redis, dataDir, host, port }))
  } catch (error) {
    if (!isMillraceError(error, 'CONFIG_INVALID')) throw error
    const problems = error.details['problems'] as readonly string[]
    throw new MillraceError('CONFIG_INVALID', `These settings cannot be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`)
  }
}

function environmentOf({
  redis,
  dataDir,
  host,
  port,
}: { readonly [Name in keyof PlaceOptions]: PlaceOptions[Name] | undefined }): Environment {
  return {
    ...process.env,
    ...(redis === undefined ? {} : { REDIS_URL: redis }),
    // Who names a folder means the file in it.
    ...(dataDir === undefined ? {} : { DATA_DIR: dataDir, REDIS_URL: '' }),
    ...(host === undefined ? {} : { HOST: host }),
    ...(port === undefined ? {} : { PORT: port }),
  }
}

/** Where this machine reaches the server of a configuration, as its page is opened: PUBLIC_URL where one is set. */
export function addressOf(config: Config): string {
  if (config.publicUrl !== null) return config.publicUrl
  const host = config.host === '0.0.0.0' ? '127.0.0.1' : config.host === '::' ? '::1' : config.host
  return `http://${host.includes(':') ? `[${host}]` : host}:${config.port}`
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** `90s`, `15m`, `1h`, `7d` as seconds. */
function secondsOf(text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  if (count === undefined || unit === undefined) throw new InvalidArgumentError('Give a whole number and s, m, h or d: 90s, 15m, 1h, 7d.')
  return Number(count) * units[unit]!
}

interface Durations {
  readonly least: string
  readonly most: string
  readonly byDefault: string
}

/** An option that takes a duration, as seconds. */
export function durationOption(flags: string, description: string, { least, most, byDefault }: Durations): Option {
  const parse = (text: string) => {
    const seconds = secondsOf(text)
    if (seconds < secondsOf(least) || seconds > secondsOf(most)) throw new InvalidArgumentError(`Allowed are ${least} to ${most}.`)
    return seconds
  }
  return new Option(flags, description).argParser(parse).default(secondsOf(byDefault), byDefault)
}
