import { expect, it } from 'vitest'
import { clientAddressOf } from './client-address.ts'

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:0201', '192.0.2.1'],
  ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
  ['192.0.2.1:4711', '192.0.2.1'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:DB8:0:0:ffff:ffff:ffff:ffff', '2001:db8:0:0::/64'],
  ['[2001:db8::9]:4711', '2001:db8:0:0::/64'],
  ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
])('%s counts as %s', (address, client) => {
  expect(clientAddressOf(address)).toBe(client)
})

it('whatever is no address is one client', () => {
  for (const text of ['', 'unknown', '_hidden', '1.2.3', '1.2.3.4.5', 'a'.repeat(10_000), '1.2.3.4\r\nx: y', '::ffff:1.2.3.999', '[::1'])
    expect(clientAddressOf(text)).toBe('unknown')
})

it('ten thousand addresses of one /64 are one client, and mapped clients are not', () => {
  const of = (make: (n: number) => string) => new Set(Array.from({ length: 10_000 }, (_, n) => clientAddressOf(make(n)))).size
  expect(of((n) => `2001:db8:1:2::${n.toString(16)}`)).toBe(1)
  expect(of((n) => `2001:db8:1:${n.toString(16)}::1`)).toBe(10_000)
  expect(of((n) => `::ffff:10.0.${n >> 8}.${n & 255}`)).toBe(10_000)
})
