import { setTimeout as sleep } from 'node:timers/promises'
import { createDeliveringHub, createEndpoint, quickPolicy, until } from '../../support/delivery.ts'
import { createWorkspace, type TestWorkspace } from '../../support/hub.ts'
import { publishMany, startTroubled, type Troubled } from '../../support/troubled.ts'

// One workspace with very much to send, and one with a single delivery beside it.
const hub = await createDeliveringHub({
  deliveryPolicy: { ...quickPolicy, leaseMs: 20_000, troubleAfterMs: 3_600_000 },
})

/**
 * What a busy machine may do to a single delivery by itself: this, or some multiple of what it takes undisturbed. Behind a backlog of
 * 20,000 it would wait for seconds.
 */
const alwaysGoodMs = 1_000
const times = 10
/** Of a backlog, what may go before a delivery that came later, of another workspace: a machine that stands still sends nothing of either. */
const overtakingPart = 1 / 4

interface Quiet {
  workspace: TestWorkspace
  receiver: Troubled
}

/** A workspace with an endpoint that was never sent to, and answers at once. */
async function quiet(): Promise<Quiet> {
  const receiver = await startTroubled()
  const workspace = await createWorkspace(hub)
  await createEndpoint(workspace, receiver.url, { eventTypes: ['a.b'] })
  return { workspace, receiver }
}

/** How long one event takes to arrive, in milliseconds. */
async function waits({ workspace, receiver }: Quiet): Promise<number> {
  const at = performance.now()
  const before = receiver.seen.length
  await publishMany(workspace, 1)
  await until(() => receiver.seen.length > before)
  return performance.now() - at
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

/** What one delivery may take beside others, by what it takes just now without them. */
async function bound(): Promise<number> {
  const alone: number[] = []
  while (alone.length < 5) alone.push(await waits(await quiet()))
  return Math.max(alwaysGoodMs, times * median(alone))
}

/** Makes many endpoints of a workspace at one receiver, each with a path of its own. */
async function createMany(workspace: TestWorkspace, receiver: Troubled, count: number): Promise<void> {
  for (let made = 0; made < count; made += 20) {
    const some = Array.from({ length: Math.min(20, count - made) }, (_, n) => made + n)
    await Promise.all(some.map(n => createEndpoint(workspace, `${receiver.url}${n}`, { eventTypes: ['a.b'] })))
  }
}

/** Ten deliveries of a quiet workspace beside a backlog: the median wait in milliseconds, and how many of the backlog went before the worst of them. */
async function besides(backlog: Troubled, other: Quiet): Promise<{ median: number; overtaken: number }> {
  const times: number[] = []
  let overtaken = 0
  while (times.length < 10) {
    const before = backlog.accepted().size
    times.push(await waits(other))
    overtaken = Math.max(overtaken, backlog.accepted().size - before)
    await sleep(20)
  }
  return { median: median(times), overtaken }
}

it('endpoints of one workspace that were never sent to, and hang, do not hold up those of another', async () => {
  const receiver = await startTroubled()
  receiver.answerBy(() => undefined)
  const workspace = await createWorkspace(hub)
  const count = 1_500
  await createMany(workspace, receiver, count)
  const others = await Promise.all([quiet(), quiet(), quiet()])
  const most = await bound()
  await publishMany(workspace, 1)
  await until(() => receiver.seen.length >= 200)
  const seen: number[] = []
  for (const other of others) {
    await sleep(200)
    seen.push(await waits(other))
  }
  expect(median(seen)).toBeLessThan(most)
  await until(() => receiver.seen.length > count / 2)
}, 120_000)

it('a backlog that is let go does not hold up other workspaces, and all of it goes', async () => {
  const receiver = await startTroubled()
  const workspace = await createWorkspace(hub)
  const { id } = await createEndpoint(workspace, receiver.url, { eventTypes: ['a.b'] })
  await workspace.request('POST', `/v1/endpoints/${id}/pause`)
  const published = await publishMany(workspace, 20_000)
  const other = await quiet()
  const most = await bound()
  await workspace.request('POST', `/v1/endpoints/${id}/resume`)
  const seen = await besides(receiver, other)
  expect(seen.median).toBeLessThan(most)
  expect(seen.overtaken).toBeLessThan(published.length * overtakingPart)
  await until(() => receiver.accepted().size === published.length)
}, 120_000)

it('what is due of one workspace, however much, does not hold up another', async () => {
  const receiver = await startTroubled()
  const workspace = await createWorkspace(hub)
  await createEndpoint(workspace, receiver.url, { eventTypes: ['a.b'] })
  const other = await quiet()
  await waits(other)
  const most = await bound()
  const published = await publishMany(workspace, 20_000)
  const seen = await besides(receiver, other)
  expect(seen.median).toBeLessThan(most)
  expect(seen.overtaken).toBeLessThan(published.length * overtakingPart)
  await until(() => receiver.accepted().size === published.length)
}, 120_000)
