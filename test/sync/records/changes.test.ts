import { writeRecords } from '../../../src/sync/records/record-writes.ts'
import { createTestHub, createTestServer, createWorkspace, type AnyBody } from '../../support/hub.ts'
import type { ShownRecord } from '../company.ts'

interface Changes {
  data: { op: string; record: ShownRecord }[]
  nextCursor: string
  more: boolean
}

const hub = await createTestHub()
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)

const create = async (collection: string, data: Record<string, unknown>) =>
  (await workspace.request<ShownRecord>('POST', '/v1/records', { collection, data })).body
const read = async (query: string) =>
  (await workspace.request<Changes & AnyBody>('GET', `/v1/records/changes?${query}`)).body
const told = ({ data }: Changes) => data.map(({ op, record }) => [op, record.data.n])

describe('the changes of a collection', () => {
  it('are told since a cursor, each record once and as it is now', async () => {
    const one = await create('told', { n: 1 })
    const two = await create('told', { n: 2 })
    const first = await read('collection=told')
    expect([told(first), first.more]).toEqual([
      [
        ['created', 1],
        ['created', 2],
      ],
      false,
    ])
    await workspace.request('PATCH', `/v1/records/${one.id}`, { data: { n: 10 } })
    await workspace.request('PATCH', `/v1/records/${one.id}`, { data: { n: 11 } })
    await workspace.request('DELETE', `/v1/records/${two.id}`)
    await create('told', { n: 3 })
    const second = await read(`collection=told&cursor=${first.nextCursor}`)
    expect(told(second)).toEqual([
      ['updated', 11],
      ['deleted', 2],
      ['created', 3],
    ])
    expect(told(await read(`collection=told&cursor=${second.nextCursor}`))).toEqual([])
  })

  it('come in pages, whatever their size', async () => {
    const records = Array.from({ length: 25 }, (_, n) => ({ data: { n } }))
    await workspace.request('POST', '/v1/records/bulk', { collection: 'paged', records })
    const seen: unknown[] = []
    for (let cursor = '', more = true; more;) {
      const page = await read(`collection=paged&limit=${7 + (seen.length % 3)}${cursor}`)
      seen.push(...page.data.map(({ record }) => record.data.n))
      ;[cursor, more] = [`&cursor=${page.nextCursor}`, page.more]
    }
    expect(seen).toEqual(records.map(({ data }) => data.n))
  })

  it('can be followed from now on, even before there are any', async () => {
    const { nextCursor } = await read('collection=later&start=now')
    await create('later', { n: 1 })
    expect(told(await read(`collection=later&cursor=${nextCursor}`))).toEqual([['created', 1]])
    const now = await read('collection=later&start=now')
    expect(told(now)).toEqual([])
    expect((await read(`collection=later&start=now&cursor=${now.nextCursor}`)).error.code).toBe('INVALID_REQUEST')
    expect((await read(`collection=other&cursor=${now.nextCursor}`)).error.code).toBe('INVALID_CURSOR')
    const list = await workspace.request('GET', `/v1/records?collection=later&cursor=${now.nextCursor}`)
    expect(list.body.error.code).toBe('INVALID_CURSOR')
  })

  it('are waited for', async () => {
    await create('waited', { n: 1 })
    const { nextCursor } = await read('collection=waited')
    const from = performance.now()
    expect(told(await read(`collection=waited&cursor=${nextCursor}&waitMs=300`))).toEqual([])
    expect(performance.now() - from).toBeGreaterThan(250)
    const waiting = read(`collection=waited&cursor=${nextCursor}&waitMs=30000`)
    await create('waited', { n: 2 })
    expect(told(await waiting)).toEqual([['created', 2]])
    expect(performance.now() - from).toBeLessThan(20_000)
  })

  it('that commit late come after those that are told already, and none is passed over', async () => {
    const { workspaceId } = workspace
    const { nextCursor } = await read('collection=late&start=now')
    const held = Promise.withResolvers<void>()
    const numbered = Promise.withResolvers<void>()
    const slow = hub.db.transaction().execute(async trx => {
      const made = { id: 'rec_00000000000000000000000001', data: { n: 'slow' } }
      await writeRecords(trx, workspaceId, 'late', [made], [], { actor: 'a test' })
      numbered.resolve()
      await held.promise
    })
    await numbered.promise
    // Its number is taken and nobody sees it: whoever writes next waits for it, and whoever waits hears of neither.
    const fast = create('late', { n: 'fast' })
    expect(told(await read(`collection=late&cursor=${nextCursor}&waitMs=700`))).toEqual([])
    held.resolve()
    await Promise.all([slow, fast])
    expect(told(await read(`collection=late&cursor=${nextCursor}`))).toEqual([
      ['created', 'slow'],
      ['created', 'fast'],
    ])
  })

  it('are followed by a bounded number of calls, and nobody waits when the server closes', async () => {
    const own = await createWorkspace(hub)
    const { body } = await own.request<Changes>('GET', '/v1/records/changes?collection=crowd&start=now')
    const url = `/v1/records/changes?collection=crowd&cursor=${body.nextCursor}&waitMs=30000`
    const calls = Array.from({ length: 101 }, () => own.request('GET', url))
    const refused = await Promise.race(calls.map(async one => (await one).status))
    expect(refused).toBe(429)
    await own.request('POST', '/v1/records', { collection: 'crowd', data: { n: 1 } })
    const statuses = (await Promise.all(calls)).map(({ status }) => status)
    expect(statuses.filter(status => status === 200)).toHaveLength(100)
    const { body: next } = await own.request<Changes>('GET', '/v1/records/changes?collection=crowd&start=now')
    const last = own.request<Changes>(
      'GET',
      `/v1/records/changes?collection=crowd&cursor=${next.nextCursor}&waitMs=30000`,
    )
    const from = performance.now()
    await new Promise(resolve => setTimeout(resolve, 50))
    const closed = app.close()
    expect((await last).status).toBe(200)
    await closed
    expect(performance.now() - from).toBeLessThan(15_000)
  })
})
