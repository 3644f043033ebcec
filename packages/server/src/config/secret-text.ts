import { inspect } from 'node:util'

const hidden = '[redacted]'

/** A text that nothing prints by accident: JSON, templates, `console.log` and loggers show `[redacted]`. */
export class SecretText {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself. Never log it. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return hidden
  }

  toJSON(): string {
    return hidden
  }

  [inspect.custom](): string {
    return hidden
  }
}
