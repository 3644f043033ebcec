import { expect, test } from 'vitest'
import { kernelOf } from './kernel.test.stage.ts'
import { NetworkCollector } from './network.ts'
import { Missing } from './reading.ts'

const dev = (traffic: Readonly<Record<string, readonly [received: number, sent: number]>>) => ({
  'proc/net/dev':
    'Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n' +
    Object.entries(traffic)
      .map(([name, [received, sent]]) => `${name.padStart(6)}: ${received}  5  0 0 0 0 0 0 ${sent}  7  0 0 0 0 0 0\n`)
      .join(''),
})

test('what the machine sends to itself and to its containers is not counted', async () => {
  const { files } = await kernelOf(
    dev({
      lo: [99, 99],
      eth0: [1000, 200],
      wlan0: [10, 20],
      veth12ab: [5, 5],
      docker0: [5, 5],
      'br-1f': [5, 5],
      ifb0: [5, 5],
      bridge1: [1, 2],
    }),
  )
  expect(await new NetworkCollector(files).read(0)).toMatchObject({ receivedBytes: 1011, sentBytes: 222 })
})

test('rates are over the time since the last reading; an interface that starts anew or comes counts 0 and hides no other', async () => {
  const { files, change } = await kernelOf(dev({ eth0: [1000, 200], eth1: [5000, 5000] }))
  const network = new NetworkCollector(files)
  expect((await network.read(0)).receivedBytesPerSecond).toEqual(new Missing('needs two readings'))
  await change(dev({ eth0: [3000, 300], eth1: [7, 9], eth2: [50_000, 1] }))
  expect(await network.read(2000)).toMatchObject({ receivedBytesPerSecond: 1000, sentBytesPerSecond: 50 })
  await change(dev({ eth0: [3000, 300], eth1: [107, 9], eth2: [50_000, 1001] }))
  expect(await network.read(4000)).toMatchObject({ receivedBytesPerSecond: 50, sentBytesPerSecond: 500 })
})

test('without /proc/net/dev or an interface there is no figure, but a reason', async () => {
  expect((await new NetworkCollector((await kernelOf({})).files).read(0)).sentBytes).toEqual(
    new Missing('this system has no /proc/net/dev'),
  )
  expect((await new NetworkCollector((await kernelOf(dev({ lo: [1, 1] }))).files).read(0)).sentBytes).toEqual(
    new Missing('no network interface to count at'),
  )
})
