export const MillraceX = 1
