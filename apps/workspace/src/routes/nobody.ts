/** A document has an author, and a participant a name; a token that names nobody writes as this. */
export const nobody = 'anonymous'
