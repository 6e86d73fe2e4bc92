import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connectionClient } from '../../src/connections/client.ts'
import { beginRun } from '../../src/sync/runs/begin-run.ts'
import { pushChanges } from '../../src/sync/push/push.ts'
import { takeUpRun } from '../../src/sync/runs/run-hold.ts'
import { eventually } from '../connections/accounts.ts'
import { createTestHub } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { createSync, run, type Company, type ShownSync } from './company.ts'
import { customer, playQuickbooks, slice, startLoopback } from './loopback.ts'

// One workspace's syncs of a platform that takes its time, and another's that has three rows.

const hub = await createTestHub()
await startTestWorkers(hub)
const platform = await startLoopback(hub)
platform.play = playQuickbooks(slice([customer(1), customer(2), customer(3)]))
const quiet = await platform.account('quickbooks')

const servers: Server[] = []
afterAll(() => servers.forEach(server => server.close().closeAllConnections()))

interface Slow {
  url: string
  open: number
  answered: number
  /** How long an answer takes, and what it is. */
  delayMs: number
  limited: boolean
}

async function startSlow(): Promise<Slow> {
  const pages = 30
  const server = createServer((request, response) => {
    request.resume()
    const url = new URL(request.url ?? '/', 'http://slow')
    if (url.pathname.endsWith('/v1/account')) {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ id: 'acct_1', object: 'account' }))
      return
    }
    slow.open++
    setTimeout(() => {
      slow.open--
      slow.answered++
      const from = Number(url.searchParams.get('starting_after')?.slice(4) ?? -1) + 1
      const made = { id: `cus_new_${slow.answered}`, object: 'customer', name: 'Made' }
      const list = { data: [{ id: `cus_${from}`, name: `Customer ${from}` }], has_more: from + 1 < pages }
      const body = request.method === 'POST' ? made : list
      response
        .writeHead(slow.limited ? 429 : 200, {
          'content-type': 'application/json',
          ...(slow.limited ? { 'retry-after': '2' } : {}),
        })
        .end(JSON.stringify(slow.limited ? {} : body))
    }, slow.delayMs)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  const slow: Slow = {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, open: 0, answered: 0 },
    ...{ delayMs: 2_000, limited: false },
  }
  return slow
}

const timed = async (syncId: string): Promise<number> => {
  const from = performance.now()
  expect((await run(quiet, syncId)).status).toBe('succeeded')
  return performance.now() - from
}

/** How long the quiet one takes while the busy one is at it, beside how long it takes alone. */
async function compare(busy: Company, syncIds: string[], isAtIt: () => boolean | Promise<boolean>) {
  const syncId = await createSync(quiet, { collection: `quiet-${syncIds[0]!.slice(-20)}` })
  await timed(syncId)
  const alone = Math.max(await timed(syncId), await timed(syncId))
  await Promise.all(syncIds.map(id => busy.workspace.request('POST', `/v1/syncs/${id}/runs`)))
  await eventually('the busy one to be at it', async () => isAtIt(), 60_000)
  const beside = await timed(syncId)
  return { alone, beside }
}

async function manySyncs(busy: Company, count: number, settings: Record<string, unknown> = {}): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, (_, n) => createSync(busy, { collection: `busy-${n}`, ...settings })),
  )
}

const statesOf = async ({ workspace }: Company) => {
  const { body } = await workspace.request<{ data: ShownSync[] }>('GET', '/v1/syncs?limit=100')
  return body.data.map(({ openRun }) => openRun?.waitingFor ?? openRun?.status ?? 'none')
}

describe('a workspace with a few rows, beside one with many syncs', () => {
  it.each([
    ['whose platform is slow', { limited: false }, {}],
    ['whose platform limits it', { limited: true }, {}],
  ])(
    '%s, has its turn at once',
    async (_, { limited }, settings) => {
      const slow = await startSlow()
      slow.limited = limited
      slow.delayMs = limited ? 200 : 2_000
      const busy = await platform.account('stripe', slow.url)
      const syncIds = await manySyncs(busy, 50, settings)
      const { alone, beside } = await compare(busy, syncIds, async () =>
        limited ? (await statesOf(busy)).includes('rate_limit') : slow.open >= 12,
      )
      // In one line with them it takes minutes; beginning fifty runs at once is work of its own for a busy machine.
      expect(beside).toBeLessThan(3 * alone + 40_000)
      // All of them have begun, and those that line up say so.
      await eventually(
        'the others to say what they wait for',
        async () => {
          const states = await statesOf(busy)
          return !states.includes('requested') && (limited || states.includes('place'))
        },
        60_000,
      )
      await Promise.all(syncIds.map(id => busy.workspace.request('DELETE', `/v1/syncs/${id}`)))
    },
    180_000,
  )

  it('that push to a slow platform, has its turn at once', async () => {
    const slow = await startSlow()
    slow.delayMs = 5_000
    const busy = await platform.account('stripe', slow.url)
    for (let n = 0; n < 20; n++) {
      await busy.workspace.request('POST', '/v1/records', {
        collection: 'shared',
        data: { displayName: `Record ${n}` },
      })
    }
    const one = await createSync(busy, { collection: 'shared', direction: 'push' })
    const syncIds = await manySyncs(busy, 49, { direction: 'push' })
    for (let n = 0; n < 49; n++) {
      await busy.workspace.request('POST', '/v1/records', { collection: `busy-${n}`, data: { displayName: 'Record' } })
    }
    const { alone, beside } = await compare(busy, [one, ...syncIds], () => slow.open >= 8)
    // In one line with them it would be behind five rounds of five seconds.
    expect(beside).toBeLessThan(3 * alone + 12_000)
    await Promise.all([one, ...syncIds].map(id => busy.workspace.request('DELETE', `/v1/syncs/${id}`)))
  }, 180_000)
})

describe('a push that hands its place back', () => {
  it('goes on where it was, and makes nothing twice', async () => {
    const slow = await startSlow()
    slow.delayMs = 20
    const busy = await platform.account('stripe', slow.url)
    const { workspaceId } = busy.workspace
    for (let n = 0; n < 30; n++) {
      await busy.workspace.request('POST', '/v1/records', { collection: 'once', data: { displayName: `Record ${n}` } })
    }
    const syncId = await createSync(busy, { collection: 'once', direction: 'push' })
    const runId = `run_${syncId.slice(5)}`
    await hub.pool.query(
      `insert into sync_runs (id, workspace_id, sync_id, trigger, status) values ($1, $2, $3, 'manual', 'requested')`,
      [runId, workspaceId, syncId],
    )
    const by = { workflowId: 'sync/test', trigger: 'manual', mayRequest: false } as const
    expect(await beginRun(hub, { workspaceId, syncId }, by)).toMatchObject({ kind: 'taken', runId })
    const client = await connectionClient(hub, workspaceId, busy.connectionId)
    const control = { signal: new AbortController().signal, onProgress() {}, attempt: 1, isOver: () => true }
    let slices = 0
    for (let isThrough = false; !isThrough; slices++) {
      const hold = await takeUpRun(hub, { workspaceId, syncId, runId })
      isThrough = await pushChanges(hub, hold, client, control)
    }
    // Each slice makes a few calls at once, and leaves the rest.
    expect(slices).toBeGreaterThan(5)
    expect(slow.answered).toBe(30)
    const { rows } = await hub.pool.query(
      'select count(distinct external_id) as items, count(push_key) as open from record_links where sync_id = $1',
      [syncId],
    )
    expect(rows[0]).toEqual({ items: 30, open: 0 })
  })
})
