/** The longest message of a client, bytes: all that was written offline, or one very large paste. */
export const maxMessageBytes = 4 * 1024 * 1024
/** The longest message of a room, bytes: a whole document with its history. */
export const maxAnswerBytes = 16 * 1024 * 1024
/** The longest presence of one client, bytes: a name, a colour, a cursor. */
export const maxPresenceBytes = 8 * 1024
/** Of a refusal's sentence and of a name, characters. */
export const maxWords = 1_000
