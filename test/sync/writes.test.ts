import { altered, standBetween, type Meddle } from './between.ts'
import {
  anotherCompany,
  connectedCompany,
  createSync,
  patch,
  recordNamed,
  records,
  run,
  type Company,
} from './company.ts'

const first = await connectedCompany(0)
const { hub, sandbox } = first
const between = await standBetween(`${sandbox.url}/quickbooks`)

afterEach(() => {
  between.meddle = undefined
  between.calls.length = 0
})

/** A company whose API is called through `between`, and a sync with it. */
async function company(settings: Record<string, unknown> = {}) {
  const own = await anotherCompany(hub, sandbox, between.url)
  const syncId = await createSync(own, { direction: 'both', conflictPolicy: 'newest', ...settings })
  await run(own, syncId)
  return { own, syncId }
}

const create = async ({ workspace }: Company, data: Record<string, unknown>) =>
  (await workspace.request('POST', '/v1/records', { collection: 'customers', data })).body.id

const errorsOf = async ({ workspace }: Company, syncId: string) =>
  (await workspace.request('GET', `/v1/syncs/${syncId}/errors`)).body.data

const isWrite = ({ method }: { method: string }) => method === 'POST'
const writes = () => between.calls.filter(isWrite)

/** Meddles with the first so many writes. */
function withWrites(times: number, meddle: Meddle): Meddle {
  let met = 0
  return async (call, pass) => (isWrite(call) && met++ < times ? meddle(call, pass) : pass(call))
}

/** The platform does the work and its answer is lost. */
const dropAnswer: Meddle = async (call, pass) => {
  await pass(call)
  return 'drop'
}

async function both(own: Company, name: string) {
  const [item, record] = [await own.customers.get(name), await recordNamed(own, name)]
  return { platform: item.Notes, hub: record.data.notes }
}

describe('a batch that is sent again', () => {
  it('gives each record its own answer, though the records have changed their order since', async () => {
    const { own, syncId } = await company()
    const a = await create(own, { displayName: 'A', notes: 'of A' })
    await create(own, { displayName: 'B', notes: 'of B' })
    // Now A comes after B in the order of changes, and before it in the order of ids.
    await patch(own, a, { notes: 'of A, later' })
    between.meddle = withWrites(1, dropAnswer)
    expect(await run(own, syncId)).toMatchObject({ status: 'succeeded', counts: { pushed: 2, failed: 0 } })
    const [one, again] = writes()
    expect(again).toMatchObject({ path: one!.path, body: one!.body })
    expect(await both(own, 'A')).toEqual({ platform: 'of A, later', hub: 'of A, later' })
    expect(await both(own, 'B')).toEqual({ platform: 'of B', hub: 'of B' })
    await patch(own, a, { notes: 'of A, last' })
    await run(own, syncId)
    expect(await both(own, 'A')).toEqual({ platform: 'of A, last', hub: 'of A, last' })
    expect((await run(own, syncId, { full: true })).counts).toMatchObject({ created: 0, updated: 0, pushed: 0 })
  })

  it('gives each record its own answer in whatever order the answers come', async () => {
    const { own, syncId } = await company()
    for (const name of ['One', 'Two', 'Three']) await create(own, { displayName: name, notes: `of ${name}` })
    between.meddle = withWrites(1, async (call, pass) =>
      altered(await pass(call), ({ BatchItemResponse }) => ({
        BatchItemResponse: (BatchItemResponse as unknown[]).reverse(),
      })),
    )
    expect((await run(own, syncId)).counts).toMatchObject({ pushed: 3, failed: 0 })
    for (const name of ['One', 'Two', 'Three']) {
      expect(await both(own, name)).toEqual({ platform: `of ${name}`, hub: `of ${name}` })
    }
  })

  it('says the very same though one of its records needs nothing any more', async () => {
    const { own, syncId } = await company()
    const ids = [await create(own, { displayName: 'Kept' }), await create(own, { displayName: 'Settled' })]
    await run(own, syncId)
    for (const id of ids) await patch(own, id, { notes: 'edited' })
    between.calls.length = 0
    // The answer is lost, and the run ends before it can be asked for again.
    between.meddle = async (call, pass) => (isWrite(call) ? dropAnswer(call, pass) : pass(call))
    const asked = await own.workspace.request('POST', `/v1/syncs/${syncId}/runs`)
    while (writes().length === 0) await new Promise(resolve => setTimeout(resolve, 20))
    await own.workspace.request('POST', `/v1/syncs/${syncId}/pause`)
    between.meddle = undefined
    const [sent] = writes()
    await hub.pool.query(`update record_links set push_key = null where record_id = $1`, [ids[1]])
    await own.workspace.request('POST', `/v1/syncs/${syncId}/resume`)
    between.calls.length = 0
    expect(asked.status).toBe(202)
    expect(await run(own, syncId)).toMatchObject({ status: 'succeeded', counts: { failed: 0 } })
    expect(writes()[0]).toMatchObject({ path: sent!.path, body: sent!.body })
    expect(await both(own, 'Kept')).toEqual({ platform: 'edited', hub: 'edited' })
    expect((await hub.pool.query('select 1 from push_calls where sync_id = $1', [syncId])).rowCount).toBe(0)
  })

  it('believes none of its answers when one is to something that was not asked', async () => {
    const { own, syncId } = await company()
    for (const name of ['Mine', 'Yours']) await create(own, { displayName: name, notes: `of ${name}` })
    between.meddle = withWrites(1, async (call, pass) =>
      altered(await pass(call), ({ BatchItemResponse }) => ({
        BatchItemResponse: (BatchItemResponse as Record<string, unknown>[]).map((answer, n) => ({
          ...answer,
          bId: String(n),
        })),
      })),
    )
    expect((await run(own, syncId)).counts).toMatchObject({ pushed: 2, failed: 0 })
    expect(writes()).toHaveLength(2)
    expect(await both(own, 'Mine')).toEqual({ platform: 'of Mine', hub: 'of Mine' })
  })
})

describe('an answer to a write', () => {
  it('that names another record’s item is told of that row alone', async () => {
    const { own, syncId } = await company()
    await create(own, { displayName: 'Owner' })
    await run(own, syncId)
    const owner = await own.customers.get('Owner')
    const [other, fine] = [
      await create(own, { displayName: 'Other' }),
      await create(own, { displayName: 'Fine', notes: 'fine' }),
    ]
    between.meddle = withWrites(1, async (call, pass) =>
      altered(await pass(call), ({ BatchItemResponse }) => ({
        BatchItemResponse: (BatchItemResponse as { Customer: object; bId: string }[]).map(answer =>
          answer.bId === other ? { ...answer, Customer: { ...answer.Customer, Id: owner.Id } } : answer,
        ),
      })),
    )
    expect(await run(own, syncId)).toMatchObject({ status: 'succeeded', counts: { failed: 1 } })
    expect(await errorsOf(own, syncId)).toMatchObject([{ recordId: other, code: 'LINKED_ELSEWHERE', retryAt: null }])
    expect((await recordNamed(own, 'Fine')).id).toBe(fine)
    between.calls.length = 0
    // Edited or not, it is not made a second time.
    await patch(own, other, { notes: 'edited' })
    expect(await run(own, syncId)).toMatchObject({ status: 'succeeded', counts: { pushed: 0 } })
    expect(writes()).toEqual([])
  })

  it('that cannot be understood keeps the id of what was made: no second customer, and no second record', async () => {
    const { own, syncId } = await company()
    const id = await create(own, { displayName: 'Num', notes: '10.50' })
    const odd: Meddle = async (call, pass) => {
      const answer = await pass(call)
      if (answer.status !== 200 || !/\/customer[/?]/.test(call.path)) return answer
      return altered(answer, ({ Customer }) => ({
        Customer: { ...(Customer as object), Notes: 'x'.repeat(1_100_000) },
      }))
    }
    between.meddle = odd
    expect((await run(own, syncId)).counts).toMatchObject({ pushed: 1, failed: 1 })
    const made = await own.customers.get('Num')
    expect(await errorsOf(own, syncId)).toMatchObject([{ recordId: id, externalId: made.Id, code: 'INVALID_ITEM' }])
    await patch(own, id, { phone: '123' })
    await run(own, syncId)
    between.meddle = undefined
    await hub.pool.query(`update record_links set retry_at = now() where record_id = $1`, [id])
    await run(own, syncId)
    expect(await errorsOf(own, syncId)).toEqual([])
    expect(await run(own, syncId, { full: true })).toMatchObject({ counts: { created: 0, pushed: 0 } })
    expect(await own.customers.list()).toHaveLength(1)
    expect(await records(own)).toMatchObject([{ id, data: { notes: '10.50', phone: '123' } }])
    expect((await own.customers.get('Num')).PrimaryPhone).toEqual({ FreeFormNumber: '123' })
  })

  it('that holds nothing but id and version empties no record', async () => {
    const { own, syncId } = await company()
    const id = await create(own, { displayName: 'Part', email: 'part@example.com' })
    await run(own, syncId)
    await patch(own, id, { notes: 'edited' })
    between.meddle = withWrites(1, async (call, pass) =>
      altered(await pass(call), ({ Customer }) => {
        const { Id, SyncToken } = Customer as Record<string, unknown>
        return { Customer: { Id, SyncToken } }
      }),
    )
    expect((await run(own, syncId)).counts).toMatchObject({ pushed: 1, updated: 0, failed: 0 })
    expect(await records(own)).toMatchObject([
      { id, data: { displayName: 'Part', email: 'part@example.com', notes: 'edited' } },
    ])
  })

  it('that leaves out what the platform does not keep takes it from the record', async () => {
    const { own, syncId } = await company()
    between.meddle = async (call, pass) =>
      pass(isWrite(call) ? { ...call, body: call.body.replace(/,?"WebAddr":\{[^}]*\}/, '') } : call)
    await create(own, { displayName: 'Webless', website: 'https://example.com' })
    await run(own, syncId)
    expect((await recordNamed(own, 'Webless')).data).not.toHaveProperty('website')
  })
})

describe('a write that is refused because something is not there', () => {
  const refuse: Meddle = () =>
    Promise.resolve({ status: 400, body: JSON.stringify({ Fault: { Error: [{ code: '610' }] } }) })

  it('ends nothing when the thing itself is there', async () => {
    const { own, syncId } = await company()
    const id = await create(own, { displayName: 'There' })
    await run(own, syncId)
    await patch(own, id, { notes: 'wanted' })
    between.meddle = withWrites(1, refuse)
    expect((await run(own, syncId)).counts).toMatchObject({ deleted: 0, failed: 1 })
    expect(await errorsOf(own, syncId)).toMatchObject([{ recordId: id, code: 'PROVIDER_REJECTED' }])
    await hub.pool.query(`update record_links set retry_at = now() where record_id = $1`, [id])
    await run(own, syncId)
    expect(await both(own, 'There')).toEqual({ platform: 'wanted', hub: 'wanted' })
  })

  it('is a tombstone when a look at the item says so too', async () => {
    const { own, syncId } = await company({ conflictPolicy: 'provider', direction: 'push' })
    const id = await create(own, { displayName: 'Gone' })
    await run(own, syncId)
    await own.customers.delete('Gone')
    await patch(own, id, { notes: 'too late' })
    expect((await run(own, syncId)).counts).toMatchObject({ deleted: 1 })
  })

  it('makes a customer anew that was merged away, when the hub’s edit is the newer one', async () => {
    const { own, syncId } = await company()
    const id = await create(own, { displayName: 'Merged' })
    await run(own, syncId)
    const before = await own.customers.get('Merged')
    await own.customers.delete('Merged')
    await patch(own, id, { notes: 'newer' })
    await hub.pool.query(`update records set updated_at = now() + interval '1 minute' where id = $1`, [id])
    expect(await run(own, syncId)).toMatchObject({ counts: { pushed: 1, failed: 0 } })
    const made = await own.customers.get('Merged')
    expect(made.Id).not.toBe(before.Id)
    expect(await both(own, 'Merged')).toEqual({ platform: 'newer', hub: 'newer' })
    expect((await run(own, syncId, { full: true })).counts).toMatchObject({ pushed: 0, created: 0, deleted: 0 })
  })
})

describe('an id that would lead to another address', () => {
  it('is neither read nor written there', async () => {
    const { own, syncId } = await company()
    const id = await create(own, { displayName: 'Dots' })
    await run(own, syncId)
    await hub.pool.query(`update record_links set external_id = '..', base = null where record_id = $1`, [id])
    await patch(own, id, { notes: 'edited' })
    between.calls.length = 0
    expect(await run(own, syncId)).toMatchObject({ status: 'succeeded', counts: { deleted: 0, failed: 1 } })
    expect(between.calls.filter(({ path }) => /company\/\d+\/?(\?|$)/.test(path))).toEqual([])
  })
})
