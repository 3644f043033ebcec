import { describe, expect, test } from 'vitest'
import { waitUntil } from '../wait-until.ts'
import type { KeyValueStage } from './stage.ts'

/** Publishing. */
export function rules(stage: KeyValueStage): void {
  describe('a published message', () => {
    test('reaches every subscriber of its channel and room, here and elsewhere, in order', async () => {
      const heard: string[] = []
      const other = stage.elsewhere
      await stage.room.subscribe('news', (text) => heard.push(`a ${text}`))
      const stop = await other.subscribe('news', (text) => heard.push(`b ${text}`))
      await other.subscribe('sport', (text) => heard.push(`sport ${text}`))
      await stage.neighbour.subscribe('news', (text) => heard.push(`other room ${text}`))
      await stage.room.publish('news', 'one')
      await other.publish('news', 'two')
      await waitUntil(() => expect(heard.toSorted()).toEqual(['a one', 'a two', 'b one', 'b two']))
      expect(heard.indexOf('a one')).toBeLessThan(heard.indexOf('a two'))
      await stop()
      await stop()
      await stage.room.publish('news', 'three')
      await waitUntil(() => expect(heard).toContain('a three'))
      expect(heard).not.toContain('b three')
    })

    test('is heard twice by a listener subscribed twice, and a listener that throws keeps no other from hearing', async () => {
      const heard: string[] = []
      const listener = (text: string) => heard.push(text)
      await stage.room.subscribe('news', () => {
        throw new Error('a subscriber that throws')
      })
      await stage.room.subscribe('news', listener)
      const stop = await stage.room.subscribe('news', listener)
      await stage.room.publish('news', 'one')
      await waitUntil(() => expect(heard).toEqual(['one', 'one']))
      await stop()
      await stage.room.publish('news', 'two')
      await waitUntil(() => expect(heard).toEqual(['one', 'one', 'two']))
    })
  })
}
