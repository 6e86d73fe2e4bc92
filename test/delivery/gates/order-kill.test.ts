import { setTimeout as sleep } from 'node:timers/promises'
import type { StackProcess } from '../../../dev/stack.ts'
import type { Hook } from '../../../dev/receiver/receiver-hook.ts'
import { eventually, startRunning, type Running } from '../../whole/running.ts'

const keys = 100
const numbers = 100
const kills = 4
/** Beyond the lease of a gate (10 s). */
const frozenMs = 12_000

interface Numbered {
  key: string
  n: number
}

describe('an ordered endpoint whose workers are killed and frozen while events are published', () => {
  let running: Running
  let hook: Hook
  let workers: StackProcess[]
  let frozeHolder = false

  const published = () => hook.summary().distinct
  const arrived = () => hook.arrivals().map(arrival => (JSON.parse(arrival.body) as { data: Numbered }).data)

  beforeAll(async () => {
    running = await startRunning()
    const workspace = await running.createWorkspace()
    hook = running.stack.receiver.hook('in-order')
    const settings = { url: hook.url, ordered: true }
    const made = await workspace.request<{ secret: string }>('POST', '/v1/endpoints', settings)
    hook.verifyWith(made.body.secret)
    const { worker: second } = await running.startWorker('second-worker')
    workers = [running.worker, second]
    // One publish after the other, each with the next event of every key.
    const publishing = (async () => {
      for (let n = 0; n < numbers; n++) {
        const events = Array.from({ length: keys }, (_, key) => `key-${key}`).map(key => ({
          ...{ type: 'a.b', data: { key, n }, orderingKey: key },
        }))
        const { status } = await workspace.request('POST', '/v1/events', { events })
        if (status !== 202) throw new Error(`the events were not accepted: ${status}`)
        await sleep(250)
      }
    })()
    for (let kill = 0; kill < kills; kill++) {
      await sleep(1_500 + Math.random() * 1_000)
      const worker = workers[kill % 2]!
      await worker.kill()
      await worker.restart()
    }
    frozeHolder = await freezeHolder()
    await publishing
  }, 180_000)

  /** Stops the process that sends where it is, until another one has taken its gate, and lets it go on. */
  async function freezeHolder(): Promise<boolean> {
    await eventually('some deliveries', () => published() > 0)
    for (let turn = 0; turn < 20; turn++) {
      const worker = workers[turn % 2]!
      const seen = published()
      await eventually('another delivery', () => published() > seen, { withinMs: 30_000, logsOf: workers })
      process.kill(worker.pid, 'SIGSTOP')
      await sleep(300)
      const before = published()
      await sleep(1_500)
      const holds = published() === before && before < keys * numbers
      if (holds) await sleep(frozenMs)
      process.kill(worker.pid, 'SIGCONT')
      if (holds) return true
    }
    return false
  }

  it('has every accepted event arrive', async () => {
    expect(frozeHolder).toBe(true)
    await eventually('every event', () => published() === keys * numbers, { withinMs: 60_000, logsOf: workers })
    expect(hook.summary().unverified).toBe(0)
  })

  it('has none arrive before an earlier one of its key, and none again but the last one', () => {
    const last = new Map<string, number>()
    const outOfOrder: (Numbered & { after: number | undefined })[] = []
    for (const { key, n } of arrived()) {
      const before = last.get(key)
      const next = before === undefined ? n === 0 : n === before + 1 || n === before
      if (!next) outOfOrder.push({ key, n, after: before })
      last.set(key, Math.max(n, before ?? 0))
    }
    expect(outOfOrder).toEqual([])
    expect([...last.values()]).toEqual(Array.from({ length: keys }, () => numbers - 1))
    expect(hook.summary().duplicates).toBeLessThan((kills + 1) * 600)
  })
})
