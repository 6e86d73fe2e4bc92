import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import pg from 'pg'
import { sealedTables } from '../../src/credentials/contract.ts'
import { countByKeyText, credentialsTable, keysInUseText, lockBatchText } from '../../src/credentials/reseal.ts'
import { candidateStatement } from '../../src/delivery/by-hand/replay-candidates.ts'
import { claimDueText, claimHeldText } from '../../src/delivery/dispatch/claiming/claim.ts'
import { claimArrivedText, claimLateText } from '../../src/inbound/routing/queue.ts'
import { claimQuietText } from '../../src/delivery/dispatch/claiming/claim-quiet.ts'
import { variants as publishing } from '../../src/delivery/events/write-events.ts'
import { attemptsStatement } from '../../src/delivery/log/attempt-log.ts'
import { byEventsStatement } from '../../src/delivery/log/delivery-list-by-type.ts'
import { listStatement } from '../../src/delivery/log/delivery-list-statement.ts'
import { operators } from '../../src/sync/records/query/conditions.ts'
import { pageStatement, type RecordQuery } from '../../src/sync/records/query/query-records.ts'
import type { Candidates } from '../../src/sync/records/query/term-search.ts'
import { findAssertedRows, findTables, readSources, type Member } from '../support/asserted-rows.ts'
import { createTestDatabase } from '../support/database.ts'
import { describeColumns, type Column } from '../support/described-columns.ts'

const replay = { workspaceId: 'ws', endpointId: null, cursor: '', to: new Date(), missed: false }

/** Compiles statements without a connection. */
const compiler = new Kysely<never>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: db => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})
const recordPage = (query: Pick<RecordQuery, 'sort' | 'after'>, candidates: Candidates) => {
  const conditions = operators.map(operator => ({ path: ['a'], operator, values: ['1'], isDecimal: true }))
  const common = { collection: 'a', conditions, updatedSince: new Date(), deleted: false, limit: 1 }
  return pageStatement('ws', { ...common, ...query }, candidates).compile(compiler).sql
}

/** What is sent where the source alone does not say it: by their builders, or as what is built there. */
const built: Record<string, string[]> = {
  'src/delivery/log/attempt-log.ts listAttempts': [
    attemptsStatement('ws', 'ep', {}, undefined, 10).text,
    attemptsStatement('ws', 'ep', { status: 'failed' }, { deliveryId: 'dlv', number: 1 }, 10).text,
  ],
  'src/delivery/log/delivery-list-by-type.ts listByType': [
    byEventsStatement('ws', { type: 'a', status: undefined }, ['evt_1'], undefined, 10).text,
    byEventsStatement('ws', { type: 'a', status: 'delivered', endpointId: 'ep' }, ['evt_1'], 'dlv', 10).text,
  ],
  'src/delivery/log/delivery-list.ts listDeliveries': [
    listStatement('ws', {}, undefined, 10).text,
    listStatement('ws', { status: 'held', endpointId: 'ep' }, 'dlv', 10).text,
    listStatement('ws', { status: 'failed' }, undefined, 10).text,
  ],
  'src/delivery/by-hand/replay-candidates.ts findReplayed': [
    candidateStatement({ ...replay, statuses: ['delivered'] }, 10).text,
    candidateStatement({ ...replay, endpointId: 'ep', statuses: ['failed', 'cancelled'] }, 10).text,
    candidateStatement({ ...replay, statuses: [], missed: true }, 10).text,
  ],
  'src/delivery/dispatch/claiming/claim.ts claimBy': [claimDueText, claimHeldText, claimQuietText],
  'src/inbound/routing/queue.ts claimArrived': [claimArrivedText],
  'src/inbound/routing/queue.ts claimLate': [claimLateText],
  'src/sync/records/query/query-records.ts pageStatement': [
    recordPage(
      { sort: { by: 'createdAt', descending: true }, after: { id: 'rec_1' } },
      { kind: 'few', ids: ['rec_1'] },
    ),
    recordPage({ sort: { by: 'updatedAt', descending: false } }, { kind: 'many', terms: "'1~a'" }),
    recordPage({ sort: { by: ['a'], descending: true }, after: { id: 'rec_1', sort: '1' } }, { kind: 'all' }),
    recordPage({ sort: { by: ['a'], descending: true, isDecimal: true } }, { kind: 'all' }),
  ],
  // Its values are left as bytes.
  'src/delivery/dispatch/lanes/bodies.ts #read': ['select event_id::bytea as id, body from event_payloads_7'],
  'src/credentials/reseal.ts lockBatch': [false, true].map(isBehind => lockBatchText(credentialsTable, isBehind)),
  'src/credentials/reseal.ts countByKey': sealedTables.map(countByKeyText),
  'src/credentials/reseal.ts keysInUse': sealedTables.map(keysInUseText),
  'src/delivery/events/write-events.ts runOnPool': publishing.map(({ text }) => text),
  'src/delivery/events/write-events.ts runOnExecutor': publishing.map(({ text }) => text),
}

const database = await createTestDatabase()
const client = new pg.Client({ connectionString: database.url })
beforeAll(async () => client.connect())
afterAll(async () => client.end())

const sources = readSources()

describe('the rows that the source says a statement gives', () => {
  it('are those that the server says it gives, at each place', async () => {
    const wrong: string[] = []
    const asserted = findAssertedRows(sources)
    for (const { site, line, members, texts = built[site], why } of asserted) {
      if (!texts) wrong.push(`${line} (${site}): ${why}; add what is sent to the built ones`)
      for (const text of texts ?? []) {
        const columns = await describeColumns(client, text).catch((error: Error) => error.message)
        if (typeof columns === 'string') wrong.push(`${line}: ${columns}: ${text.slice(0, 200)}`)
        // Without columns there are no rows either.
        else if (columns.length > 0) wrong.push(...differences(members, columns, text).map(one => `${line}: ${one}`))
      }
    }
    expect([...new Set(wrong)]).toEqual([])
    expect(Object.keys(built).filter(site => !asserted.some(one => one.site === site))).toEqual([])
    expect(asserted.length).toBeGreaterThan(60)
  })

  it('differ when a column is missing, is of another type, or may be null', async () => {
    const members = ['id', 'event_id', 'attempts', 'due_at', 'leased_until', 'held'].map(name => member(name, 'text'))
    const text = `select id, attempts, due_at, leased_until, held, count(*) over () * 1.5 as sum from delivery_queue`
    const columns = await describeColumns(client, text)
    expect(
      differences([...members, member('sum', 'number'), member('leased_until', 'instant')], columns, text),
    ).toEqual([
      'event_id is no column',
      'attempts is number, not text',
      'due_at is instant, not text',
      'leased_until is instant, not text',
      'held is boolean, not text',
      'sum is text, not number',
      'leased_until may be null',
    ])
  })
})

describe('the tables that the query builder is told of', () => {
  it('are those that the migrations make', async () => {
    const wrong: string[] = []
    for (const { table, members } of findTables(sources)) {
      const columns = await describeColumns(client, `select * from ${table}`)
      wrong.push(...differences(members, columns, '').map(one => `${table}: ${one}`))
      const unknown = columns.filter(column => !members.some(one => one.name === column.name))
      wrong.push(...unknown.map(column => `${table}: ${column.name} is not in its type`))
    }
    expect(wrong).toEqual([])
  })
})

const member = (name: string, type: string): Member => ({ name, type, nullable: false, optional: false })

/** What the rows are said to be, and are not. */
function differences(members: readonly Member[], columns: readonly Column[], text: string): string[] {
  return members.flatMap(({ name, type, nullable, optional }) => {
    const column = columns.find(one => one.name === name)
    if (!column) return optional ? [] : [`${name} is no column`]
    // Whatever is in JSON is for its reader to judge.
    const fits = type === 'any' || column.type === 'json' || type === column.type
    if (!fits) return [`${name} is ${column.type}, not ${type}`]
    const mayBeNull = column.nullable && !nullable && !text.includes(`${name} is not null`)
    return mayBeNull ? [`${name} may be null`] : []
  })
}
