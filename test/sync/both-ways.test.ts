import { connectedCompany, createSync, patch, recordNamed, records, run, type ShownRun } from './company.ts'

const nothing = {
  ...{ pulled: 0, created: 0, updated: 0, unchanged: 0, deleted: 0 },
  ...{ pushed: 0, conflicts: 0, failed: 0, skipped: 0 },
}

const company = await connectedCompany(500)
const syncId = await createSync(company, { direction: 'both', conflictPolicy: 'provider' })
const active = (await company.customers.list({ limit: 1000 })).filter(customer => customer.Active)

describe('a sync in both directions', () => {
  const sync = (body?: Record<string, unknown>): Promise<ShownRun> => run(company, syncId, body)
  const named = (index: number) => active[index]!.DisplayName

  it('pulls everything once', async () => {
    const first = await sync()
    expect(first).toMatchObject({ status: 'succeeded', full: true })
    expect(first.counts).toEqual({ ...nothing, pulled: active.length, created: active.length })
    const pulled = await records(company)
    expect(pulled).toHaveLength(active.length)
    const customer = active[0]!
    expect(pulled.find(record => record.data.displayName === customer.DisplayName)?.data).toMatchObject({
      currency: (customer.CurrencyRef as { value: string }).value,
      givenName: customer.GivenName,
    })
  })

  it('writes nothing when nothing has changed', async () => {
    const before = await records(company)
    const again = await sync({ full: true })
    expect(again.counts).toEqual({ ...nothing, pulled: active.length, unchanged: active.length })
    expect(await records(company)).toEqual(before)
  })

  it('asks only for what has changed when nobody asks for everything', async () => {
    const { full, counts } = await sync()
    expect(full).toBe(false)
    expect(counts).toEqual(nothing)
  })

  it('pushes what was changed in the hub, once', async () => {
    const record = await recordNamed(company, named(1))
    await patch(company, record.id, { notes: 'From the hub', phone: '+60 12 000', address: { city: 'Ipoh' } })
    const { counts } = await sync()
    expect(counts).toMatchObject({ pushed: 1, updated: 0, conflicts: 0 })
    const customer = await company.customers.get(named(1))
    expect(customer).toMatchObject({
      Notes: 'From the hub',
      PrimaryPhone: { FreeFormNumber: '+60 12 000' },
      BillAddr: expect.objectContaining({ City: 'Ipoh' }) as unknown,
      SyncToken: '1',
    })
    // The platform's feed tells of our own write: an echo, which moves nothing.
    expect((await sync()).counts).toMatchObject({ pulled: 1, unchanged: 1, pushed: 0, updated: 0 })
    expect((await company.customers.get(named(1))).SyncToken).toBe('1')
  })

  it('empties at the platform what was emptied in the hub', async () => {
    const record = await recordNamed(company, named(1))
    await patch(company, record.id, { notes: null })
    await sync()
    const customer = await company.customers.get(named(1))
    expect(customer.Notes ?? '').toBe('')
    expect(customer).toMatchObject({ PrimaryPhone: { FreeFormNumber: '+60 12 000' } })
    expect((await recordNamed(company, named(1))).data).not.toHaveProperty('notes')
  })

  it('pulls what was changed at the platform', async () => {
    await company.customers.change(named(2), { Notes: 'From the platform' })
    const { counts } = await sync()
    expect(counts).toMatchObject({ updated: 1, pushed: 0, conflicts: 0 })
    expect((await recordNamed(company, named(2))).data.notes).toBe('From the platform')
  })

  it('joins changes of different fields on both sides', async () => {
    const record = await recordNamed(company, named(3))
    await patch(company, record.id, { notes: 'hub notes' })
    await company.customers.change(named(3), { PrimaryEmailAddr: { Address: 'new@example.com' } })
    const { counts } = await sync()
    expect(counts).toMatchObject({ updated: 1, pushed: 1, conflicts: 0 })
    const customer = await company.customers.get(named(3))
    expect(customer).toMatchObject({ Notes: 'hub notes', PrimaryEmailAddr: { Address: 'new@example.com' } })
    expect((await recordNamed(company, named(3))).data).toMatchObject({ notes: 'hub notes', email: 'new@example.com' })
    expect((await sync()).counts).toMatchObject({ updated: 0, pushed: 0 })
  })

  it('keeps members of a record that the platform knows nothing of', async () => {
    const record = await recordNamed(company, named(4))
    await patch(company, record.id, { loyalty: { tier: 'gold' } })
    await company.customers.change(named(4), { Notes: 'x' })
    await sync()
    expect((await recordNamed(company, named(4))).data).toMatchObject({ loyalty: { tier: 'gold' }, notes: 'x' })
  })

  it('creates at the platform what was created in the hub', async () => {
    const made = await company.workspace.request('POST', '/v1/records', {
      collection: 'customers',
      data: { displayName: 'Made in the hub', email: 'hub@example.com', address: { city: 'Penang' } },
    })
    expect(made.status).toBe(201)
    expect((await sync()).counts).toMatchObject({ pushed: 1, created: 0, failed: 0 })
    expect(await company.customers.get('Made in the hub')).toMatchObject({
      PrimaryEmailAddr: { Address: 'hub@example.com' },
      BillAddr: { City: 'Penang' },
    })
    const again = await sync()
    expect(again.counts).toMatchObject({ created: 0, pushed: 0 })
    expect((await records(company)).filter(({ data }) => data.displayName === 'Made in the hub')).toHaveLength(1)
  })

  it('makes tombstones of what the platform deleted, by its feed', async () => {
    await company.customers.change(named(5), { Active: false })
    await company.customers.delete(named(6))
    const { full, counts } = await sync()
    expect(full).toBe(false)
    expect(counts).toMatchObject({ deleted: 2, pushed: 0 })
    expect(await recordNamed(company, named(5), '&deleted=true')).toMatchObject({
      deletedAt: expect.any(String) as unknown,
    })
    expect((await sync()).counts).toMatchObject({ deleted: 0, pushed: 0 })
  })

  it('finds by a full pass what is gone', async () => {
    await company.customers.delete(named(7))
    const { full, counts } = await sync({ full: true })
    expect(full).toBe(true)
    expect(counts).toMatchObject({ deleted: 1, created: 0, pushed: 0 })
    expect((await records(company)).some(({ data }) => data.displayName === named(7))).toBe(false)
  })

  it('deletes at the platform what was deleted in the hub', async () => {
    const record = await recordNamed(company, named(8))
    expect((await company.workspace.request('DELETE', `/v1/records/${record.id}`)).status).toBe(204)
    expect((await sync()).counts).toMatchObject({ pushed: 1 })
    expect((await company.customers.get(named(8))).Active).toBe(false)
    expect((await sync()).counts).toMatchObject({ pushed: 0, created: 0, deleted: 0 })
  })

  it('brings a record back when the platform does', async () => {
    await company.customers.change(named(5), { Active: true })
    expect((await sync()).counts).toMatchObject({ updated: 1 })
    expect(await recordNamed(company, named(5))).toMatchObject({ deletedAt: null })
  })

  it('records a row that the platform refuses, and goes on with the others', async () => {
    const bulk = await company.workspace.request<{ data: { id: string }[] }>('POST', '/v1/records/bulk', {
      collection: 'customers',
      records: [
        { data: { displayName: 'Fine one' } },
        { data: { displayName: named(2) } },
        { data: { displayName: 'Fine two' } },
        { data: { notes: 'nameless' } },
      ],
    })
    expect(bulk.status).toBe(201)
    expect((await sync()).counts).toMatchObject({ pushed: 2, failed: 2 })
    await company.customers.get('Fine one')
    await company.customers.get('Fine two')
    const { body } = await company.workspace.request('GET', `/v1/syncs/${syncId}/errors`)
    const codes = Object.fromEntries(body.data.map(({ recordId, code }) => [recordId as string, code]))
    expect(codes).toEqual({ [bulk.body.data[1]!.id]: 'DUPLICATE', [bulk.body.data[3]!.id]: 'PROVIDER_REJECTED' })
    // Mended, it goes through with the next run.
    await patch(company, bulk.body.data[1]!.id, { displayName: 'Fine three' })
    expect((await sync()).counts).toMatchObject({ pushed: 1, failed: 0 })
  })
})
