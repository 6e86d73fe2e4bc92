import type { SandboxThing } from '../../../dev/sandbox/control-client.ts'
import { ownSandbox } from '../../connections/accounts.ts'
import { createTestHub } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { createSync, records, run, type Company } from '../company.ts'
import { connectedAccount } from './connected.ts'
import type { Trial } from './oneway/trial.ts'
import { trials } from './oneway/trials.ts'

// Every model that is only read, against its platform as its documentation has it.

const hub = await createTestHub({ environment: { LOG_LEVEL: process.env.SYNC_TEST_LOG ?? 'silent' } })
await startTestWorkers(hub)
const sandbox = await ownSandbox()
const { control } = sandbox

const thingOf = ({ platform, kind, account, item }: Trial, n: number, change = 0): SandboxThing => ({
  ...{ platform, kind, account },
  ...item(n, change),
})

describe.each(trials)('$model of $platform', trial => {
  const { platform, model, method, config, count, collection } = trial
  let company: Company
  let syncId: string
  const pulled = async () => records(company, '', collection)

  beforeAll(async () => {
    if (trial.before) await control.putThings(trial.before)
    company = await connectedAccount(hub, sandbox, platform, method, trial.scopes ? { scopes: trial.scopes } : {})
    syncId = await createSync(company, { model, ...(config && { config }) })
  })

  it('is read page by page to the end, once, and as records of the hub', async () => {
    await control.putThings(Array.from({ length: count }, (_, n) => thingOf(trial, n + 1)))
    if (trial.besides) await control.putThings(trial.besides)
    expect(await run(company, syncId)).toMatchObject({
      ...{ status: 'succeeded', full: true },
      counts: { created: count, failed: 0 },
    })
    const shown = await pulled()
    expect(shown).toHaveLength(count)
    expect(shown.map(({ data }) => data)).toContainEqual(expect.objectContaining(trial.first))
    expect(await run(company, syncId)).toMatchObject({
      status: 'succeeded',
      counts: { created: 0, updated: 0, deleted: 0 },
    })
  })

  it('is told of what is new and what has changed, also where the platform asks for patience', async () => {
    await control.putThings([thingOf(trial, 2, 1), thingOf(trial, count + 1, 1)])
    await control.clearFaults()
    if (!trial.costly)
      await control.addFault({ platform, path: trial.path, kind: '429', times: 1, retryAfterSeconds: 1 })
    const { status, full, counts } = await run(company, syncId)
    expect({ status, full, counts }).toMatchObject({
      ...{ status: 'succeeded', full: trial.feed === 'none' },
      counts: { created: 1, updated: trial.frozen ? 0 : 1, deleted: 0, failed: 0 },
    })
    if (trial.feed !== 'none') expect(counts.pulled).toBeLessThan(count)
    if (!trial.costly) expect(await control.faults()).toMatchObject([{ platform, met: 1 }])
  })

  it(trial.gone === 'kept' ? 'keeps what the platform lists no more' : 'lets go of what is gone', async () => {
    const { kind, account } = trial
    const { id } = trial.item(1, 0)
    if (trial.gone === 'told') await control.putThings({ platform, kind, account, ...trial.cancelled!(1) })
    else await control.deleteThing({ platform, kind, account, id })
    const { counts, status } = await run(company, syncId, trial.gone === 'told' || trial.costly ? {} : { full: true })
    expect({ status, deleted: counts.deleted }).toEqual({ status: 'succeeded', deleted: trial.gone === 'kept' ? 0 : 1 })
    expect((await pulled()).length).toBe(trial.gone === 'kept' ? count + 1 : count)
  })
})

describe('what a sync is asked for', () => {
  it('is checked, shown, and lets a connection have a sync of the model for each', async () => {
    const company = await connectedAccount(hub, sandbox, 'github', 'token')
    const { workspace, connectionId } = company
    const asked = (config: unknown) => workspace.request('POST', '/v1/syncs', { connectionId, model: 'issues', config })
    const refused = await asked({ owner: 'octocat', repo: 'x', repository: '../x y' })
    expect(refused.body.error).toMatchObject({
      code: 'INVALID_REQUEST',
      details: expect.arrayContaining([
        { path: 'body.config.repo', message: 'This model does not ask for it' },
        { path: 'body.config.repository', message: 'Does not look like one' },
      ]) as unknown,
    })
    expect((await asked({ owner: 'octocat' })).body.error.code).toBe('INVALID_REQUEST')
    const config = { owner: 'octocat', repository: 'spoon-knife' }
    const [one, again, other] = [
      await asked(config),
      await asked(config),
      await asked({ ...config, repository: 'hello-world' }),
    ]
    expect([one.status, again.body.error.code, other.status]).toEqual([201, 'CONFLICT', 201])
    expect(one.body['config']).toEqual(config)
    const shown = await workspace.request('GET', '/v1/providers/github')
    expect((shown.body['models'] as { id: string }[]).find(({ id }) => id === 'issues')).toMatchObject({
      asks: [{ name: 'owner' }, { name: 'repository' }],
    })
  })
})

describe('Google Calendar', () => {
  it('has everything read again by itself when its token is good no longer', async () => {
    const trial = trials.find(({ platform }) => platform === 'google-calendar')!
    const company = await connectedAccount(hub, sandbox, 'google-calendar', 'oauth')
    const syncId = await createSync(company, { model: 'events' })
    await run(company, syncId)
    const before = (await records(company, '', 'events')).length
    const { platform, kind, account } = trial
    // Deleted without a trace, as what is told to nobody who comes too late.
    await control.deleteThing({ platform, kind, account, id: trial.item(3, 0).id })
    await control.putThings({ platform, kind: 'expired', account, id: 'tokens', thing: { before: 1_000_000 } })
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', full: true, counts: { deleted: 1 } })
    expect(await records(company, '', 'events')).toHaveLength(before - 1)
    await control.putThings({ platform, kind: 'expired', account, id: 'tokens', thing: { before: 0 } })
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', full: false, counts: { pulled: 0 } })
  })
})

describe('PayPal', () => {
  it('is asked for half of the days where they have more than it tells', async () => {
    const trial = trials.find(({ platform }) => platform === 'paypal')!
    const { platform, account } = trial
    const features = { platform, kind: 'features', account, id: 'transaction-search' }
    await control.putThings({ ...features, thing: { mostRows: 100 } })
    const company = await connectedAccount(hub, sandbox, 'paypal', 'client')
    const syncId = await createSync(company, { model: 'transactions' })
    await control.forgetRequests()
    const kept = trial.count
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { created: kept, failed: 0 } })
    const asked = (await control.requests()).filter(({ path }) => path.endsWith('/v1/reporting/transactions'))
    expect(asked.filter(({ status }) => status === 400).length).toBeGreaterThan(1)
    await control.putThings({ ...features, thing: {} })
  })
})
