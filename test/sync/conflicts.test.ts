import { eventually } from '../connections/accounts.ts'
import { anotherCompany, connectedCompany, createSync, patch, recordNamed, run, type Company } from './company.ts'

const first = await connectedCompany(6)

/** A company whose first customer's notes were changed on both sides, each in its own way, and its e-mail in the hub only. */
async function collided(policy: string): Promise<{ company: Company; syncId: string; name: string; recordId: string }> {
  const company = await anotherCompany(first.hub, first.sandbox)
  const syncId = await createSync(company, { direction: 'both', conflictPolicy: policy })
  await run(company, syncId)
  const name = (await company.customers.list()).find(customer => customer.Active)!.DisplayName
  const { id: recordId } = await recordNamed(company, name)
  await company.customers.change(name, { Notes: 'platform' })
  await patch(company, recordId, { notes: 'hub', email: 'hub@example.com' })
  return { company, syncId, name, recordId }
}

async function bothSides({ company, name }: { company: Company; name: string }) {
  const [customer, record] = await Promise.all([company.customers.get(name), recordNamed(company, name)])
  return { platform: customer.Notes, hub: record.data.notes, email: customer.PrimaryEmailAddr }
}

describe('a field that both sides changed', () => {
  it('takes the platform’s value by the policy provider', async () => {
    const found = await collided('provider')
    expect((await run(found.company, found.syncId)).counts).toMatchObject({ conflicts: 1, updated: 1, pushed: 1 })
    expect(await bothSides(found)).toEqual({
      ...{ platform: 'platform', hub: 'platform', email: { Address: 'hub@example.com' } },
    })
  })

  it('takes the hub’s value by the policy hub', async () => {
    const found = await collided('hub')
    expect((await run(found.company, found.syncId)).counts).toMatchObject({ conflicts: 1, updated: 0, pushed: 1 })
    expect(await bothSides(found)).toEqual({ platform: 'hub', hub: 'hub', email: { Address: 'hub@example.com' } })
    expect((await run(found.company, found.syncId)).counts).toMatchObject({ conflicts: 0, pushed: 0, updated: 0 })
  })

  it('takes the later change by the policy newest', async () => {
    const found = await collided('newest')
    // The platform keeps whole seconds: its change is put clearly before the hub's.
    await found.company.hub.pool.query(`update records set updated_at = now() + interval '1 minute' where id = $1`, [
      found.recordId,
    ])
    await run(found.company, found.syncId)
    expect(await bothSides(found)).toMatchObject({ platform: 'hub', hub: 'hub' })

    const other = await collided('newest')
    await other.company.hub.pool.query(`update records set updated_at = now() - interval '1 hour' where id = $1`, [
      other.recordId,
    ])
    await run(other.company, other.syncId)
    expect(await bothSides(other)).toMatchObject({ platform: 'platform', hub: 'platform' })
  })

  it('is held for a person by the policy manual, while the rest goes on', async () => {
    const found = await collided('manual')
    const { company, syncId, recordId } = found
    expect((await run(company, syncId)).counts).toMatchObject({ conflicts: 1, pushed: 1 })
    expect(await bothSides(found)).toEqual({
      ...{ platform: 'platform', hub: 'hub', email: { Address: 'hub@example.com' } },
    })
    const url = `/v1/syncs/${syncId}/conflicts`
    const { body } = await company.workspace.request('GET', url)
    expect(body.data).toEqual([
      expect.objectContaining({
        recordId,
        deletedBy: null,
        fields: { notes: expect.objectContaining({ hub: 'hub', provider: 'platform' }) as unknown },
      }),
    ])
    // Nothing moves until somebody decides.
    expect((await run(company, syncId)).counts).toMatchObject({ pushed: 0, updated: 0 })

    const resolve = (choice: unknown) => company.workspace.request('POST', `${url}/${recordId}/resolve`, choice)
    expect((await resolve({})).body.error.code).toBe('INVALID_REQUEST')
    expect((await resolve({ fields: { email: { use: 'hub' } } })).body.error.code).toBe('INVALID_REQUEST')
    expect((await resolve({ fields: { notes: { value: 7 } } })).body.error.details).toEqual([
      { path: 'body.fields.notes.value', message: 'Must be a text' },
    ])
    expect((await resolve({ fields: { notes: { value: 'decided' } } })).status).toBe(204)
    await eventually('the decision at the platform', async () => {
      return (await bothSides(found)).platform === 'decided'
    })
    expect(await bothSides(found)).toMatchObject({ hub: 'decided' })
    expect((await company.workspace.request('GET', url)).body.data).toEqual([])
    expect((await resolve({ use: 'hub' })).body.error.code).toBe('CONFLICT')
  })

  it('goes to the side that a person names', async () => {
    for (const use of ['hub', 'provider'] as const) {
      const found = await collided('manual')
      await run(found.company, found.syncId)
      const url = `/v1/syncs/${found.syncId}/conflicts/${found.recordId}/resolve`
      await found.company.workspace.request('POST', url, { use })
      const value = use === 'hub' ? 'hub' : 'platform'
      await eventually('the decision on both sides', async () => {
        const { platform, hub } = await bothSides(found)
        return platform === value && hub === value
      })
    }
  })
})

describe('what one side deleted and the other changed', () => {
  async function halfDeleted(policy: string, deletedBy: 'hub' | 'provider') {
    const company = await anotherCompany(first.hub, first.sandbox)
    const syncId = await createSync(company, { direction: 'both', conflictPolicy: policy })
    await run(company, syncId)
    const name = (await company.customers.list()).find(customer => customer.Active)!.DisplayName
    const { id: recordId } = await recordNamed(company, name)
    if (deletedBy === 'hub') {
      await company.workspace.request('DELETE', `/v1/records/${recordId}`)
      await company.customers.change(name, { Notes: 'still wanted' })
    } else {
      await patch(company, recordId, { notes: 'still wanted' })
      await company.customers.change(name, { Active: false })
    }
    const { counts } = await run(company, syncId)
    const state = async () => {
      const [customer, record] = [await company.customers.get(name), await recordNamed(company, name, '&deleted=true')]
      return { platform: customer.Active, hub: record.deletedAt === null, notes: [customer.Notes, record.data.notes] }
    }
    return { company, syncId, recordId, counts, state }
  }

  it.each([
    ['provider', 'provider', { platform: false, hub: false }],
    ['hub', 'provider', { platform: true, hub: true, notes: ['still wanted', 'still wanted'] }],
    ['provider', 'hub', { platform: true, hub: true, notes: ['still wanted', 'still wanted'] }],
    ['hub', 'hub', { platform: false, hub: false }],
  ] as const)('is settled by the policy %s when the %s deleted', async (policy, deletedBy, expected) => {
    const { counts, state, company, syncId } = await halfDeleted(policy, deletedBy)
    expect(counts.conflicts).toBe(1)
    expect(await state()).toMatchObject(expected)
    expect((await run(company, syncId)).counts).toMatchObject({ conflicts: 0, pushed: 0, updated: 0, deleted: 0 })
  })

  it.each([
    ['provider', 'hub', { platform: true, hub: true }],
    ['provider', 'provider', { platform: false, hub: false }],
    ['hub', 'provider', { platform: true, hub: true }],
    ['hub', 'hub', { platform: false, hub: false }],
  ] as const)('is held when the %s deleted, and settled for the %s', async (deletedBy, use, expected) => {
    const { company, syncId, recordId, state } = await halfDeleted('manual', deletedBy)
    const url = `/v1/syncs/${syncId}/conflicts`
    const { body } = await company.workspace.request('GET', url)
    expect(body.data).toMatchObject([{ recordId, deletedBy }])
    expect((await company.workspace.request('POST', `${url}/${recordId}/resolve`, { use })).status).toBe(204)
    await eventually('the decision on both sides', async () => {
      const { platform, hub } = await state()
      return platform === expected.platform && hub === expected.hub
    })
    expect((await company.workspace.request('GET', url)).body.data).toEqual([])
  })
})

describe('a write that is based on what is no longer there', () => {
  it('learns what is there by the refusal, and settles', async () => {
    const company = await anotherCompany(first.hub, first.sandbox)
    const syncId = await createSync(company, { direction: 'push', conflictPolicy: 'provider', collection: 'stale' })
    const url = '/v1/records'
    const data = { displayName: 'Stale One', notes: 'one' }
    const made = await company.workspace.request('POST', url, { collection: 'stale', data })
    expect((await run(company, syncId)).counts).toMatchObject({ pushed: 1 })
    // This sync only pushes: that the platform has something newer it learns by the refusal of its version (5010).
    await company.customers.change('Stale One', { Notes: 'two', CompanyName: 'Theirs' })
    await patch(company, made.body.id, { notes: 'three', phone: '123' })
    const { counts } = await run(company, syncId)
    expect(counts).toMatchObject({ conflicts: 1, pushed: 1, failed: 0 })
    expect(await company.customers.get('Stale One')).toMatchObject({
      ...{ Notes: 'two', CompanyName: 'Theirs', PrimaryPhone: { FreeFormNumber: '123' } },
    })
    const { body } = await company.workspace.request<{ data: unknown }>('GET', `${url}/${made.body.id}`)
    expect(body.data).toMatchObject({ notes: 'two', companyName: 'Theirs', phone: '123' })
  })
})
