import { saying } from '../../../src/calls/reads/look-up.ts'
import { Definitions } from '../../../src/catalogue/definitions.ts'
import { platforms } from '../../../src/catalogue/platforms/index.ts'
import type { ModelDefinition } from '../../../src/catalogue/schema/models.ts'
import { modelDefinition } from '../../../src/catalogue/schema/models.ts'
import { ownSandbox } from '../../connections/accounts.ts'
import { createTestHub } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { standBetween } from '../between.ts'
import { anotherCompany, createSync, patch, records, run } from '../company.ts'
import { errorsOf, loseAnswer, postsOf } from '../lost-answer.ts'

/** QuickBooks as it would be without keys of its own for repeated writes: customers are found by their names, in its language. */
const forgetful = platforms.map(platform => {
  if (platform.id !== 'quickbooks') return platform
  const { idempotency: _, batch: __, ...customers } = platform.models!.customers!
  const lookup = {
    by: ['displayName'],
    settlesAfter: '1h',
    call: {
      path: '/v3/company/{realmId}/query',
      query: { minorversion: 75 },
      says: { query: "select * from Customer where DisplayName = '{displayName}'" },
      escape: 'backslash',
      items: 'QueryResponse.Customer',
    },
    many: {
      size: 10,
      most: 100,
      call: {
        path: '/v3/company/{realmId}/query',
        query: { minorversion: 75 },
        keys: {
          at: 'query',
          says: 'select Id, DisplayName from Customer where DisplayName in ({keys}) maxresults 100',
          each: "'{displayName}'",
          between: ', ',
        },
        escape: 'backslash',
        items: 'QueryResponse.Customer',
      },
    },
  } satisfies ModelDefinition['lookup']
  return { ...platform, models: { ...platform.models, customers: { ...customers, lookup } } }
})

const hub = await createTestHub({
  environment: { LOG_LEVEL: process.env.SYNC_TEST_LOG ?? 'silent' },
  definitions: new Definitions({ catalogue: forgetful }),
})
await startTestWorkers(hub)
const sandbox = await ownSandbox({ customers: 0 })
const between = await standBetween(`${sandbox.url}/quickbooks`)
const company = await anotherCompany(hub, sandbox, between.url)
const { workspace } = company

const posts = () => postsOf(between)
/** The questions that were asked with a condition of this form. */
const askedBy = (condition: string) =>
  between.calls.filter(({ path }) => decodeURIComponent(path).replaceAll('+', ' ').includes(condition))

afterEach(() => {
  between.meddle = undefined
  between.calls.length = 0
})

async function recordOf(collection: string, data: Record<string, unknown>): Promise<string> {
  return (await workspace.request('POST', '/v1/records', { collection, data })).body.id
}

/** A customer that the platform was told to make when its answer was lost, so long ago that it would be found. */
const unsure = (displayName: string, collection: string, isMade: boolean, agoHours = 2) =>
  loseAnswer(company, between, { collection, data: { displayName, notes: 'told' }, isMade, agoHours })

describe('a create whose answer never came, where the platform knows no repeats', () => {
  it('is found by its key and linked, and not sent again', async () => {
    const { syncId, recordId } = await unsure("O'Brien \\ Sons", 'made', true)
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { pushed: 1, failed: 0 } })
    expect(posts()).toEqual([])
    expect(await errorsOf(company, syncId)).toEqual([])
    await patch(company, recordId, { notes: 'edited' })
    await run(company, syncId)
    expect(await company.customers.get("O'Brien \\ Sons")).toMatchObject({ Notes: 'edited' })
  })

  it('is sent again when it is not found', async () => {
    const { syncId } = await unsure('Never made', 'unmade', false)
    expect(await run(company, syncId)).toMatchObject({ counts: { pushed: 1, failed: 0 } })
    expect(await company.customers.get('Never made')).toMatchObject({ Notes: 'told' })
  })

  it('is left alone until it would be found', async () => {
    const { syncId } = await unsure('Not yet', 'early', false, 0)
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { pushed: 0, failed: 1 } })
    expect(posts()).toEqual([])
    await hub.pool.query(`update push_calls set sent_at = sent_at - interval '2 hours' where sync_id = $1`, [syncId])
    expect(await run(company, syncId)).toMatchObject({ counts: { pushed: 1, failed: 0 } })
    expect(await company.customers.get('Not yet')).toMatchObject({ Notes: 'told' })
  })

  it('is held for a person when the platform does not take the question', async () => {
    const { syncId, recordId } = await unsure('Asked in vain', 'vain', true)
    between.meddle = async (call, pass) =>
      call.path.includes('where') ? { status: 400, body: '{"Fault":{"Error":[{"code":"4000"}]}}' } : pass(call)
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { failed: 1 } })
    expect(await errorsOf(company, syncId)).toMatchObject([{ code: 'WRITE_UNSURE', retryAt: null }])
    expect(posts()).toEqual([])

    // What it made may come with a pull: the record is that item, and no second one is made of it.
    between.meddle = undefined
    await workspace.request('PATCH', `/v1/syncs/${syncId}`, { direction: 'both', match: [['displayName']] })
    await run(company, syncId, { full: true })
    expect(await errorsOf(company, syncId)).toEqual([])
    const named = (await records(company, '', 'vain')).filter(({ data }) => data.displayName === 'Asked in vain')
    expect(named.map(({ id }) => id)).toEqual([recordId])
    expect(posts()).toEqual([])
  })
})

describe('many records that are to be made', () => {
  it('are looked up in few calls, and those that are there are joined', async () => {
    const there = await company.customers.createAll(
      ["Many 3 O'Neil", 'Many 17'].map(DisplayName => ({ DisplayName, PrimaryPhone: { FreeFormNumber: '555' } })),
    )
    const names = Array.from({ length: 25 }, (_, n) => (n === 3 ? "Many 3 O'Neil" : `Many ${n}`))
    const data = names.map(displayName => ({ data: { displayName, notes: 'From the hub' } }))
    await workspace.request('POST', '/v1/records/bulk', { collection: 'many', records: data })
    const syncId = await createSync(company, { direction: 'push', collection: 'many' })
    between.calls.length = 0
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { failed: 0, pushed: 25 } })
    expect(askedBy('DisplayName in')).toHaveLength(3)
    expect(askedBy('DisplayName =')).toEqual([])
    const all = await company.customers.list({ limit: 1000 })
    for (const { Id, DisplayName } of there)
      expect(all.filter(one => one.DisplayName === DisplayName)).toMatchObject([{ Id, Notes: 'From the hub' }])
    expect(all.filter(({ DisplayName }) => DisplayName.startsWith('Many'))).toHaveLength(25)
  })

  it('are looked up one by one where the platform does not take the question', async () => {
    const data = ['Alone 1', 'Alone 2'].map(displayName => ({ data: { displayName } }))
    await workspace.request('POST', '/v1/records/bulk', { collection: 'alone', records: data })
    const syncId = await createSync(company, { direction: 'push', collection: 'alone' })
    between.calls.length = 0
    between.meddle = async (call, pass) =>
      decodeURIComponent(call.path).replaceAll('+', ' ').includes('DisplayName in')
        ? { status: 400, body: '{"Fault":{"Error":[{"code":"4000"}]}}' }
        : pass(call)
    expect(await run(company, syncId)).toMatchObject({ counts: { failed: 0, pushed: 2 } })
    expect(askedBy('DisplayName =')).toHaveLength(2)
  })
})

describe('a record that is to be made where it is already', () => {
  it('joins what is there, and tells it what it lacks', async () => {
    const { Id } = await company.customers.create({ DisplayName: 'There', PrimaryPhone: { FreeFormNumber: '555-1' } })
    await recordOf('there', { displayName: 'There', notes: 'From the hub' })
    const syncId = await createSync(company, { direction: 'push', collection: 'there' })
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { failed: 0 } })
    expect(await company.customers.get('There')).toMatchObject({ Id, Notes: 'From the hub' })
    expect((await records(company, '', 'there'))[0]!.data).toMatchObject({ phone: '555-1' })
  })

  it('waits for a person where several have its key, who names one', async () => {
    const twin = await company.customers.create({ DisplayName: 'Twin' })
    const recordId = await recordOf('twins', { displayName: 'Twin' })
    const syncId = await createSync(company, { direction: 'push', collection: 'twins' })
    // A second one, as platforms have it that do not mind.
    between.meddle = async (call, pass) => {
      const answer = await pass(
        call.path.endsWith('/customer/999?minorversion=75')
          ? { ...call, path: call.path.replace('999', twin.Id) }
          : call,
      )
      if (call.path.includes('/customer/999'))
        return { ...answer, body: answer.body.replace(`"Id":"${twin.Id}"`, '"Id":"999"') }
      if (!call.path.includes('where')) return answer
      const { QueryResponse } = JSON.parse(answer.body) as { QueryResponse: { Customer?: object[] } }
      const Customer = [...(QueryResponse.Customer ?? []), { ...QueryResponse.Customer?.[0], Id: '999' }]
      return { ...answer, body: JSON.stringify({ QueryResponse: { Customer } }) }
    }
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { failed: 1 } })
    expect(await errorsOf(company, syncId)).toMatchObject([{ recordId, code: 'AMBIGUOUS_MATCH', retryAt: null }])
    expect(posts()).toEqual([])
    await run(company, syncId)
    expect(posts()).toEqual([])
    const url = `/v1/syncs/${syncId}/errors/${recordId}/resolve`
    expect((await workspace.request('POST', url, { externalId: twin.Id })).status).toBe(204)
    await run(company, syncId)
    expect(await errorsOf(company, syncId)).toEqual([])
    await patch(company, recordId, { notes: 'the right one' })
    await run(company, syncId)
    expect(await company.customers.get(twin.Id)).toMatchObject({ Notes: 'the right one' })
  })
})

describe('what is said of a key', () => {
  it.each([
    ["N = '{a}'", 'backslash', 'it\'s \\ "it"', `N = 'it\\'s \\\\ "it"'`],
    [`N == "{a}"`, 'backslash', `it's "it"`, `N == "it's \\"it\\""`],
    ["N = '{a}'", 'doubled', "it's", "N = 'it''s'"],
    ["N = '{a}'", 'none', "it's", undefined],
    ["N = '{a}'", 'none', 'it is', "N = 'it is'"],
    ["N = '{a}'", 'backslash', 'a\nb', undefined],
    ['{a}', undefined, "it's\n\\", "it's\n\\"],
    ["N = '{b}'", 'backslash', 'x', undefined],
  ] as const)('%s with quotes by %s of %j', (template, escape, a, wanted) => {
    expect(saying(template, { a }, escape)).toBe(wanted)
  })

  it('stands within quotes, or alone, or is no definition', () => {
    const { lookup } = modelDefinition.shape
    const by = (says: string, escape?: string) =>
      lookup.safeParse({ by: ['email'], call: { path: '/x', says: { q: says }, ...(escape ? { escape } : {}) } })
        .success
    expect(by('{email}')).toBe(true)
    expect(by("Email = '{email}'", 'backslash')).toBe(true)
    expect(by("Email = '{email}'")).toBe(false)
    expect(by('Email = {email}', 'backslash')).toBe(false)
    expect(by(`Email = '{email}"`, 'backslash')).toBe(false)
    expect(by('{phone}')).toBe(false)
    expect(by('email')).toBe(false)
  })
})
