// A failure that a person can act on: one sentence instead of a stack.

export class Failure extends Error {}

/**
 * Runs `main`; a Failure is printed as its sentence and ends the process with 1, anything else keeps its stack.
 *
 * @param {() => void | Promise<void>} main
 */
export async function run(main) {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    console.error(`\n${error.message}`)
    process.exit(1)
  }
}

const causes = [
  {
    code: /\b(ENOSPC|EDQUOT)\b/,
    sentence: (/** @type {string} */ doing, /** @type {string} */ folder) =>
      `${doing} stopped because the disk that holds ${folder} is full: free about 500 MB and try again.`,
  },
  {
    code: /\b(EROFS|EACCES|EPERM)\b/,
    sentence: (/** @type {string} */ doing, /** @type {string} */ folder) =>
      `${doing} needs to write below ${folder}, and this user may not: use a folder that you own.`,
  },
  {
    code: /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/,
    sentence: (/** @type {string} */ doing) =>
      `${doing} needs the network, and the package registry does not answer: connect, or set the proxy that npm is to use, and try again.`,
  },
]

/**
 * The sentence for what a tool printed, or undefined where it names no cause we know.
 *
 * @param {string} output what the tool printed
 * @param {string} doing a noun for what was being done, at the start of a sentence
 * @param {string} folder where it was done
 */
export function explain(output, doing, folder) {
  return causes.find(({ code }) => code.test(output))?.sentence(doing, folder)
}
