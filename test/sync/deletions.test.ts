import { stripeKey } from '../../dev/sandbox/settings.ts'
import { startTestWorkers } from '../support/workers.ts'
import { createTestHub, createTestServer } from '../support/hub.ts'
import { eventually, publishedEvents } from '../connections/accounts.ts'
import { syncWorkflowId } from '../../src/sync/contract.ts'
import { createSync, patch, records, run, type Company } from './company.ts'
import { customer, playQuickbooks, slice, startLoopback, type Item } from './loopback.ts'

const hub = await createTestHub({ environment: { LOG_LEVEL: process.env.SYNC_TEST_LOG ?? 'silent' } })
await createTestServer(hub)
await startTestWorkers(hub)
const platform = await startLoopback(hub)

const many = (count: number, from = 1) => Array.from({ length: count }, (_, n) => customer(from + n))
const inList = (items: readonly Item[]) => (id: string) => items.find(item => item.Id === id)

/** A company whose customers have been pulled once. */
async function pulled(count: number): Promise<{ company: Company; syncId: string; items: Item[] }> {
  const company = await platform.account('quickbooks')
  const items = many(count)
  platform.play = playQuickbooks(slice(items), { byId: inList(items) })
  const syncId = await createSync(company)
  expect((await run(company, syncId)).counts).toMatchObject({ created: count })
  return { company, syncId, items }
}

async function heldOf({ workspace }: Company, syncId: string) {
  const { body } = await workspace.request<{ deletionsHeld: { count: number; known: number } | null }>(
    'GET',
    `/v1/syncs/${syncId}`,
  )
  return body.deletionsHeld
}

const readsById = () => platform.calls.filter(({ path }) => /\/customer\//.test(path)).length

describe('items that are gone', () => {
  it('are held when the list is empty, until it is there again', async () => {
    const { company, syncId, items } = await pulled(60)
    platform.play = playQuickbooks(() => [])
    expect(await run(company, syncId, { full: true })).toMatchObject({
      ...{ status: 'failed', errorCode: 'DELETIONS_HELD', deletionsHeld: 60, counts: { deleted: 0 } },
    })
    expect(await records(company)).toHaveLength(60)
    expect(await heldOf(company, syncId)).toMatchObject({ count: 60, known: 60 })
    expect((await publishedEvents(hub, company.workspace.workspaceId)).map(({ type }) => type)).not.toContain(
      'record.deleted',
    )
    const workflow = hub.temporal.workflow.getHandle(syncWorkflowId(syncId))
    await eventually('its attention', async () => {
      const { typedSearchAttributes } = await workflow.describe()
      return typedSearchAttributes.getAll().some(({ value }) => value === 'needs_person')
    })

    // The permission is back: the next run, whoever asks for it, finds everything.
    platform.play = playQuickbooks(slice(items), { byId: inList(items) })
    expect(await run(company, syncId)).toMatchObject({
      status: 'succeeded',
      full: true,
      counts: { unchanged: 60, deleted: 0 },
    })
    expect(await heldOf(company, syncId)).toBeNull()
  })

  it('are deleted once a person lets so many through, and no more', async () => {
    const { company, syncId } = await pulled(60)
    const url = `/v1/syncs/${syncId}/runs`
    expect((await company.workspace.request('POST', url, { allowDeletions: true })).body.error.code).toBe('CONFLICT')
    const left = many(5)
    platform.play = playQuickbooks(slice(left), { byId: inList(left) })
    expect(await run(company, syncId, { full: true })).toMatchObject({ errorCode: 'DELETIONS_HELD', deletionsHeld: 55 })
    // Meanwhile the rest has gone as well: that is more than the person has seen.
    platform.play = playQuickbooks(() => [])
    expect(await run(company, syncId, { allowDeletions: true })).toMatchObject({
      errorCode: 'DELETIONS_HELD',
      deletionsHeld: 60,
    })
    expect(await records(company)).toHaveLength(60)
    expect(await run(company, syncId, { allowDeletions: true })).toMatchObject({
      status: 'succeeded',
      counts: { deleted: 60 },
    })
    expect(await records(company)).toHaveLength(0)
    expect(await heldOf(company, syncId)).toBeNull()
  })

  it('are deleted when they are few, and each was looked at by its id', async () => {
    const { company, syncId, items } = await pulled(60)
    const left = items.slice(20)
    platform.play = playQuickbooks(slice(left), { byId: inList(left) })
    const before = readsById()
    expect(await run(company, syncId, { full: true })).toMatchObject({ status: 'succeeded', counts: { deleted: 20 } })
    expect(readsById() - before).toBe(20)
    expect(await records(company)).toHaveLength(40)
  })

  it('are not taken for gone by a feed’s word alone', async () => {
    const { company, syncId, items } = await pulled(60)
    const feed = () =>
      items.map(({ Id }) => ({ Id, status: 'Deleted', MetaData: { LastUpdatedTime: new Date().toISOString() } }))
    platform.play = playQuickbooks(slice(items), { feed, byId: inList(items) })
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { deleted: 0 } })
    expect(await records(company)).toHaveLength(60)
    // What is gone by its id as well is deleted.
    platform.play = playQuickbooks(slice(items), { feed: () => feed().slice(0, 3), byId: inList(items.slice(2)) })
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { deleted: 2 } })
  })

  it('are held when a feed names too many, and changes go on', async () => {
    const { company, syncId, items } = await pulled(70)
    const changed = customer(70, 'Changed', 1)
    const feed = () => [...items.slice(0, 60).map(({ Id }) => ({ Id, status: 'Deleted' })), changed]
    platform.play = playQuickbooks(slice([...items.slice(60, 69), changed]), {
      feed,
      byId: inList([...items.slice(60, 69), changed]),
    })
    expect(await run(company, syncId)).toMatchObject({
      errorCode: 'DELETIONS_HELD',
      deletionsHeld: 60,
      counts: { updated: 1, deleted: 0 },
    })
    expect((await records(company)).map(({ data }) => data.displayName)).toContain('Changed')
  })

  it('stop a list of another company before anything of it is taken', async () => {
    const { company, syncId } = await pulled(60)
    const others = many(60, 1_001)
    platform.play = playQuickbooks(slice(others), { byId: inList(others) })
    expect(await run(company, syncId, { full: true })).toMatchObject({
      errorCode: 'DELETIONS_HELD',
      counts: { created: 0, deleted: 0 },
    })
    expect(await records(company)).toHaveLength(60)
  })

  it('never reach a second platform of the collection while they are held', async () => {
    const { company, syncId } = await pulled(60)
    const stripe = { ...company, ...(await anotherConnection(company)) }
    const sent: string[] = []
    const play = (quickbooks: Item[]) => {
      const first = playQuickbooks(slice(quickbooks), { byId: inList(quickbooks) })
      platform.play = call => {
        if (!call.path.startsWith('/stripe/')) return first(call)
        if (call.method !== 'GET') sent.push(`${call.method} ${call.path}`)
        if (call.method === 'POST') return { body: { id: `cus_${sent.length}`, name: 'x' } }
        return { body: { has_more: false, data: [] } }
      }
    }
    play(many(60))
    const pushing = await createSync(stripe, { direction: 'push' })
    expect((await run(stripe, pushing)).counts.pushed).toBe(60)
    play([])
    await run(company, syncId, { full: true })
    sent.length = 0
    await run(stripe, pushing)
    expect(sent).toEqual([])
  })

  it('are left to the next pass when too many writes are refused for them', async () => {
    const company = await platform.account('stripe')
    const data = Array.from({ length: 60 }, (_, n) => ({ id: `cus_${n}`, name: `Customer ${n}` }))
    const missing = { status: 404, body: { error: { code: 'resource_missing' } } }
    platform.play = ({ path, method }) =>
      method === 'GET' && path.endsWith('/customers') ? { body: { has_more: false, data } } : missing
    const syncId = await createSync(company, { direction: 'both' })
    await run(company, syncId)
    for (const { id } of await records(company)) await patch(company, id, { notes: 'edited' })
    expect((await run(company, syncId, { full: true })).counts.deleted).toBe(50)
    expect(await records(company)).toHaveLength(10)
  })

  it('keep the verdict of a run whose connection lacks a permission', async () => {
    const { company, syncId } = await pulled(60)
    const play = playQuickbooks(() => [])
    platform.play = call => (/\/customer\//.test(call.path) ? { status: 403, body: {} } : play(call))
    expect(await run(company, syncId, { full: true })).toMatchObject({
      status: 'failed',
      errorCode: 'PROVIDER_REJECTED',
    })
    expect(await records(company)).toHaveLength(60)
  })

  it('are found by a full pass a day, whatever the feed tells', async () => {
    const { company, syncId, items } = await pulled(12)
    const left = items.slice(1)
    platform.play = playQuickbooks(slice(left), { byId: inList(left) })
    expect(await run(company, syncId)).toMatchObject({ full: false, counts: { deleted: 0 } })
    await hub.pool.query(`update syncs set full_pass_at = now() - interval '25 hours' where id = $1`, [syncId])
    expect(await run(company, syncId)).toMatchObject({ full: true, counts: { deleted: 1 } })
  })
})

async function anotherConnection({ workspace }: Company): Promise<{ connectionId: string }> {
  const app = await workspace.request<{ id: string }>('POST', '/v1/provider-apps', {
    ...{ provider: 'stripe', name: 'stripe', baseUrls: { 'https://api.stripe.com': `${platform.url}/stripe` } },
  })
  const made = await workspace.request<{ connection: { id: string } }>('POST', '/v1/connections', {
    ...{ provider: 'stripe', providerAppId: app.body.id, credentials: { apiKey: stripeKey } },
  })
  return { connectionId: made.body.connection.id }
}
