import { setTimeout as sleep } from 'node:timers/promises'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import type { ShownRecord } from './company.ts'

interface Listed {
  data: ShownRecord[]
  nextCursor: string | null
  watermark: string | null
}

const hub = await createTestHub()
await createTestServer(hub)
const workspace = await createWorkspace(hub)

const create = async (collection: string, data: Record<string, unknown>) =>
  (await workspace.request<ShownRecord>('POST', '/v1/records', { collection, data })).body
const list = async (query: string) => (await workspace.request<Listed>('GET', `/v1/records?${query}`)).body
const patch = (id: string, data: unknown, ifVersion?: number) =>
  workspace.request<ShownRecord & { error: { code: string } }>('PATCH', `/v1/records/${id}`, {
    ...{ data },
    ...(ifVersion === undefined ? {} : { ifVersion }),
  })

describe('a record', () => {
  it('is merged into, and says at which version it is', async () => {
    const made = await create('things', { name: 'one', address: { city: 'A', line1: 'x' } })
    expect(made).toMatchObject({ version: 1, deletedAt: null })
    const changed = await patch(made.id, { name: 'two', address: { city: null, zip: '1' } }, 1)
    expect(changed.body).toMatchObject({ version: 2, data: { name: 'two', address: { line1: 'x', zip: '1' } } })
    expect(changed.body.data.address).not.toHaveProperty('city')
    expect((await patch(made.id, { name: 'three' }, 1)).body.error.code).toBe('CONFLICT')
    // What changes nothing is not a change, in whatever order its members come.
    expect((await patch(made.id, { address: { zip: '1', line1: 'x' }, name: 'two' })).body.version).toBe(2)
  })

  it('stays as a tombstone when it is deleted', async () => {
    const made = await create('tombs', { name: 'one' })
    expect((await workspace.request('DELETE', `/v1/records/${made.id}?ifVersion=9`)).body.error.code).toBe('CONFLICT')
    expect((await workspace.request('DELETE', `/v1/records/${made.id}`)).status).toBe(204)
    expect((await workspace.request('DELETE', `/v1/records/${made.id}`)).body.error.code).toBe('RECORD_NOT_FOUND')
    expect((await patch(made.id, { name: 'x' })).body.error.code).toBe('RECORD_NOT_FOUND')
    expect((await workspace.request('GET', `/v1/records/${made.id}`)).body.error.code).toBe('RECORD_NOT_FOUND')
    expect((await workspace.request('GET', `/v1/records/${made.id}?deleted=true`)).body.deletedAt).not.toBeNull()
    expect((await list('collection=tombs')).data).toEqual([])
    expect((await list('collection=tombs&deleted=true')).data).toHaveLength(1)
  })

  it('is refused with what the database cannot hold', async () => {
    const refuse = async (data: unknown) =>
      (await workspace.request('POST', '/v1/records', { collection: 'things', data })).body.error.code
    expect(await refuse({ name: 'a\0b' })).toBe('INVALID_REQUEST')
    expect(await refuse({ name: '\ud800' })).toBe('INVALID_REQUEST')
    expect(await refuse('text')).toBe('INVALID_REQUEST')
    expect(await refuse({ name: 'x'.repeat(1_048_577) })).toMatch(/INVALID_REQUEST|BODY_TOO_LARGE/)
  })
})

describe('many records', () => {
  it('are created together, all or none, in their order', async () => {
    const records = Array.from({ length: 1_000 }, (_, n) => ({ data: { n } }))
    const made = await workspace.request<Listed>('POST', '/v1/records/bulk', { collection: 'bulk', records })
    expect(made.status).toBe(201)
    expect(made.body.data.map(({ data }) => data.n)).toEqual(records.map(({ data }) => data.n))
    const bad = [...records.slice(0, 3), { data: { n: 'a\0' } }]
    const refused = await workspace.request('POST', '/v1/records/bulk', { collection: 'refused', records: bad })
    expect(refused.body.error).toMatchObject({ code: 'INVALID_REQUEST', details: [{ path: 'body.records.3.data.n' }] })
    expect((await list('collection=refused')).data).toEqual([])
    const tooMany = { collection: 'bulk', records: [...records, ...records] }
    expect((await workspace.request('POST', '/v1/records/bulk', tooMany)).status).toBe(400)
  })

  it('are listed page by page, each once', async () => {
    const seen: unknown[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Listed = await list(`collection=bulk&limit=300${cursor === '' ? '' : `&cursor=${cursor}`}`)
      seen.push(...page.data.map(({ data }) => data.n))
      cursor = page.nextCursor
    }
    expect(seen).toEqual(Array.from({ length: 1_000 }, (_, n) => n))
    expect(((await list('collection=bulk&cursor=nonsense')) as unknown as { error: { code: string } }).error.code).toBe(
      'INVALID_CURSOR',
    )
  })

  it('can be followed from a watermark', async () => {
    const one = await create('followed', { n: 1 })
    const two = await create('followed', { n: 2 })
    const { watermark } = await list('collection=followed&deleted=true')
    expect((await list(`collection=followed&deleted=true&cursor=${watermark}`)).data).toEqual([])
    await patch(one.id, { n: 3 })
    await workspace.request('DELETE', `/v1/records/${two.id}`)
    const changes = await list(`collection=followed&deleted=true&cursor=${watermark}`)
    expect(changes.data.map(({ id, deletedAt }) => [id, deletedAt === null])).toEqual([
      [one.id, true],
      [two.id, false],
    ])
    const since = new Date(Date.now() + 60_000).toISOString()
    expect((await list(`collection=followed&updatedSince=${since}`)).data).toEqual([])
    expect((await list('collection=followed&updatedSince=2020-01-01T00:00:00Z')).data).toHaveLength(1)
  })

  it('show no later change before an earlier one that is not committed yet', async () => {
    const early = await create('late', { n: 1 })
    const { watermark } = await list('collection=late')
    // A writer that has its change number and takes its time to commit: whoever comes later waits for it.
    const slow = hub.db.transaction().execute(async trx => {
      const { writeRecords } = await import('../../src/sync/records/record-writes.ts')
      await trx.selectFrom('records').selectAll().where('id', '=', early.id).forUpdate().execute()
      const update = { id: early.id, data: { n: 2 }, deleted: false }
      await writeRecords(trx, workspace.workspaceId, 'late', [], [update], { actor: 'a test' })
      await sleep(400)
    })
    await sleep(100)
    const fast = create('late', { n: 3 })
    await sleep(100)
    expect((await list(`collection=late&cursor=${watermark}`)).data).toEqual([])
    await Promise.all([slow, fast])
    expect((await list(`collection=late&cursor=${watermark}`)).data.map(({ data }) => data.n)).toEqual([2, 3])
  })

  it('are not those of another workspace', async () => {
    const stranger = await createWorkspace(hub)
    expect((await stranger.request('GET', '/v1/records?collection=bulk')).body.data).toEqual([])
    const { id } = await create('things', { name: 'mine' })
    for (const method of ['GET', 'DELETE'] as const) {
      expect((await stranger.request(method, `/v1/records/${id}`)).body.error.code).toBe('RECORD_NOT_FOUND')
    }
    const body = { data: { name: 'theirs' } }
    expect((await stranger.request('PATCH', `/v1/records/${id}`, body)).body.error.code).toBe('RECORD_NOT_FOUND')
  })
})
