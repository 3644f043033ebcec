/** `npm run import -- <folder>`: a folder of Markdown into the running workspace. */
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { ApiError, createClient } from '@millrace/contract'
import { isMillraceError } from 'millrace'
import { onSignals } from 'millrace/server'
import { importFolder, readFolder } from './import-folder.ts'
import { createDisplay } from './import-display.ts'
import { summaryOf } from './import-summary.ts'
import { commandToken, serverUrl } from './reach-server.ts'

const examples = `
Examples:
  npm run import -- ~/notes                       every .md and .markdown file below ~/notes
  npm run import -- ./docs --no-wait              do not wait until all is stored and found by search
  PORT=8080 npm run import -- ./docs              a workspace on another port of this machine
  MILLRACE_URL=https://docs.example.org MILLRACE_TOKEN=… npm run import -- ./docs

Files that are no UTF-8 text, larger than 1 MiB, unreadable or links are left out and listed. Importing a folder again
stores only what changed. Ctrl-C cancels: what is stored by then stays.
Exit code: 0, or 1 when nothing was imported.`

const command = new Command('import')
  .usage('[options] <folder>')
  .description('Imports a folder of Markdown into the running workspace and waits until all of it is stored and found by search.')
  .argument('<folder>', 'a folder with .md or .markdown files, at most 10,000 of at most 1 MiB')
  .option('--no-wait', 'end when all is sent; the queues go on by themselves')
  .addHelpText('after', examples)
  .action(run)

await command.parseAsync()

async function run(given: string, options: { readonly wait: boolean }): Promise<void> {
  try {
    process.exitCode = await importGiven(given, options)
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`)
    process.exitCode = 1
  }
}

async function importGiven(given: string, options: { readonly wait: boolean }): Promise<number> {
  const root = folderOf(given)
  const { files, leftOut, tooMany } = await readFolder(root)
  if (files.length + leftOut.length === 0) throw new Error(`Nothing to import: there is no .md or .markdown file in ${given} or below it.`)
  const baseUrl = serverUrl(process.env)
  const client = createClient({ baseUrl, token: await commandToken(process.env) })
  // A look at something small first: whether a server is there and takes the token, before a large upload begins.
  await client.listDocuments({ query: { limit: 1 } })

  const stopping = new AbortController()
  const forget = onSignals(
    () => stopping.abort(),
    () => process.exit(130),
  )
  const display = createDisplay(process.stdout, files.length)
  const done = await importFolder(client, files, {
    wait: options.wait,
    signal: stopping.signal,
    onProgress: (progress, sent) => display.show(progress, sent),
  }).finally(() => {
    display.end()
    forget()
  })
  process.stdout.write(
    summaryOf(given, done.progress, [...leftOut, ...done.leftOut], { files: files.length, waited: options.wait, notListed: tooMany }),
  )
  if (options.wait && !done.waited && done.progress.state !== 'cancelled') {
    process.stdout.write(
      'Nothing moved for a minute, so this command stopped waiting. Does a process handle the queues (npm start, npm run worker)?\n',
    )
  }
  const { accepted, stored } = done.progress.counts
  return (done.progress.state === 'cancelled' ? stored : accepted) > 0 ? 0 : 1
}

/** npm runs this in the repository's folder; a relative path is meant from where npm was called. */
function folderOf(given: string): string {
  if (given.trim() === '') throw new Error('The folder is an empty text; name one, as in npm run import -- ~/notes, or . for this one.')
  const root = [process.env['INIT_CWD'], process.cwd()]
    .filter((start) => start !== undefined)
    .map((start) => resolve(start, given))
    .find((path) => existsSync(path))
  if (root === undefined) throw new Error(`There is no folder ${given}.`)
  if (!statSync(root).isDirectory()) throw new Error(`${given} is not a folder; give the folder it lies in.`)
  return root
}

function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.status === 401)
      return 'The workspace does not take this token: set the JWT_SECRET, or the DATA_DIR, that it was started with, or MILLRACE_TOKEN.'
    if (error.status === 403) return `${error.message} An import needs the role operator.`
    return `The workspace refused: ${error.message}`
  }
  if (error instanceof TypeError && error.message === 'fetch failed') {
    return `Nothing answers at ${serverUrl(process.env)}: start the workspace with \`npm start\`, or set MILLRACE_URL (or PORT) to where it runs.`
  }
  if (isMillraceError(error) || error instanceof Error) return error.message
  return String(error)
}
