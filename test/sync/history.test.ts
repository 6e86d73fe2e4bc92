import { newId } from '../../src/ids.ts'
import { eventually, publishedEvents } from '../connections/accounts.ts'
import { createWorkspace } from '../support/hub.ts'
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

interface Change {
  id: string
  kind: string
  version: number
  actor: { kind: string; id: string } | null
  runId: string | null
  policy: string | null
  fields: {
    path: string
    before?: unknown
    after?: unknown
    winner?: string
    lost?: unknown
    echo?: true
    cut?: true
  }[]
  pushed: { kind: string; externalId: string | null; externalVersion: string | null } | null
}

const first = await connectedCompany(6)
const { hub } = first

async function historyOf({ workspace }: Company, recordId: string, query = '') {
  const { body } = await workspace.request<{ data: Change[]; nextCursor: string | null }>(
    'GET',
    `/v1/records/${recordId}/history${query}`,
  )
  return body
}

/** A company whose sync has run once, and one of its customers. */
async function synced(settings: Record<string, unknown> = {}) {
  const company = await anotherCompany(hub, first.sandbox)
  const syncId = await createSync(company, { direction: 'both', ...settings })
  const begun = await run(company, syncId)
  const name = (await company.customers.list()).find(({ Active, Notes }) => Active && Notes === undefined)!.DisplayName
  const { id: recordId } = await recordNamed(company, name)
  return { company, syncId, name, recordId, begun }
}

const rowsIn = async (workspaceId: string) =>
  (await hub.pool.query('select kind from record_changes where workspace_id = $1', [workspaceId])).rowCount

describe('the history of a record', () => {
  it('says which run of which sync made it, without a row for that', async () => {
    const { company, syncId, recordId, begun } = await synced()
    expect((await historyOf(company, recordId)).data).toMatchObject([
      { kind: 'created', version: 1, actor: { kind: 'sync', id: syncId }, runId: begun.id, fields: [] },
    ])
    expect(await rowsIn(company.workspace.workspaceId)).toBe(0)
  })

  it('says who changed which fields, what was pushed, and which version the platform gave it', async () => {
    const { company, syncId, name, recordId } = await synced()
    await company.customers.change(name, { Notes: 'theirs' })
    const pulled = await run(company, syncId)
    await patch(company, recordId, { notes: 'ours', nested: { deep: [1] } })
    const pushed = await run(company, syncId)
    const { data } = await historyOf(company, recordId)
    expect(data).toMatchObject([
      {
        kind: 'pushed',
        actor: { kind: 'sync', id: syncId },
        runId: pushed.id,
        fields: [{ path: 'notes', before: 'theirs', after: 'ours' }],
        pushed: { kind: 'update', externalId: expect.any(String) as string },
      },
      { kind: 'updated', actor: { kind: 'api_key' }, runId: null, version: 3 },
      { kind: 'updated', actor: { kind: 'sync', id: syncId }, runId: pulled.id, version: 2 },
      { kind: 'created' },
    ])
    expect(data[0]!.pushed!.externalVersion).toBe((await company.customers.get(name)).SyncToken)
    expect(data[1]!.fields.map(({ path }) => path).toSorted()).toEqual(['nested', 'notes'])
    expect(data[2]!.fields).toEqual([{ path: 'notes', after: 'theirs' }])
    // Nothing was changed: nothing is said.
    await run(company, syncId)
    expect((await historyOf(company, recordId)).data).toHaveLength(4)
  })

  it('is given page by page, with how it was made on the last', async () => {
    const company = await anotherCompany(hub, first.sandbox)
    const made = await company.workspace.request('POST', '/v1/records', { collection: 'paged', data: { n: 0 } })
    for (const n of [1, 2, 3]) await patch(company, made.body.id, { n })
    const seen: [string, unknown][] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await historyOf(company, made.body.id, `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      seen.push(...page.data.map(({ kind, fields }): [string, unknown] => [kind, fields[0]?.after]))
      cursor = page.nextCursor
    }
    expect(seen).toEqual([
      ['updated', 3],
      ['updated', 2],
      ['updated', 1],
      ['created', undefined],
    ])
    const stranger = await createWorkspace(hub)
    const answer = await stranger.request('GET', `/v1/records/${made.body.id}/history`)
    expect(answer.body.error.code).toBe('RECORD_NOT_FOUND')
  })

  it('keeps no value that is long, and says so', async () => {
    const company = await anotherCompany(hub, first.sandbox)
    const made = await company.workspace.request('POST', '/v1/records', { collection: 'long', data: { n: 0 } })
    await patch(company, made.body.id, { text: 'x'.repeat(501), n: 1 })
    const { data } = await historyOf(company, made.body.id)
    expect(data[0]!.fields.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: 'n', before: 0, after: 1 },
      { path: 'text', cut: true },
    ])
  })

  it('says whose value counted where both sides had changed a field, and by which policy', async () => {
    for (const [policy, winner, lost] of [
      ['provider', 'provider', 'ours'],
      ['hub', 'hub', 'theirs'],
    ] as const) {
      const { company, syncId, name, recordId } = await synced({ conflictPolicy: policy })
      await company.customers.change(name, { Notes: 'theirs' })
      await patch(company, recordId, { notes: 'ours' })
      await run(company, syncId)
      const { data } = await historyOf(company, recordId)
      const decided = data.find(change => change.policy !== null)!
      expect(decided).toMatchObject({ policy, kind: winner === 'hub' ? 'kept' : 'updated' })
      expect(decided.fields).toMatchObject([{ path: 'notes', winner, lost }])
    }
  })

  it('says that a conflict is held, once, and what a person decided', async () => {
    const { company, syncId, name, recordId } = await synced({ conflictPolicy: 'manual' })
    await company.customers.change(name, { Notes: 'theirs' })
    await patch(company, recordId, { notes: 'ours' })
    await run(company, syncId)
    await run(company, syncId, { full: true })
    const url = `/v1/syncs/${syncId}/issues/${recordId}`
    expect((await company.workspace.request('POST', url, { action: 'retry' })).body.error.code).toBe('CONFLICT')
    expect((await company.workspace.request('POST', url, { action: 'resolve', use: 'provider' })).status).toBe(204)
    const { data } = await historyOf(company, recordId)
    expect(data.map(({ kind }) => kind).filter(kind => kind !== 'pushed')).toEqual([
      'resolved',
      'held',
      'updated',
      'created',
    ])
    expect(data.find(({ kind }) => kind === 'held')).toMatchObject({
      policy: 'manual',
      fields: [{ path: 'notes', winner: 'held', after: 'ours', lost: 'theirs' }],
    })
    expect(data.find(({ kind }) => kind === 'resolved')).toMatchObject({
      actor: { kind: 'api_key' },
      fields: [{ path: 'notes', before: 'ours', after: 'theirs' }],
    })
  })

  it('says who deleted it', async () => {
    const { company, syncId, recordId, name } = await synced()
    await company.workspace.request('DELETE', `/v1/records/${recordId}`)
    await run(company, syncId)
    expect((await company.customers.get(name)).Active).toBe(false)
    expect((await historyOf(company, recordId)).data).toMatchObject([
      { kind: 'pushed', pushed: { kind: 'delete' } },
      { kind: 'deleted', actor: { kind: 'api_key' } },
      { kind: 'created' },
    ])
  })

  it('is in partitions of its days', async () => {
    const { rows } = await hub.pool.query<{ part: string }>(
      'select tableoid::regclass::text as part from record_changes limit 1',
    )
    expect(rows[0]!.part).toMatch(/^record_changes_p\d{8}$/)
    expect(newId('recordChange')).toMatch(/^rch_/)
  })
})

describe('events', () => {
  it('tell of each run that it is over, and of changes in batches', async () => {
    const company = await anotherCompany(hub, first.sandbox)
    const { workspace } = company
    await workspace.request('POST', '/v1/endpoints', { url: 'http://127.0.0.1:9/hook', eventTypes: ['records.*'] })
    const syncId = await createSync(company, { direction: 'both' })
    const { id: runId, counts } = await run(company, syncId)
    const [record] = await records(company)
    await patch(company, record!.id, { notes: 'x' })
    await workspace.request('DELETE', `/v1/records/${record!.id}`)
    const events = await publishedEvents(hub, workspace.workspaceId)
    expect(events.find(({ type }) => type === 'integration.synced')!.data).toMatchObject({
      ...{ syncId, runId, status: 'completed', direction: 'bidirectional', trigger: 'manual' },
      counts: { created: counts.created, failed: 0, skipped: 0 },
    })
    const changed = events.filter(({ type }) => type === 'records.changed').map(({ data }) => data)
    expect(changed).toMatchObject([
      { collection: 'customers', syncId, runId, updated: [], deleted: [] },
      { created: [], updated: [record!.id], deleted: [] },
      { created: [], updated: [], deleted: [record!.id] },
    ])
    expect(changed[0]!.created).toHaveLength(counts.created)
    await eventually('nothing of its own type', async () => !events.some(({ type }) => type === 'record.created'))
  })
})
