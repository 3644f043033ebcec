import { toFailure } from './call-failure.ts'
import type { CallFailure } from './call-failure.ts'
import type { AnswersMessage } from './thread-messages.ts'

/** A call for a waiting caller (`id`) or for a pulse. */
export interface WaitingCall {
  readonly id?: number
  readonly pulse?: number
  readonly procedure: number
  readonly value: unknown
}

export type Answer = { readonly value: unknown } | { readonly failure: CallFailure }

/** One message for a whole group. */
export function answersMessage(
  calls: readonly WaitingCall[],
  answers: readonly Answer[],
  published: AnswersMessage['published'],
): AnswersMessage {
  const message: AnswersMessage = { kind: 'answers', ids: [], values: [], failedIds: [], failures: [], pulses: [], published }
  for (const [index, call] of calls.entries()) {
    const answer = answers[index] as Answer
    if (call.pulse !== undefined) message.pulses.push({ pulse: call.pulse, ...answer })
    else if ('failure' in answer) {
      message.failedIds.push(call.id as number)
      message.failures.push(answer.failure)
    } else {
      message.ids.push(call.id as number)
      message.values.push(answer.value)
    }
  }
  return message
}

/** The same answers, failed where a value cannot be copied between threads (there is a function in it, for example). */
export function copyableAnswers(answers: readonly Answer[], file: string): Answer[] {
  return answers.map((answer) => {
    try {
      return structuredClone(answer)
    } catch (error) {
      return { failure: toFailure(error, file) }
    }
  })
}
