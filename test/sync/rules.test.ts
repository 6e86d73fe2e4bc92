import { reconcileSync } from '../../src/sync/reconcile.ts'
import { startMetSoon } from '../../src/sync/rules/start-met.ts'
import { eventually } from '../connections/accounts.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { createSync, endOf, run, type Company, type ShownRun } from './company.ts'
import { customer, playQuickbooks, slice, startLoopback } from './loopback.ts'

/** Whether the process dies before it starts what events have started. */
let isDying = false
const hub = await createTestHub({ onRulesMet: () => void (isDying || startMetSoon(hub)) })
await startTestWorkers(hub)
const platform = await startLoopback(hub)
platform.play = playQuickbooks(slice([customer(1), customer(2)]))
let company: Company

beforeEach(async () => {
  isDying = false
  company = await platform.account('quickbooks')
})

const publish = async (type: string, event: Record<string, unknown> = {}, of = company) => {
  const answer = await of.workspace.request('POST', '/v1/events', { type, data: {}, ...event })
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body))
  return answer.body.id
}
const createRule = (syncIds: string[], rule: Record<string, unknown> = {}, of = company) =>
  of.workspace.request('POST', '/v1/rules', { eventTypes: ['content.published'], syncIds, ...rule })
const made = async (...rule: Parameters<typeof createRule>) => {
  const { status, body } = await createRule(...rule)
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.id
}
type Run = ShownRun & { trigger: string }
const runsOf = async (syncId: string) =>
  (await company.workspace.request<{ data: Run[] }>('GET', `/v1/syncs/${syncId}/runs`)).body.data
/** The runs that events have started, once all that was met is taken and all runs are over. */
const startedBy = async (syncId: string) =>
  eventually('all runs to be over', async () => {
    const { rowCount } = await hub.pool.query('select from rules_met where due_at <= now()')
    const runs = await runsOf(syncId)
    const isOver = runs.every(({ status }) => status !== 'requested' && status !== 'running')
    return rowCount === 0 && isOver && runs.filter(({ trigger }) => trigger === 'event')
  })
const ran = async (syncId: string) => {
  const [first] = await eventually('a run', async () => {
    const runs = (await runsOf(syncId)).filter(({ trigger }) => trigger === 'event')
    return runs.length > 0 && runs
  })
  return endOf(company.workspace, syncId, first!.id)
}

describe('an event that the product publishes', () => {
  it('runs the syncs of the rules that it meets, by its type and its data, and no other', async () => {
    const [one, two, other] = [
      await createSync(company, { collection: 'one' }),
      await createSync(company, { collection: 'two' }),
      await createSync(company, { collection: 'other' }),
    ]
    await made([one, two], { eventTypes: ['content.*'], filter: { 'channel.name': { $in: ['shop', 'blog'] } } })
    await made([other], { eventTypes: ['content.deleted', 'contents.*'] })
    await publish('content.published', { data: { channel: { name: 'mail' } } })
    await publish('contents', { data: { channel: { name: 'shop' } } })
    await publish('content.published', { data: { channel: { name: 'shop' } } })
    for (const syncId of [one, two]) {
      expect(await ran(syncId)).toMatchObject({ status: 'succeeded', trigger: 'event', counts: { created: 2 } })
      expect(await startedBy(syncId)).toHaveLength(1)
    }
    expect(await startedBy(other)).toEqual([])
  })

  it('runs a sync once with all that come together, and once more for those that come while it runs', async () => {
    const syncId = await createSync(company)
    await made([syncId])
    await made([syncId], { eventTypes: ['*'] })
    await Promise.all(Array.from({ length: 40 }, () => publish('content.published')))
    const runs = await startedBy(syncId)
    expect(runs.length).toBeGreaterThan(0)
    expect(runs.length).toBeLessThan(8)
    const { rows } = await hub.pool.query('select from sync_runs where sync_id = $1', [syncId])
    expect(rows).toHaveLength(runs.length)
  })

  it('starts nothing twice, nothing before its time, and nothing when it is called back', async () => {
    const syncId = await createSync(company)
    await made([syncId])
    const day = new Date(Date.now() + 86_400_000).toISOString()
    const later = await publish('content.published', { deliverAt: day, channels: ['x'], eventId: 'later' })
    const back = await publish('content.published', { deliverAt: day })
    await company.workspace.request('POST', `/v1/events/${back}/cancel`)
    expect(await startedBy(syncId)).toEqual([])
    const { rows } = await hub.pool.query('select event_id from rules_met')
    expect(rows).toEqual([{ event_id: later }])
    await hub.pool.query('update rules_met set due_at = now()')
    await publish('content.published', { deliverAt: day, channels: ['x'], eventId: 'later' })
    await reconcileSync(hub, 100)
    expect(await startedBy(syncId)).toHaveLength(1)
  })

  it('is not missed where the process dies with it', async () => {
    const syncId = await createSync(company)
    await made([syncId])
    isDying = true
    await publish('content.published')
    expect(await runsOf(syncId)).toEqual([])
    await reconcileSync(hub, 100)
    expect(await ran(syncId)).toMatchObject({ status: 'succeeded' })
  })

  it('is no event of the hub’s own, however much a rule takes', async () => {
    const syncId = await createSync(company)
    await made([syncId], { eventTypes: ['*', 'integration.*', 'records.*'] })
    await company.workspace.request('POST', '/v1/endpoints', { url: 'http://127.0.0.1:9/', eventTypes: ['*'] })
    await run(company, syncId)
    await eventually('what the hub tells of it', async () => {
      const { body } = await company.workspace.request('GET', '/v1/events?type=integration.synced')
      return body.data.length > 0
    })
    expect(await startedBy(syncId)).toEqual([])
    expect(await runsOf(syncId)).toHaveLength(1)
  })
})

describe('a sync of a rule', () => {
  it('stays as it is while a person has paused it, and runs once its connection’s user is back', async () => {
    const [paused, resting] = [
      await createSync(company, { collection: 'paused' }),
      await createSync(company, { collection: 'resting' }),
    ]
    await made([paused, resting])
    const pause = (syncId: string, because: string) =>
      hub.pool.query(`update syncs set status = 'paused', paused_because = $2 where id = $1`, [syncId, because])
    await pause(paused, 'person')
    await pause(resting, 'needs_reauth')
    await publish('content.published')
    await eventually('it to be asked for', async () => (await runsOf(resting)).length > 0)
    expect(await runsOf(resting)).toMatchObject([{ status: 'requested', trigger: 'event' }])
    expect(await runsOf(paused)).toEqual([])
    await company.workspace.request('POST', `/v1/syncs/${resting}/resume`)
    await hub.pool.query(`update sync_runs set requested_at = now() - interval '1 minute' where sync_id = $1`, [
      resting,
    ])
    await reconcileSync(hub, 100)
    expect(await ran(resting)).toMatchObject({ status: 'succeeded' })
  })

  it('leaves it when it is deleted, and the rule goes on with the others', async () => {
    const [gone, stays] = [
      await createSync(company, { collection: 'gone' }),
      await createSync(company, { collection: 'stays' }),
    ]
    const ruleId = await made([gone, stays])
    await company.workspace.request('DELETE', `/v1/syncs/${gone}`)
    const shown = await company.workspace.request('GET', `/v1/rules/${ruleId}`)
    expect(shown.body['syncIds']).toEqual([stays])
    await publish('content.published')
    expect(await ran(stays)).toMatchObject({ status: 'succeeded' })
    const { rows } = await hub.pool.query('select from sync_runs where sync_id = $1', [gone])
    expect(rows).toEqual([])
    await eventually('its row to be removed', async () => {
      await reconcileSync(hub, 100)
      return (await hub.pool.query('select from rule_syncs where sync_id = $1', [gone])).rowCount === 0
    })
  })
})

describe('a rule', () => {
  it('is made, listed, changed and deleted, each at once', async () => {
    const { workspace } = company
    const [one, two] = [await createSync(company, { collection: 'one' }), await createSync(company)]
    const answer = await createRule([one], { description: 'Content', filter: { a: 1 } })
    expect([answer.status, answer.body]).toMatchObject([
      201,
      { description: 'Content', eventTypes: ['content.published'], filter: { a: 1 }, syncIds: [one] },
    ])
    const { id } = answer.body
    const second = await made([two], { eventTypes: ['other'] })
    const pages = await workspace.request('GET', '/v1/rules?limit=1')
    expect(pages.body.data).toMatchObject([{ id: second }])
    const rest = await workspace.request('GET', `/v1/rules?limit=1&cursor=${pages.body.nextCursor}`)
    expect(rest.body).toMatchObject({ data: [{ id, syncIds: [one] }], nextCursor: null })
    const changed = await workspace.request('PATCH', `/v1/rules/${id}`, { filter: null, syncIds: [two] })
    expect(changed.body).toMatchObject({ description: 'Content', filter: null, syncIds: [two] })
    await publish('content.published')
    expect(await ran(two)).toMatchObject({ status: 'succeeded' })
    expect(await startedBy(one)).toEqual([])
    expect((await workspace.request('DELETE', `/v1/rules/${id}`)).status).toBe(204)
    await publish('content.published')
    expect(await startedBy(two)).toHaveLength(1)
    expect((await workspace.request('GET', `/v1/rules/${id}`)).body.error.code).toBe('RULE_NOT_FOUND')
    const audit = await workspace.request('GET', `/v1/audit-log?subjectId=${id}`)
    expect(audit.body.data.map(({ action }) => action)).toEqual(['rule.deleted', 'rule.changed', 'rule.created'])
  })

  it('names types, conditions and syncs that there are, of its own workspace', async () => {
    const syncId = await createSync(company)
    const stranger = { ...company, workspace: await createWorkspace(hub) }
    expect((await createRule([syncId], {}, stranger)).body.error).toMatchObject({
      code: 'SYNC_NOT_FOUND',
      details: [{ path: 'body.syncIds.0' }],
    })
    const ruleId = await made([syncId])
    expect((await stranger.workspace.request('PATCH', `/v1/rules/${ruleId}`, { filter: null })).status).toBe(404)
    await publish('content.published', {}, stranger)
    expect(await startedBy(syncId)).toEqual([])
    const wrong: [Record<string, unknown>, string][] = [
      [{ eventTypes: ['a b'] }, 'body.eventTypes.0'],
      [{ eventTypes: [] }, 'body.eventTypes'],
      [{ filter: { a: { $where: '1' } } }, 'body.filter.a.$where'],
      [{ syncIds: [syncId, syncId] }, 'body.syncIds'],
      [{ syncIds: [] }, 'body.syncIds'],
    ]
    for (const [rule, path] of wrong) {
      const { status, body } = await createRule([syncId], rule)
      expect([status, body.error.details]).toMatchObject([400, [{ path }]])
    }
  })

  it('is one of a hundred at most', async () => {
    const syncId = await createSync(company)
    await hub.pool.query(
      `insert into rules (id, workspace_id, event_types)
       select 'rule_' || lpad(n::text, 26, '0'), $1, '{never}' from generate_series(1, 99) as n`,
      [company.workspace.workspaceId],
    )
    const answers = await Promise.all([createRule([syncId]), createRule([syncId]), createRule([syncId])])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
  })
})
