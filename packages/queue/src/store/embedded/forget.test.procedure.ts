/** Has its group undone, and with it all that the store's thread remembers. */
export function run(): never {
  throw new TypeError('this call always fails')
}
