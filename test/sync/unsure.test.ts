import { standBetween } from './between.ts'
import { connectedCompany, createSync, endOf, patch, records, run } from './company.ts'
import { stripeAccount } from './stripe-account.ts'

const first = await connectedCompany(0)
const { hub, sandbox } = first
const between = await standBetween(`${sandbox.url}/stripe`)
const account = await stripeAccount(first, between.url)
const { workspace } = account

const posts = () => between.calls.filter(({ method }) => method === 'POST')

/** A customer that Stripe was told to make when its answer was lost, longer ago than it remembers a key. */
async function unsure(name: string, collection: string, isMade: boolean) {
  const syncId = await createSync(account, { direction: 'push', collection })
  const { body } = await workspace.request('POST', '/v1/records', { collection, data: { displayName: name } })
  between.calls.length = 0
  between.meddle = async (call, pass) => {
    if (call.method !== 'POST') return pass(call)
    if (isMade) await pass(call)
    return 'drop'
  }
  const asked = await workspace.request('POST', `/v1/syncs/${syncId}/runs`)
  while (posts().length === 0) await new Promise(resolve => setTimeout(resolve, 20))
  await workspace.request('POST', `/v1/syncs/${syncId}/pause`)
  await endOf(workspace, syncId, asked.body.id)
  between.meddle = undefined
  between.calls.length = 0
  await hub.pool.query(`update push_calls set sent_at = sent_at - interval '25 hours' where sync_id = $1`, [syncId])
  await workspace.request('POST', `/v1/syncs/${syncId}/resume`)
  return { syncId, recordId: body.id }
}

const errorsOf = async (syncId: string) => (await workspace.request('GET', `/v1/syncs/${syncId}/errors`)).body.data

const customersNamed = async (name: string) => {
  const answer = await fetch(`${between.url}/v1/customers?limit=100`, {
    headers: { authorization: between.calls.find(({ headers }) => headers.authorization)!.headers.authorization! },
  })
  const { data } = (await answer.json()) as { data: { id: string; name: string }[] }
  return data.filter(customer => customer.name === name)
}

describe('a create whose answer never came, and whose key is forgotten', () => {
  it('is never sent again blindly, and goes on with the item that a person names', async () => {
    const { syncId, recordId } = await unsure('Made once', 'made', true)
    expect(await run(account, syncId)).toMatchObject({ status: 'succeeded', counts: { failed: 1, pushed: 0 } })
    expect(await errorsOf(syncId)).toMatchObject([{ recordId, code: 'WRITE_UNSURE', externalId: null, retryAt: null }])
    await patch(account, recordId, { email: 'a@example.com' })
    await run(account, syncId)
    expect(posts()).toEqual([])

    // What it made comes as a record of its own with a pull; a person says that the two are one.
    await workspace.request('PATCH', `/v1/syncs/${syncId}`, { direction: 'both' })
    await run(account, syncId, { full: true })
    expect((await records(account, '', 'made')).filter(({ data }) => data.displayName === 'Made once')).toHaveLength(2)
    const [made] = await customersNamed('Made once')
    const url = `/v1/syncs/${syncId}/errors/${recordId}/resolve`
    expect((await workspace.request('POST', url, { externalId: made!.id })).status).toBe(204)
    await run(account, syncId)
    expect(await customersNamed('Made once')).toMatchObject([{ id: made!.id, email: 'a@example.com' }])
    expect((await records(account, '', 'made')).filter(({ data }) => data.displayName === 'Made once')).toMatchObject([
      { id: recordId, data: { email: 'a@example.com' } },
    ])
    expect(await errorsOf(syncId)).toEqual([])
    expect((await workspace.request('POST', url, { externalId: null })).body.error.code).toBe('CONFLICT')
  })

  it('is sent again when a person says that nothing was made', async () => {
    const { syncId, recordId } = await unsure('Not made', 'unmade', false)
    await run(account, syncId)
    const url = `/v1/syncs/${syncId}/errors/${recordId}/resolve`
    expect((await workspace.request('POST', url, { externalId: null })).status).toBe(204)
    await run(account, syncId)
    expect(await customersNamed('Not made')).toHaveLength(1)
    expect(await errorsOf(syncId)).toEqual([])
  })

  it('is sent again by itself when it never reached the platform', async () => {
    const collection = 'refused'
    const syncId = await createSync(account, { direction: 'push', collection })
    await workspace.request('POST', '/v1/records', { collection, data: { displayName: 'Later' } })
    let met = 0
    between.meddle = (call, pass) =>
      call.method === 'POST' && met++ < 2
        ? Promise.resolve({ status: 429, body: '{}', headers: { 'retry-after': '0.1' } })
        : pass(call)
    expect(await run(account, syncId)).toMatchObject({ status: 'succeeded', counts: { pushed: 1, failed: 0 } })
    expect(await customersNamed('Later')).toHaveLength(1)
    expect((await hub.pool.query('select 1 from push_calls')).rowCount).toBe(0)
  })
})
