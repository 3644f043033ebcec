/** When the examples take place, ms since 1970: 2027-01-15, 08:00 UTC. */
export const momentMs = Date.UTC(2027, 0, 15, 8)
