import { connectedCompany, createSync, patch, recordNamed, records, run } from '../company.ts'
import { matchesOf, names, pulled, twoPlatforms } from './people.ts'

const first = await connectedCompany(0)
const { hub } = first

const mail = (address: string) => ({ PrimaryEmailAddr: { Address: address } })

async function keysKept(workspaceId: string): Promise<number> {
  const { rows } = await hub.pool.query<{ kept: number }>(
    'select count(*)::int as kept from record_keys where workspace_id = $1',
    [workspaceId],
  )
  return rows[0]!.kept
}

describe('a second platform on a collection', () => {
  it('joins the records that have its keys, takes what they lack, and gives what it lacks', async () => {
    const { company, stripe, between, addToStripe, inStripe } = await twoPlatforms(first)
    await company.customers.create({ DisplayName: 'Ada', Notes: 'From the books', ...mail('ada@example.com') })
    await company.customers.create({ DisplayName: 'Bob', ...mail('bob@example.com') })
    await company.customers.create({ DisplayName: 'Without an address' })
    const books = await pulled(company, { direction: 'both' })
    // Nothing can match what comes alone, and so nothing is kept for it.
    expect(await keysKept(company.workspace.workspaceId)).toBe(0)
    const ada = await addToStripe({ name: 'Ada', email: 'ADA@Example.com', phone: '555-1' })
    await addToStripe({ name: 'Cleo', email: 'cleo@example.com' })
    await addToStripe({ name: 'Without an address too' })
    const before = await records(company)

    const syncId = await createSync(stripe, { direction: 'both', conflictPolicy: 'hub' })
    expect(await run(stripe, syncId)).toMatchObject({ counts: { pulled: 3, created: 2, failed: 0 } })
    const all = ['Ada', 'Bob', 'Cleo', 'Without an address', 'Without an address too']
    expect(await names(company)).toEqual(all)
    const joined = await recordNamed(company, 'Ada')
    expect(before.map(({ id }) => id)).toContain(joined.id)
    expect(joined.data).toMatchObject({ email: 'ada@example.com', phone: '555-1', notes: 'From the books' })
    // The read-only currency of one platform is not lost to the other, which does not say it.
    expect(joined.data.currency).toBe('USD')
    // Bob and the one without an address were made at Stripe; Ada was told what she lacked, and made no second time.
    expect((await inStripe()).map(({ name }) => name).toSorted()).toEqual(all)
    expect((await inStripe()).find(({ id }) => id === ada)).toMatchObject({ description: 'From the books' })
    expect(await keysKept(company.workspace.workspaceId)).toBe(3)

    // And it rests.
    await run(company, books)
    await run(stripe, syncId)
    between.calls.length = 0
    await run(company, books)
    await run(stripe, syncId)
    expect(between.calls.filter(({ method }) => method === 'POST')).toEqual([])
    expect(await company.customers.list()).toHaveLength(5)
  })

  it('has what differs go by the policy, which may be to hold it for a person', async () => {
    const { company, stripe, addToStripe } = await twoPlatforms(first)
    await company.customers.create({ DisplayName: 'Ada Byron', ...mail('ada@example.com') })
    await pulled(company)
    await addToStripe({ name: 'Ada Lovelace', email: 'ada@example.com', phone: '555-1' })
    const syncId = await pulled(stripe, { direction: 'both', conflictPolicy: 'manual' })
    const [record] = await records(company)
    expect(record!.data).toMatchObject({ displayName: 'Ada Byron', phone: '555-1' })
    const { body } = await company.workspace.request('GET', `/v1/syncs/${syncId}/conflicts`)
    expect(body.data).toMatchObject([
      { recordId: record!.id, fields: { displayName: { hub: 'Ada Byron', provider: 'Ada Lovelace' } } },
    ])
  })

  it('does not join a record that is deleted, nor one that has another key by now', async () => {
    const { company, stripe, addToStripe } = await twoPlatforms(first)
    for (const name of ['Gone', 'Moved', 'Came']) {
      await company.customers.create({ DisplayName: name, ...mail(`${name}@example.com`) })
    }
    await pulled(company)
    const syncId = await pulled(stripe)
    await company.workspace.request('DELETE', `/v1/records/${(await recordNamed(company, 'Gone')).id}`)
    await patch(company, (await recordNamed(company, 'Moved')).id, { email: 'elsewhere@example.com' })
    const came = await recordNamed(company, 'Came')
    await patch(company, came.id, { email: 'new@example.com' })
    await addToStripe({ name: 'Gone', email: 'gone@example.com' })
    await addToStripe({ name: 'Moved', email: 'moved@example.com' })
    await addToStripe({ name: 'Came', email: 'new@example.com' })
    expect(await run(stripe, syncId)).toMatchObject({ counts: { created: 2 } })
    expect(await names(company)).toEqual(['Came', 'Gone', 'Moved', 'Moved'])
  })

  it('gives a record to one item alone, and what a sync has already to no other', async () => {
    const { company, stripe, addToStripe } = await twoPlatforms(first)
    await company.customers.create({ DisplayName: 'Info', ...mail('info@example.com') })
    await pulled(company)
    await addToStripe({ name: 'First', email: 'info@example.com' })
    await addToStripe({ name: 'Second', email: 'info@example.com' })
    const syncId = await pulled(stripe, { conflictPolicy: 'hub' })
    expect(await records(company)).toHaveLength(2)
    await addToStripe({ name: 'Third', email: 'info@example.com' })
    await run(stripe, syncId)
    expect(await records(company)).toHaveLength(3)
    expect(await matchesOf(stripe, syncId)).toEqual([])
  })

  it('matches by the keys that the sync says, in their order, and not at all by none', async () => {
    const { company, stripe, addToStripe } = await twoPlatforms(first)
    await company.customers.create({ DisplayName: 'Ada', PrimaryPhone: { FreeFormNumber: '(555) 555-1234' } })
    await company.customers.create({ DisplayName: 'Bob', ...mail('bob@example.com') })
    const books = await pulled(company)
    await addToStripe({ name: 'A. Byron', phone: '555 555 1234' })
    await addToStripe({ name: 'Bob', email: 'bob@example.com' })
    const model = await company.workspace.request('POST', '/v1/syncs', {
      ...{ connectionId: stripe.connectionId, model: 'customers', match: [['nothing']] },
    })
    expect(model.body.error).toMatchObject({ code: 'INVALID_REQUEST', details: { fields: ['nothing'] } })
    const syncId = await pulled(stripe, { match: [['email', 'displayName'], ['phone']], conflictPolicy: 'hub' })
    expect(await names(company)).toEqual(['Ada', 'Bob'])
    const shown = await company.workspace.request('GET', `/v1/syncs/${syncId}`)
    expect(shown.body.match).toEqual([['email', 'displayName'], ['phone']])

    await company.workspace.request('PATCH', `/v1/syncs/${syncId}`, { match: [] })
    await company.customers.create({ DisplayName: 'Cleo', ...mail('cleo@example.com') })
    await addToStripe({ name: 'Cleo', email: 'cleo@example.com' })
    await run(company, books)
    await run(stripe, syncId)
    expect(await names(company)).toEqual(['Ada', 'Bob', 'Cleo', 'Cleo'])
  })
})

describe('an item that may be one of several records', () => {
  /** Two customers of the books with one address, and a customer of Stripe who has it as well. */
  async function ambiguous() {
    const platforms = await twoPlatforms(first)
    const { company, stripe, addToStripe } = platforms
    for (const DisplayName of ['Ada', 'Bob']) await company.customers.create({ DisplayName, ...mail('us@example.com') })
    await pulled(company)
    const externalId = await addToStripe({ name: 'Ada', email: 'us@example.com', phone: '555-1' })
    const syncId = await createSync(stripe, { direction: 'both' })
    expect(await run(stripe, syncId)).toMatchObject({
      status: 'succeeded',
      counts: { created: 0, pushed: 0, failed: 3 },
    })
    const [match, ...others] = await matchesOf(stripe, syncId)
    expect(others).toEqual([])
    const resolve = (recordId: string | null) =>
      company.workspace.request('POST', `/v1/syncs/${syncId}/matches/${match!.id}/resolve`, { recordId })
    return { ...platforms, syncId, externalId, match: match!, resolve }
  }

  it('is no record until a person says which one it is, and joins that one', async () => {
    const { company, stripe, syncId, externalId, match, resolve, inStripe } = await ambiguous()
    expect(await names(company)).toEqual(['Ada', 'Bob'])
    expect(match).toMatchObject({ externalId, data: { displayName: 'Ada', email: 'us@example.com' } })
    expect(match.candidates.map(({ data }) => data.displayName).toSorted()).toEqual(['Ada', 'Bob'])
    const errors = (await company.workspace.request('GET', `/v1/syncs/${syncId}/errors`)).body.data
    expect(errors).toContainEqual(expect.objectContaining({ code: 'AMBIGUOUS_MATCH', externalId, retryAt: null }))
    // Neither was made at Stripe: one of them is there.
    expect(await inStripe()).toHaveLength(1)

    expect((await resolve('rec_00000000000000000000000000')).body.error.code).toBe('RECORD_NOT_FOUND')
    const ada = await recordNamed(company, 'Ada')
    expect((await resolve(ada.id)).status).toBe(204)
    expect((await recordNamed(company, 'Ada')).data.phone).toBe('555-1')
    expect((await resolve(ada.id)).body.error.code).toBe('RECORD_NOT_FOUND')
    const { body: history } = await company.workspace.request('GET', `/v1/records/${ada.id}/history`)
    expect(history.data).toContainEqual(expect.objectContaining({ kind: 'joined' }))
    await run(stripe, syncId, { full: true })
    expect(await matchesOf(stripe, syncId)).toEqual([])
    expect(await records(company)).toHaveLength(2)
    // Both of the books are there once, Ada as the customer that was there.
    expect((await inStripe()).map(({ name }) => name).toSorted()).toEqual(['Ada', 'Bob'])
    expect((await inStripe()).filter(({ name }) => name === 'Ada')).toMatchObject([{ id: externalId }])
  })

  it('becomes a record of its own where a person says so', async () => {
    const { company, stripe, syncId, match, resolve, inStripe } = await ambiguous()
    expect((await resolve(null)).status).toBe(204)
    await run(stripe, syncId, { full: true })
    expect(await names(company)).toEqual(['Ada', 'Ada', 'Bob'])
    expect((await records(company)).map(({ id }) => id)).toContain(match.id)
    expect(await matchesOf(stripe, syncId)).toEqual([])
    expect(await inStripe()).toHaveLength(3)
  })

  it('joins by itself once one record alone has its key', async () => {
    const { company, stripe, syncId, inStripe } = await ambiguous()
    await patch(company, (await recordNamed(company, 'Bob')).id, { email: 'bob@example.com' })
    await run(stripe, syncId, { full: true })
    expect(await matchesOf(stripe, syncId)).toEqual([])
    expect(await names(company)).toEqual(['Ada', 'Bob'])
    expect((await recordNamed(company, 'Ada')).data.phone).toBe('555-1')
    expect((await inStripe()).map(({ name }) => name).toSorted()).toEqual(['Ada', 'Bob'])
  })
})
