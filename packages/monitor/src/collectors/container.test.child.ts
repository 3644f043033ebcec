// Runs inside a control group of a test: allocates, burns what it is given for two seconds and tells what the collector reads of it.
import { readFileSync } from 'node:fs'
import { ContainerCollector } from './container.ts'
import { HostCollector } from './host.ts'
import { KernelFiles } from './kernel-files.ts'

const files = new KernelFiles()
const collector = new ContainerCollector(files)
const host = await new HostCollector(files).read()
/** Memory that is surely the group's own. */
const held = Buffer.alloc(200 * 2 ** 20, 1)
const first = await collector.read(host, performance.now())
const [startMs, used] = [performance.now(), process.cpuUsage()]
while (performance.now() < startMs + 2000);
const { user, system } = process.cpuUsage(used)
const coresUsed = (user + system) / 1000 / (performance.now() - startMs)
const second = await collector.read(host, performance.now())
const anonymousBytes = Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
process.stdout.write(JSON.stringify({ first, second, coresUsed, anonymousBytes, held: held.length }))
