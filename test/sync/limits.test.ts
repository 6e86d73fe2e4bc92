import { setTimeout as sleep } from 'node:timers/promises'
import { syncWorkflowId } from '../../src/sync/contract.ts'
import { searchAttributes } from '../../src/temporal/contract.ts'
import { eventually } from '../connections/accounts.ts'
import { standBetween, type Between, type PassingAnswer } from './between.ts'
import {
  anotherCompany,
  connectedCompany,
  createSync,
  endOf,
  records,
  run,
  type Company,
  type ShownRun,
} from './company.ts'
import { stripeAccount } from './stripe-account.ts'

const first = await connectedCompany(0)
const { hub, sandbox } = first

/** A Stripe account with so many pages of two customers each. */
class Pages {
  readonly between: Between
  readonly total: number
  /** The cursors that were asked for and answered. */
  asked: (string | null)[] = []
  refuse: (answered: number) => PassingAnswer | 'drop' | undefined = () => undefined

  constructor(between: Between, pages: number) {
    this.between = between
    this.total = pages * 2
    between.meddle = async (call, pass) => {
      const { pathname, searchParams } = new URL(call.path, 'http://stripe')
      if (pathname !== '/v1/customers') return pass(call)
      const refusal = this.refuse(this.asked.length)
      if (refusal) return refusal
      const after = searchParams.get('starting_after')
      this.asked.push(after)
      const from = after === null ? 0 : Number(after.slice(4)) + 1
      const data = [from, from + 1].map(n => ({ id: `cus_${n}`, name: `Customer ${n}` }))
      return { status: 200, body: JSON.stringify({ data, has_more: from + 2 < this.total }) }
    }
  }
}

async function account(pages: number): Promise<{ own: Company; list: Pages; syncId: string }> {
  const between = await standBetween(`${sandbox.url}/stripe`)
  const own = await stripeAccount(first, between.url)
  return { own, list: new Pages(between, pages), syncId: await createSync(own) }
}

const limited = (seconds: number): PassingAnswer => ({
  status: 429,
  body: '{}',
  headers: { 'retry-after': String(seconds) },
})

type WaitingRun = ShownRun & { waitingFor: string | null; waitingUntil: string | null }

async function begin({ workspace }: Company, syncId: string, asked: object = {}) {
  const { body } = await workspace.request<WaitingRun>('POST', `/v1/syncs/${syncId}/runs`, asked)
  const shown = async () => (await workspace.request<WaitingRun>('GET', `/v1/syncs/${syncId}/runs/${body.id}`)).body
  return { id: body.id, shown }
}

describe('a run that meets its platform’s limit', () => {
  it('waits as often as it has to, loses nothing of its place, and spends no attempt', async () => {
    const { own, list, syncId } = await account(36)
    let until = 0
    let spent = 0
    list.refuse = () => {
      if (Date.now() < until) return limited(0.1)
      if (++spent % 4 !== 0) return undefined
      until = Date.now() + 100
      return limited(0.1)
    }
    const done = await run(own, syncId)
    expect(done).toMatchObject({ status: 'succeeded', counts: { pulled: 72, created: 72, failed: 0 } })
    expect(done).toMatchObject({ waitingFor: null, waitingUntil: null })
    // Each page was answered once, in its order.
    expect(list.asked).toEqual([null, ...Array.from({ length: 35 }, (_, n) => `cus_${n * 2 + 1}`)])
    const history = await hub.temporal.workflow.getHandle(syncWorkflowId(syncId)).fetchHistory()
    const timers = history.events!.filter(event => event.timerStartedEventAttributes).length
    expect(timers).toBeGreaterThan(8)
    expect(history.events!.some(event => event.activityTaskFailedEventAttributes)).toBe(false)
  })

  it('says for how long it waits, to the API and to operators, and ends at once when it is paused', async () => {
    const { own, list, syncId } = await account(4)
    list.refuse = answered => (answered === 2 ? limited(3_600) : undefined)
    const { id, shown } = await begin(own, syncId)
    const waiting = await eventually('the run to wait', async () => {
      const body = await shown()
      return body.waitingFor === 'rate_limit' && body
    })
    expect(waiting).toMatchObject({ status: 'running', counts: { pulled: 4 } })
    expect(Date.parse(waiting.waitingUntil!) - Date.now()).toBeGreaterThan(3_500_000)
    const handle = hub.temporal.workflow.getHandle(syncWorkflowId(syncId))
    const attentionOf = async () => (await handle.describe()).typedSearchAttributes.get(searchAttributes.attention)
    await eventually('its attention', async () => {
      return (await attentionOf()) === 'retrying'
    })
    await own.workspace.request('POST', `/v1/syncs/${syncId}/pause`)
    expect(await endOf(own.workspace, syncId, id)).toMatchObject({ status: 'cancelled', waitingFor: null })
    await eventually('the workflow to end', async () => (await handle.describe()).status.name === 'COMPLETED')
    expect(await attentionOf()).toBe('none')
  })

  it('commits what came before the limit, though pages were fetched ahead of it', async () => {
    const between = await standBetween(`${sandbox.url}/quickbooks`)
    const own = await anotherCompany(hub, sandbox, between.url)
    const total = 5_500
    let [calls, until] = [0, 0]
    between.meddle = async (call, pass) => {
      const query = new URL(call.path, 'http://qbo').searchParams.get('query')
      if (query === null || call.path.includes('/batch')) return pass(call)
      if (Date.now() < until || ++calls % 3 === 0) {
        if (Date.now() >= until) until = Date.now() + 200
        return limited(0.2)
      }
      const from = Number(/startposition (\d+)/i.exec(query)?.[1] ?? 1)
      const ids = Array.from({ length: Math.max(0, Math.min(1_000, total - from + 1)) }, (_, n) => from + n)
      const Customer = ids.map(n => ({ Id: String(n), SyncToken: '0', DisplayName: `Customer ${n}`, Active: true }))
      return { status: 200, body: JSON.stringify({ QueryResponse: ids.length > 0 ? { Customer } : {} }) }
    }
    const syncId = await createSync(own)
    expect(await run(own, syncId)).toMatchObject({
      ...{ status: 'succeeded', counts: { pulled: total, created: total, failed: 0 } },
    })
  })
})

describe('a pass over everything that did not come to its end', () => {
  async function stoppedAt(pages: number, at: number) {
    const { own, list, syncId } = await account(pages)
    const stop = async () => {
      const before = list.asked.length
      list.refuse = answered => (answered >= before + at ? 'drop' : undefined)
      const { id } = await begin(own, syncId, { full: true })
      await eventually('the pages before', () => Promise.resolve(list.asked.length >= before + at))
      await sleep(300)
      await own.workspace.request('POST', `/v1/syncs/${syncId}/pause`)
      await endOf(own.workspace, syncId, id)
      await own.workspace.request('POST', `/v1/syncs/${syncId}/resume`)
      list.refuse = () => undefined
      list.asked = []
    }
    return { own, list, syncId, stop }
  }

  it('is gone on with by the next run', async () => {
    const { own, list, syncId, stop } = await stoppedAt(6, 3)
    await stop()
    expect(await run(own, syncId)).toMatchObject({
      status: 'succeeded',
      full: true,
      counts: { created: 6, deleted: 0 },
    })
    expect(list.asked).toEqual(['cus_5', 'cus_7', 'cus_9'])
    expect(await records(own)).toHaveLength(12)
    // The next pass sees everything: nothing is missing, nothing is gone.
    const everything = await run(own, syncId, { full: true })
    expect(everything.counts).toMatchObject({ unchanged: 12, deleted: 0, created: 0 })
  })

  it('is begun anew where no page could be read from its place, and where everything is asked for', async () => {
    const { own, list, syncId, stop } = await stoppedAt(4, 2)
    await stop()
    let dropped = 0
    list.refuse = () => (dropped++, 'drop')
    const { id } = await begin(own, syncId)
    await eventually('a try at its place', () => Promise.resolve(dropped > 0))
    await own.workspace.request('POST', `/v1/syncs/${syncId}/pause`)
    await endOf(own.workspace, syncId, id)
    await own.workspace.request('POST', `/v1/syncs/${syncId}/resume`)
    list.refuse = () => undefined
    await run(own, syncId)
    expect(list.asked[0]).toBeNull()

    const other = await stoppedAt(4, 2)
    await other.stop()
    expect(await run(other.own, other.syncId, { full: true })).toMatchObject({ status: 'succeeded' })
    expect(other.list.asked[0]).toBeNull()
  })

  it('compares with all that was seen, in whichever run', async () => {
    const { own, list, syncId, stop } = await stoppedAt(6, 3)
    await run(own, syncId)
    await stop()
    list.between.calls.length = 0
    expect((await run(own, syncId)).counts).toMatchObject({ pulled: 6, unchanged: 6, deleted: 0 })
    expect(list.between.calls.filter(({ path }) => path.startsWith('/v1/customers/'))).toEqual([])
    const left = 'select from sync_run_pages p join sync_runs r on r.id = p.run_id where r.sync_id = $1'
    expect((await hub.pool.query(left, [syncId])).rowCount).toBe(0)
  })
})
