import { contacts as contactsModel } from '../../../src/catalogue/platforms/hubspot/models/contacts.ts'
import { mappingOf } from '../../../src/sync/mapping/mapping.ts'
import { ownSandbox } from '../../connections/accounts.ts'
import { createTestHub } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { anotherCompany, createSync, patch, recordNamed, records, run } from '../company.ts'
import { connectCrm, personAt, sides, type Values } from './crm.ts'

const hub = await createTestHub()
await startTestWorkers(hub)
const sandbox = await ownSandbox({ customers: 3 })
const contacts = { provider: 'hubspot', model: 'contacts' } as const
const companies = { provider: 'hubspot', model: 'companies' } as const

describe('HubSpot', () => {
  it('tells by its feed of more changes than one search gives', async () => {
    const crm = await connectCrm(hub, sandbox, 'hubspot')
    await crm.control('', 'PATCH', { searches: 1_000, results: 400 })
    const syncId = await createSync(crm, { model: 'companies' })
    expect(await run(crm, syncId)).toMatchObject({ full: true, counts: { pulled: 0 } })
    const all = Array.from({ length: 850 }, (_, n) => ({ name: `Company ${n}` }))
    await personAt(crm, companies).many(all)
    const { status, full, counts } = await run(crm, syncId)
    expect({ status, full, counts }).toMatchObject({ status: 'succeeded', full: false, counts: { created: 850 } })
  })

  it('takes a change late that its search index did not show yet, and overwrites it with nothing', async () => {
    const crm = await connectCrm(hub, sandbox, 'hubspot')
    const person = personAt(crm, contacts)
    const id = await person.create({ firstname: 'Ada', lastname: 'King', email: 'ada@example.com' })
    const syncId = await createSync(crm, { model: 'contacts', direction: 'both', conflictPolicy: 'provider' })
    await run(crm, syncId)
    await crm.control('', 'PATCH', { lagMs: 3_600_000 })
    await person.change(id, { phone: '+60 1' })
    expect((await run(crm, syncId)).counts).toMatchObject({ updated: 0 })
    const [record] = await records(crm, '', 'contacts')
    await patch(crm, record!.id, { phone: '+60 2', jobTitle: 'CFO' })
    expect((await run(crm, syncId)).counts).toMatchObject({ updated: 1, pushed: 1, conflicts: 1 })
    expect((await person.list())[0]).toMatchObject({ phone: '+60 1', jobtitle: 'CFO' })
  })

  it('refuses the whole of some changes for one of them, which are then made one by one', async () => {
    const crm = await connectCrm(hub, sandbox, 'hubspot')
    const syncId = await createSync(crm, { model: 'contacts', direction: 'push' })
    const rows = [1, 2, 3].map(n => ({ data: { familyName: `No ${n}`, email: `a${n}@example.com` } }))
    const made = await crm.workspace.request<{ data: { id: string }[] }>('POST', '/v1/records/bulk', {
      ...{ collection: 'contacts', records: rows },
    })
    expect((await run(crm, syncId)).counts).toMatchObject({ pushed: 3 })
    for (const [n, { id }] of made.body.data.entries())
      await patch(crm, id, n === 1 ? { email: 'no mail' } : { phone: `+60 ${n}` })
    expect((await run(crm, syncId)).counts).toMatchObject({ pushed: 2, failed: 1 })
    const there = (await personAt(crm, contacts).list()) as Values[]
    expect(there.map(({ phone }) => phone)).toEqual(['+60 0', null, '+60 2'])
    expect((await run(crm, syncId)).counts).toMatchObject({ pushed: 0, failed: 0 })
  })

  it('is told of the property that has changed alone, and of nothing beside it', () => {
    const mapping = mappingOf(contactsModel)
    const before = mapping.fieldsOf({ phone: '+60 1', email: 'ada@example.com', jobTitle: 'CFO' })
    const after = { ...before, phone: '+60 2' }
    expect(mapping.bodyOf(after, before)).toEqual({ properties: { phone: '+60 2' } })
    expect(mapping.bodyOf({ ...before, phone: undefined }, before)).toEqual({ properties: { phone: '' } })
  })

  it('counts a contact that was merged away as deleted, though its id answers the other one', async () => {
    const crm = await connectCrm(hub, sandbox, 'hubspot')
    const person = personAt(crm, contacts)
    const [kept, lost] = [
      await person.create({ email: 'k@example.com' }),
      await person.create({ email: 'l@example.com' }),
    ]
    const syncId = await createSync(crm, { model: 'contacts', direction: 'both' })
    expect((await run(crm, syncId)).counts).toMatchObject({ created: 2 })
    await crm.control('/contacts/merge', 'POST', { primaryObjectId: kept, objectIdToMerge: lost })
    expect(await run(crm, syncId, { full: true })).toMatchObject({
      status: 'succeeded',
      counts: { deleted: 1, pushed: 0 },
    })
    expect((await records(crm, '', 'contacts')).map(({ data }) => data.email)).toEqual(['k@example.com'])
  })
})

/** How many calls thirty look-ups cost at most. HubSpot's search takes five keys at once, and five calls a second: some come twice. */
const lookups = [
  { provider: 'hubspot', model: 'contacts', collection: 'contacts', calls: 4 },
  { provider: 'hubspot', model: 'companies', collection: 'companies', calls: 16 },
  { provider: 'salesforce', model: 'leads', collection: 'leads', calls: 4 },
] as const

describe.each(lookups)('many $model to be made at $provider', ({ provider, model, collection, calls }) => {
  it('are looked up together, and one that is there is joined', async () => {
    const crm = await connectCrm(hub, sandbox, provider)
    const side = sides.find(one => one.provider === provider && one.model === model)!
    const ours = (n: number) => ({ ...side.ours(n), email: `ada${n}@example.com` })
    const theirs = { ...side.theirs(7), ...(model === 'leads' ? { Email: 'ada7@example.com' } : {}) }
    await personAt(crm, side).create(theirs)
    const all = Array.from({ length: 30 }, (_, n) => ({ data: model === 'companies' ? side.ours(n) : ours(n) }))
    await crm.workspace.request('POST', '/v1/records/bulk', { collection, records: all })
    const syncId = await createSync(crm, { model, direction: 'push' })
    await sandbox.control.forgetRequests()
    expect(await run(crm, syncId)).toMatchObject({ status: 'succeeded', counts: { failed: 0 } })
    const asked = (await sandbox.control.requests()).filter(
      ({ method, path }) => method === 'GET' || /\/(search|batch\/read)$|sobjects\/Lead$/.test(path),
    )
    expect(asked.length).toBeLessThanOrEqual(calls)
    expect(await personAt(crm, side).list()).toHaveLength(30)
  })
})

const joined = [
  {
    provider: 'hubspot',
    parents: 'companies',
    parentName: 'name',
    parent: 'associatedcompanyid',
    names: ['firstname', 'lastname'],
  },
  {
    provider: 'salesforce',
    parents: 'accounts',
    parentName: 'Name',
    parent: 'AccountId',
    names: ['FirstName', 'LastName'],
  },
] as const

describe.each(joined)(
  'contacts and their companies at $provider',
  ({ provider, parents, parentName, parent, names }) => {
    const [first, last] = names
    it('are joined in the hub, and there as well once both are there', async () => {
      const crm = await connectCrm(hub, sandbox, provider)
      const [people, firms] = [
        personAt(crm, { provider, model: 'contacts' }),
        personAt(crm, { provider, model: parents }),
      ]
      const firmId = await firms.create({ [parentName]: 'Acme' })
      await people.create({ [first]: 'Ada', [last]: 'King', [parent]: firmId })
      const both = { direction: 'both', conflictPolicy: 'provider' }
      const contactsSync = await createSync(crm, { ...both, model: 'contacts' })
      const companiesSync = await createSync(crm, { ...both, model: parents })
      await run(crm, contactsSync)
      await run(crm, companiesSync)
      await run(crm, contactsSync)
      const [acme] = await records(crm, '', 'companies')
      const [ada] = await records(crm, '', 'contacts')
      expect(ada!.data).toMatchObject({ familyName: 'King', companyId: acme!.id })
      const made = await crm.workspace.request<{ id: string }>('POST', '/v1/records', {
        ...{ collection: 'companies', data: { displayName: 'Later Ltd' } },
      })
      const data = { givenName: 'Lin', familyName: 'Tan', companyId: made.body.id }
      await crm.workspace.request('POST', '/v1/records', { collection: 'contacts', data })
      // The company is not there yet: the contact waits for it.
      expect((await run(crm, contactsSync)).counts).toMatchObject({ pushed: 0 })
      await run(crm, companiesSync)
      await run(crm, contactsSync)
      const there = (await people.list()) as Values[]
      const later = ((await firms.list()) as (Values & { id: string })[]).find(one => one[parentName] === 'Later Ltd')
      expect(there.find(one => one[last] === 'Tan')).toMatchObject({ [parent]: later!.id })
    })
  },
)

describe('a customer of QuickBooks', () => {
  it('appears in HubSpot, where an edit comes back, and keeps its name', async () => {
    const company = await anotherCompany(hub, sandbox)
    const crm = await connectCrm(hub, sandbox, 'hubspot', company.workspace)
    const both = { direction: 'both', conflictPolicy: 'newest' }
    const books = await createSync(company, { ...both, model: 'customers' })
    const hubspot = await createSync(crm, { ...both, model: 'contacts', collection: 'customers' })
    const shown = { DisplayName: 'Ada’s Bird Sanctuary', GivenName: 'Ada', FamilyName: 'King' }
    await company.customers.create({ ...shown, PrimaryEmailAddr: { Address: 'ada@birds.example' } })
    await run(company, books)
    expect((await run(crm, hubspot)).counts).toMatchObject({ failed: 0 })
    const person = personAt(crm, contacts)
    const ada = (await person.list()).find(one => (one as Values).email === 'ada@birds.example') as Values & {
      id: string
    }
    expect(ada).toMatchObject({ firstname: 'Ada', lastname: 'King' })
    await person.change(ada.id, { phone: '+60 12-345 6789' })
    expect((await run(crm, hubspot)).counts).toMatchObject({ updated: 1, pushed: 0 })
    expect((await run(company, books)).counts).toMatchObject({ pushed: 1, failed: 0 })
    const there = await company.customers.get(shown.DisplayName)
    expect(there).toMatchObject({ ...shown, PrimaryPhone: { FreeFormNumber: '+60 12-345 6789' } })
    expect((await recordNamed(company, shown.DisplayName)).data).toMatchObject({ givenName: 'Ada' })
    for (const [of, id] of [
      [crm, hubspot],
      [company, books],
    ] as const)
      expect((await run(of, id)).counts).toMatchObject({ updated: 0, pushed: 0, conflicts: 0 })
  })
})
