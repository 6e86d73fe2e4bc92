import { connectedCompany, createSync, patch, recordNamed, records, run, type Company } from '../company.ts'
import { pulled, twoPlatforms } from '../matching/people.ts'

const first = await connectedCompany(0)
const { hub } = first

const mail = (address: string) => ({ PrimaryEmailAddr: { Address: address } })

interface Shown {
  collection: string
  pulled: { outcome: string; externalId: string; recordId: string | null; [member: string]: unknown }[]
  pushed: { outcome: string; recordId: string; [member: string]: unknown }[]
  hasMore: boolean
}

async function preview({ workspace, connectionId }: Company, settings: Record<string, unknown> = {}) {
  const body = { connectionId, model: 'customers', ...settings }
  return workspace.request<Shown>('POST', '/v1/syncs/preview', body)
}

/** How many rows there are in what a sync writes. */
async function rowsOf(workspaceId: string): Promise<unknown> {
  const tables = ['syncs', 'sync_runs', 'records', 'record_links', 'record_keys', 'push_calls', 'collections', 'events']
  const counts = tables.map(
    table => `(select count(*)::int || ' ' || coalesce(md5(string_agg(t::text, ',' order by t::text)), '')
      from ${table} t where workspace_id = '${workspaceId}') as ${table}`,
  )
  return (await hub.pool.query(`select ${counts.join(', ')}`)).rows[0]
}

describe('a preview', () => {
  it('shows what would be made, matched and held, by a collection that keeps no keys yet, and writes nothing', async () => {
    const { company, stripe, between, addToStripe } = await twoPlatforms(first)
    await company.customers.create({ DisplayName: 'Ada', Notes: 'n', ...mail('ada@example.com') })
    for (const DisplayName of ['Us', 'Them']) await company.customers.create({ DisplayName, ...mail('us@example.com') })
    await company.customers.create({ DisplayName: 'Books only' })
    await pulled(company)
    const ada = await addToStripe({ name: 'Ada B.', email: 'ADA@example.com', phone: '555-1' })
    const us = await addToStripe({ name: 'Us', email: 'us@example.com' })
    const cleo = await addToStripe({ name: 'Cleo' })
    between.calls.length = 0
    const before = await rowsOf(company.workspace.workspaceId)

    const { status, body } = await preview(stripe, { direction: 'both', conflictPolicy: 'manual' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ collection: 'customers', hasMore: false })
    const shown = Object.fromEntries(body.pulled.map(row => [row.externalId, row]))
    const [adasRecord, usRecord, themRecord, booksOnly] = await Promise.all(
      ['Ada', 'Us', 'Them', 'Books only'].map(async name => (await recordNamed(company, name)).id),
    )
    expect(shown[ada]).toMatchObject({
      ...{ outcome: 'matched', recordId: adasRecord, key: ['email'], conflicts: ['displayName'] },
      ...{ fields: { phone: { after: '555-1' } }, told: { notes: { after: 'n' } } },
    })
    expect(shown[us]).toMatchObject({ outcome: 'ambiguous', candidates: [usRecord, themRecord].toSorted() })
    expect(shown[cleo]).toMatchObject({ outcome: 'created', fields: { displayName: { after: 'Cleo' } } })
    expect(body.pulled).toHaveLength(3)
    expect(body.pushed.map(({ recordId, outcome }) => [recordId, outcome])).toContainEqual([booksOnly, 'created'])
    expect(body.pushed.map(({ recordId, outcome }) => [recordId, outcome])).toContainEqual([usRecord, 'skipped'])
    expect(body.pushed.map(({ recordId }) => recordId)).not.toContain(adasRecord)

    expect(await rowsOf(company.workspace.workspaceId)).toEqual(before)
    expect(between.calls.filter(({ method }) => method !== 'GET')).toEqual([])
    expect((await company.workspace.request('GET', '/v1/syncs')).body.data).toHaveLength(1)
  })

  it('shows how a sync that is there would go on, and is right about it', async () => {
    const { company, stripe, addToStripe, changeInStripe } = await twoPlatforms(first)
    const [one, two] = [await addToStripe({ name: 'One', phone: '1' }), await addToStripe({ name: 'Two' })]
    const syncId = await pulled(stripe, { direction: 'both' })
    await patch(company, (await recordNamed(company, 'Two')).id, { notes: 'from the hub' })
    await changeInStripe(one, { phone: '2' })
    const { body } = await preview(stripe, { direction: 'both' })
    const shown = Object.fromEntries(body.pulled.map(row => [row.externalId, row]))
    expect(shown[one]).toMatchObject({ outcome: 'changed', fields: { phone: { before: '1', after: '2' } }, told: {} })
    expect(shown[two]).toMatchObject({ outcome: 'changed', fields: {}, told: { notes: { after: 'from the hub' } } })
    expect(body.pushed).toMatchObject([
      { externalId: two, outcome: 'updated', fields: { notes: { after: 'from the hub' } } },
    ])

    expect(await run(stripe, syncId, { full: true })).toMatchObject({ counts: { updated: 1, pushed: 1, created: 0 } })
    expect((await preview(stripe, { direction: 'both' })).body).toMatchObject({
      ...{ pulled: [{ outcome: 'unchanged' }, { outcome: 'unchanged' }], pushed: [] },
    })
    expect(await records(company)).toHaveLength(2)
  })

  it('skips what cannot be taken, looks at a few only, and refuses what a sync would be refused', async () => {
    const { company } = await twoPlatforms(first)
    for (let n = 0; n < 27; n++) await company.customers.create({ DisplayName: `Customer ${n}` })
    const { body } = await preview(company)
    expect(body.pulled).toHaveLength(25)
    expect(body).toMatchObject({ hasMore: true, pushed: [] })
    expect((await preview(company, { match: [['nothing']] })).body).toMatchObject({
      error: { code: 'INVALID_REQUEST' },
    })
    expect((await preview(company, { model: 'nothing' })).body).toMatchObject({ error: { code: 'INVALID_MODEL' } })
    const stranger = { ...company, connectionId: 'conn_00000000000000000000000000' }
    expect((await preview(stranger)).body).toMatchObject({ error: { code: 'CONNECTION_NOT_FOUND' } })
    // And where keys are kept, those are asked.
    await createSync(company)
  })
})
