import { defineScript } from '../script.ts'
import type { Script, ScriptEffect } from '../script.ts'

const script = (name: string, effect: ScriptEffect): Script =>
  defineScript({ name, effect, file: new URL(`./lua/${name}.lua`, import.meta.url) })

export const set = script('set', 'grow')
export const compareAndSet = script('compare-and-set', 'grow')
export const count = script('count', 'grow')
export const setField = script('set-field', 'grow')
export const append = script('append', 'grow')
// Leases run on a full server too: without them nobody would be left to make room.
export const acquireLease = script('acquire-lease', 'free')
export const releaseLease = script('release-lease', 'free')
