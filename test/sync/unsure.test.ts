import { standBetween } from './between.ts'
import { connectedCompany, createSync, patch, records, run } from './company.ts'
import { errorsOf, loseAnswer, postsOf } from './lost-answer.ts'
import { stripeAccount } from './stripe-account.ts'

const first = await connectedCompany(0)
const { hub, sandbox } = first
const between = await standBetween(`${sandbox.url}/stripe`)
const account = await stripeAccount(first, between.url)
const { workspace } = account

const posts = () => postsOf(between)

/** A customer that Stripe was told to make when its answer was lost, longer ago than it remembers a key. */
const unsure = (displayName: string, collection: string, isMade: boolean) =>
  loseAnswer(account, between, { collection, data: { displayName }, isMade, agoHours: 25 })

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
    expect(await errorsOf(account, syncId)).toMatchObject([
      { recordId, code: 'WRITE_UNSURE', externalId: null, retryAt: null },
    ])
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
    expect(await errorsOf(account, syncId)).toEqual([])
    expect((await workspace.request('POST', url, { externalId: null })).body.error.code).toBe('CONFLICT')
  })

  it('is sent again when a person says that nothing was made', async () => {
    const { syncId, recordId } = await unsure('Not made', 'unmade', false)
    await run(account, syncId)
    const url = `/v1/syncs/${syncId}/errors/${recordId}/resolve`
    expect((await workspace.request('POST', url, { externalId: null })).status).toBe(204)
    await run(account, syncId)
    expect(await customersNamed('Not made')).toHaveLength(1)
    expect(await errorsOf(account, syncId)).toEqual([])
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
