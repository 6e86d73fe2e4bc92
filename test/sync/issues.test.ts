import { eventually } from '../connections/accounts.ts'
import { createWorkspace } from '../support/hub.ts'
import { syncWorkflowId } from '../../src/sync/contract.ts'
import { searchAttributes } from '../../src/temporal/contract.ts'
import { mostTries } from '../../src/sync/policy.ts'
import { altered, standBetween } from './between.ts'
import { connectedCompany, createSync, patch, run, type Company } from './company.ts'
import { stripeAccount } from './stripe-account.ts'

interface Issue {
  recordId: string
  kind: string
  code: string | null
  message: string | null
  providerCode: string | null
  failures: number
  retryAt: string | null
  waitsForPerson: boolean
  actions: string[]
}

const first = await connectedCompany(0)
const { hub, sandbox } = first
const between = await standBetween(`${sandbox.url}/stripe`)
const account: Company = await stripeAccount(first, between.url)
const { workspace } = account

const issuesOf = async (syncId: string, query = '') =>
  (await workspace.request<{ data: Issue[]; nextCursor: string | null }>('GET', `/v1/syncs/${syncId}/issues${query}`))
    .body
const act = (syncId: string, recordId: string, body: unknown) =>
  workspace.request('POST', `/v1/syncs/${syncId}/issues/${recordId}`, body)
const make = async (collection: string, displayName: string) =>
  (
    await workspace.request('POST', '/v1/records', {
      collection,
      data: { displayName, email: `${displayName.replaceAll(' ', '')}@example.com` },
    })
  ).body.id

const secret = 'A'.repeat(60)

/** A sync that pushes, at whose platform every write of a name with `bad` in it is refused. */
async function refusing(collection: string, names: string[]) {
  between.meddle = async (call, pass) => {
    const name = new URLSearchParams(call.body).get('name')
    if (call.method !== 'POST' || !name?.includes('bad')) return pass(call)
    const error = { type: 'invalid_request_error', code: 'name_invalid', message: `No ${name}:\n ${secret} is wrong` }
    return { status: 400, body: JSON.stringify({ error }) }
  }
  const syncId = await createSync(account, { direction: 'push', collection })
  const ids = []
  for (const name of names) ids.push(await make(collection, name))
  return { syncId, ids }
}

describe('a row that the platform refuses', () => {
  it('is listed with the platform’s own words, cleaned, and mended by a person', async () => {
    const { syncId, ids } = await refusing('refused', ['good', 'bad one'])
    expect(await run(account, syncId)).toMatchObject({
      status: 'succeeded',
      state: 'partial',
      counts: { failed: 1, pushed: 1 },
    })
    const { data } = await issuesOf(syncId)
    expect(data).toMatchObject([
      {
        ...{ recordId: ids[1], kind: 'rejected', code: 'PROVIDER_REJECTED', providerCode: 'name_invalid', failures: 1 },
        ...{ message: 'No bad one: … is wrong', waitsForPerson: false, actions: ['fix', 'retry', 'skip'] },
      },
    ])
    expect(await issuesOf(syncId, '?kind=conflict')).toMatchObject({ data: [] })
    expect((await issuesOf(syncId, '?kind=rejected')).data).toHaveLength(1)
    // Its words are the workspace's alone.
    const { rows } = await hub.pool.query(`select 1 from record_changes where fields::text like '%is wrong%'`)
    expect(rows).toEqual([])
    const history = await hub.temporal.workflow.getHandle(syncWorkflowId(syncId)).fetchHistory()
    expect(JSON.stringify(history)).not.toContain('wrong')

    expect((await act(syncId, ids[1]!, { action: 'fix', data: { displayName: 'mended' } })).status).toBe(204)
    await eventually('the row to be taken', async () => (await issuesOf(syncId)).data.length === 0)
    expect((await act(syncId, ids[1]!, { action: 'retry' })).body.error.code).toBe('CONFLICT')
    expect((await act(syncId, 'rec_nothing', { action: 'retry' })).body.error.code).toBe('RECORD_NOT_FOUND')
  })

  it('is left as it is until its record changes, when a person says so', async () => {
    const { syncId, ids } = await refusing('skipping', ['bad one'])
    await run(account, syncId)
    expect((await act(syncId, ids[0]!, { action: 'skip' })).status).toBe(204)
    expect((await issuesOf(syncId)).data).toEqual([])
    expect((await issuesOf(syncId, '?kind=skipped')).data).toMatchObject([
      { recordId: ids[0], actions: ['retry', 'fix'] },
    ])
    await hub.pool.query('update record_links set retry_at = now() where sync_id = $1', [syncId])
    between.calls.length = 0
    expect((await run(account, syncId)).counts).toMatchObject({ failed: 0, pushed: 0 })
    expect(between.calls.filter(({ method }) => method === 'POST')).toEqual([])
    await patch(account, ids[0]!, { displayName: 'well' })
    expect((await run(account, syncId)).counts).toMatchObject({ failed: 0, pushed: 1 })
    expect((await issuesOf(syncId, '?kind=skipped')).data).toEqual([])
    const { body } = await workspace.request('GET', `/v1/records/${ids[0]}/history`)
    expect(body.data.map(({ kind }) => kind)).toEqual(['pushed', 'updated', 'skipped', 'created'])
  })

  it('is held after some tries, which its sync says until a person has done something', async () => {
    const { syncId, ids } = await refusing('held', ['bad one'])
    await run(account, syncId)
    await hub.pool.query('update record_links set failures = $2, retry_at = now() where sync_id = $1', [
      syncId,
      mostTries - 1,
    ])
    await run(account, syncId)
    expect((await issuesOf(syncId)).data).toMatchObject([{ failures: mostTries, retryAt: null, waitsForPerson: true }])
    const attention = async () => {
      const { typedSearchAttributes } = await hub.temporal.workflow.getHandle(syncWorkflowId(syncId)).describe()
      return typedSearchAttributes.get(searchAttributes.attention)
    }
    await eventually('the workflow to say so', async () => (await attention()) === 'needs_person')
    expect((await workspace.request('GET', `/v1/syncs/${syncId}`)).body).toMatchObject({
      issuesHeld: 1,
      failingSince: null,
    })
    // It is not tried by itself.
    between.calls.length = 0
    await run(account, syncId)
    expect(between.calls.filter(({ method }) => method === 'POST')).toEqual([])
    between.meddle = undefined
    expect((await act(syncId, ids[0]!, { action: 'retry' })).status).toBe(204)
    await eventually('the row to be taken', async () => (await issuesOf(syncId)).data.length === 0)
    await eventually('nothing to be said any more', async () => (await attention()) === 'none')
    expect((await workspace.request('GET', `/v1/syncs/${syncId}`)).body).toMatchObject({ issuesHeld: 0 })
  })

  it('is not mended with what does not fit its collection', async () => {
    const { syncId, ids } = await refusing('customers', ['bad one'])
    await run(account, syncId)
    const { status, body } = await act(syncId, ids[0]!, { action: 'fix', data: { email: 7 } })
    expect([status, body.error.details]).toEqual([400, [{ path: 'body.data.email', message: 'Must be a text' }]])
    expect((await issuesOf(syncId)).data).toMatchObject([{ recordId: ids[0], kind: 'rejected', failures: 1 }])
  })

  it('is done something about together with others of its kind', async () => {
    const { syncId, ids } = await refusing('many', ['bad one', 'bad two', 'bad three'])
    await run(account, syncId)
    const pages: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await issuesOf(syncId, `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      pages.push(...page.data.map(({ recordId }) => recordId))
      cursor = page.nextCursor
    }
    expect(pages).toEqual(ids.toSorted())
    const many = (action: string, body: unknown) =>
      workspace.request('POST', `/v1/syncs/${syncId}/issues/${action}`, body)
    expect((await many('skip', { kind: 'conflict' })).body).toEqual({ done: 0, left: 0 })
    expect((await many('skip', { kind: 'rejected' })).body).toEqual({ done: 3, left: 0 })
    between.meddle = undefined
    expect((await many('retry', { kind: 'skipped' })).body).toEqual({ done: 3, left: 0 })
    await eventually('the rows to be taken', async () => {
      const { rows } = await hub.pool.query(
        'select 1 from record_links where sync_id = $1 and external_id is not null',
        [syncId],
      )
      return rows.length === 3
    })
    const stranger = await createWorkspace(hub)
    const answer = await stranger.request('GET', `/v1/syncs/${syncId}/issues`)
    expect(answer.body.error.code).toBe('SYNC_NOT_FOUND')
  })
})

describe('an item that cannot be understood', () => {
  it('is left as it is until it changes, when a person says so', async () => {
    let name: unknown = 'x'.repeat(1_100_000)
    between.meddle = async (call, pass) => {
      if (call.method !== 'GET' || !call.path.startsWith('/v1/customers?')) return pass(call)
      return altered(await pass(call), json => ({
        ...json,
        data: (json['data'] as Record<string, unknown>[]).slice(0, 1).map(customer => ({ ...customer, name })),
      }))
    }
    const syncId = await createSync(account, { collection: 'odd' })
    expect((await run(account, syncId, { full: true })).counts).toMatchObject({ failed: 1, created: 0 })
    const [issue] = (await issuesOf(syncId)).data
    expect(issue).toMatchObject({ kind: 'invalid', actions: ['retry', 'skip'] })
    expect((await act(syncId, issue!.recordId, { action: 'skip' })).status).toBe(204)
    expect((await run(account, syncId, { full: true })).counts).toMatchObject({ failed: 0, skipped: 1 })
    expect((await issuesOf(syncId)).data).toEqual([])
    name = 'y'.repeat(1_100_000)
    expect((await run(account, syncId, { full: true })).counts).toMatchObject({ failed: 1 })
    // One field alone is listed too, and the rest of the item is taken.
    name = { not: 'a text' }
    await run(account, syncId, { full: true })
    const { data } = await issuesOf(syncId)
    expect(data).toMatchObject([{ kind: 'unfit', fieldErrors: { displayName: 'FIELD_UNFIT' }, actions: ['fix'] }])
    expect(await issuesOf(syncId, '?kind=unfit')).toEqual({ data, nextCursor: null })
    name = 'A name'
    expect((await run(account, syncId, { full: true })).counts).toMatchObject({ failed: 0, updated: 1 })
    expect((await issuesOf(syncId)).data).toEqual([])
  })
})
