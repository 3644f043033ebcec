/** The part that a percentage is, 0…1. */
export function shareOf(percent: number | null): number | null {
  return percent === null ? null : percent / 100
}

/** A limit in parts of `whole`: what is drawn beside a share. */
export function shareLimit<Limit extends { readonly warn: number; readonly critical: number }>(limit: Limit | undefined, whole = 100) {
  return limit && { warn: limit.warn / whole, critical: limit.critical / whole }
}
