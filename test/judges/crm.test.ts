import {
  codeAt,
  appOf,
  at,
  failure,
  led,
  ledUrl,
  load,
  personOf,
  redirectUri,
  sandbox,
  type Untyped,
} from './judged.ts'

// The clients of HubSpot and Salesforce work with the sandbox's objects: what they can do there, and what they are refused.

const person = async (path: string, method: string, body?: object): Promise<Untyped> => {
  const headers = { 'content-type': 'application/json' }
  const said = body === undefined ? {} : { headers, body: JSON.stringify(body) }
  return (await fetch(`${sandbox.url}/_control${path}`, { method, ...said })).json()
}

describe('HubSpot’s client', () => {
  const { Client } = load('@hubspot/api-client')
  const portal = '62515'
  const accessToken = personOf('hubspot', 'private-app').credentials!['apiKey']
  const { crm } = new Client({ basePath: at('hubspot', 'api.hubapi.com'), accessToken, numberOfApiCallRetries: 0 })
  const refused = async (work: Promise<unknown>) => {
    const { code, body } = await failure(work)
    return { code, category: body.category, message: body.message as string }
  }
  beforeAll(() => person(`/hubspot/${portal}`, 'PATCH', { calls: 10_000, searches: 1_000 }))

  it('makes, finds, changes and archives a contact, whose e-mail comes back in small letters', async () => {
    const made = await crm.contacts.basicApi.create({ properties: { email: 'Lin@Example.COM ', firstname: 'Lin' } })
    expect(made.properties).toMatchObject({ email: 'lin@example.com', firstname: 'Lin', hs_object_id: made.id })
    const found = await crm.contacts.basicApi.getById(
      'lin@example.com',
      ['email', 'phone'],
      ...[undefined, undefined, false, 'email'],
    )
    expect([found.id, found.properties.phone, found.archived]).toEqual([made.id, null, false])
    await crm.contacts.basicApi.update(made.id, { properties: { phone: '+60 12', firstname: '' } })
    const changed = await crm.contacts.basicApi.getById(made.id, ['firstname', 'phone'])
    expect(changed.properties).toMatchObject({ firstname: null, phone: '+60 12' })
    await crm.contacts.basicApi.archive(made.id)
    expect((await refused(crm.contacts.basicApi.getById(made.id))).code).toBe(404)
    const gone = await crm.contacts.basicApi.getById(made.id, undefined, undefined, undefined, true)
    expect(gone.archivedAt).toBeInstanceOf(Date)
  })

  it('is refused what the platform refuses', async () => {
    const create = (properties: object) => refused(crm.contacts.basicApi.create({ properties }))
    const { id } = await crm.contacts.basicApi.create({ properties: { email: 'one@example.com' } })
    expect(await create({ email: 'ONE@example.com' })).toEqual({
      ...{ code: 409, category: 'CONFLICT', message: `Contact already exists. Existing ID: ${id}` },
    })
    for (const [properties, error] of [
      [{ nickname: 'x' }, 'PROPERTY_DOESNT_EXIST'],
      [{ email: 'no mail' }, 'INVALID_EMAIL'],
      [{ lifecyclestage: 'friend' }, 'INVALID_OPTION'],
      [{ hs_object_id: '9' }, 'READ_ONLY_VALUE'],
    ] as const) {
      const { code, category, message } = await create(properties)
      expect([code, category, message.includes(error)]).toEqual([400, 'VALIDATION_ERROR', true])
    }
  })

  it('tells partial failures of a batch with trace ids, and refuses the whole of one without', async () => {
    const inputs = ['ba@example.com', 'no mail', 'bb@example.com'].map((email, index) => ({
      ...{ properties: { email }, associations: [], objectWriteTraceId: `t${index}` },
    }))
    const partly = await crm.contacts.batchApi.create({ inputs })
    expect(partly.numErrors).toBe(1)
    expect(partly.errors[0]).toMatchObject({ category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['t1'] } })
    expect(partly.results.map((one: Untyped) => one.objectWriteTraceId).toSorted()).toEqual(['t0', 't2'])
    const untraced = inputs.map(({ properties }) => ({
      properties: { email: `x${properties.email}` },
      associations: [],
    }))
    expect((await refused(crm.contacts.batchApi.create({ inputs: untraced }))).code).toBe(400)
    const ids = partly.results.map(({ id }: Untyped) => ({ id: id as string }))
    const read = { properties: ['email'], propertiesWithHistory: [], inputs: [...ids, { id: '99999999' }] }
    const answered = await crm.contacts.batchApi.read(read)
    expect([answered.results.length, answered.errors[0].context.ids]).toEqual([2, ['99999999']])
    const upserted = await crm.contacts.batchApi.upsert({
      inputs: ['ba@example.com', 'bc@example.com'].map(id => ({
        id,
        idProperty: 'email',
        properties: { city: 'Ipoh' },
      })),
    })
    expect(upserted.results.map((one: Untyped) => one._new).toSorted()).toEqual([false, true])
    const twice = { inputs: [...ids, ...ids].map(({ id }) => ({ id, properties: { city: 'Klang' } })) }
    expect((await refused(crm.contacts.batchApi.update(twice))).code).toBe(400)
    const many = Array.from({ length: 101 }, () => ({ properties: {}, associations: [] }))
    expect((await refused(crm.contacts.batchApi.create({ inputs: many }))).code).toBe(400)
  })

  it('merges, and the old id leads to what is left; what is merged of companies has a new one', async () => {
    const [kept, lost] = await Promise.all(
      ['k@example.com', 'l@example.com'].map(email => crm.contacts.basicApi.create({ properties: { email } })),
    )
    await crm.contacts.basicApi.merge({ primaryObjectId: kept.id, objectIdToMerge: lost.id })
    expect((await crm.contacts.basicApi.getById(lost.id)).id).toBe(kept.id)
    const names = ['Acme', 'Acme Ltd']
    const [a, b] = await Promise.all(names.map(name => crm.companies.basicApi.create({ properties: { name } })))
    const merged = await crm.companies.basicApi.merge({ primaryObjectId: a.id, objectIdToMerge: b.id })
    expect([a.id, b.id]).not.toContain(merged.id)
    expect((await crm.companies.basicApi.getById(a.id, ['name'])).properties.name).toBe('Acme')
  })

  it('associates contacts with companies', async () => {
    const company = await crm.companies.basicApi.create({
      properties: { name: 'Joined', domain: 'https://www.Joined.example/x' },
    })
    expect(company.properties.domain).toBe('joined.example')
    const to = { to: { id: company.id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }] }
    const contact = await crm.contacts.basicApi.create({ properties: { email: 'j@example.com' }, associations: [to] })
    const { results } = await crm.associations.v4.basicApi.getPage('contacts', contact.id, 'companies')
    expect(String(results[0].toObjectId)).toBe(company.id)
    const read = await crm.contacts.basicApi.getById(contact.id, ['associatedcompanyid'])
    expect(read.properties.associatedcompanyid).toBe(company.id)
    await crm.associations.v4.basicApi.archive('contacts', contact.id, 'companies', company.id)
    expect((await crm.associations.v4.basicApi.getPage('contacts', contact.id, 'companies')).results).toEqual([])
  })

  it('searches up to 10,000 results, by an index that lags behind', async () => {
    const inputs = Array.from({ length: 10_100 }, (_, n) => ({ properties: { name: `C${n}`, city: 'Ipoh' } }))
    await person(`/hubspot/${portal}/companies/many`, 'POST', { inputs })
    const filterGroups = [{ filters: [{ propertyName: 'city', operator: 'EQ', value: 'Ipoh' }] }]
    const asked = { filterGroups, sorts: ['hs_object_id'], properties: ['name'], limit: 200 }
    const last = await crm.companies.searchApi.doSearch({ ...asked, after: '9800' })
    expect([last.total, last.results.length, last.paging.next.after]).toEqual([10_100, 200, '10000'])
    expect((await refused(crm.companies.searchApi.doSearch({ ...asked, after: '10000' }))).code).toBe(400)
    await person(`/hubspot/${portal}`, 'PATCH', { lagMs: 60_000 })
    const { id } = last.results[0]
    await crm.companies.basicApi.update(id, { properties: { name: 'Renamed' } })
    const one = [{ filters: [{ propertyName: 'hs_object_id', operator: 'EQ', value: id }] }]
    const behind = await crm.companies.searchApi.doSearch({ ...asked, filterGroups: one })
    expect(behind.results[0].properties.name).toMatch(/^C\d/)
    await person(`/hubspot/${portal}`, 'PATCH', { lagMs: 0 })
    const now = await crm.companies.searchApi.doSearch({ ...asked, filterGroups: one })
    expect(now.results[0].properties.name).toBe('Renamed')
  })

  it('is told which limit it has met', async () => {
    await person(`/hubspot/${portal}`, 'PATCH', { calls: 1, searches: 1 })
    const busy = await failure(crm.contacts.basicApi.getPage(1))
    expect([busy.code, busy.body.policyName]).toEqual([429, 'TEN_SECONDLY_ROLLING'])
    const search = { filterGroups: [], sorts: [], properties: [], limit: 1, after: '0' }
    const asked = await Promise.all(
      [1, 2].map(() => crm.contacts.searchApi.doSearch(search).catch((error: Untyped) => error)),
    )
    expect(asked.map(one => one.body?.policyName)).toContain('SECONDLY')
  })
})

describe('jsforce', () => {
  const { Connection } = load('jsforce')
  const org = '00D5g000004CrmTEAS'
  const { clientId, clientSecret } = appOf('salesforce')

  async function connected(): Promise<Untyped> {
    const authorize = new URL('https://login.salesforce.com/services/oauth2/authorize')
    const asked = {
      client_id: clientId,
      response_type: 'code',
      scope: 'api id refresh_token',
      redirect_uri: redirectUri,
    }
    authorize.search = new URLSearchParams(asked).toString()
    const code = await codeAt('salesforce', authorize.href, org)
    const body = new URLSearchParams({ grant_type: 'authorization_code', code, client_id: clientId })
    body.set('client_secret', clientSecret)
    body.set('redirect_uri', redirectUri)
    const answer = await led('salesforce')('https://login.salesforce.com/services/oauth2/token', {
      method: 'POST',
      body,
    })
    const { access_token: accessToken } = (await answer.json()) as { access_token: string }
    return new Connection({
      instanceUrl: ledUrl('salesforce', 'https://causeway.my.salesforce.com'),
      accessToken,
      version: '64.0',
    })
  }
  let salesforce: Untyped
  beforeAll(async () => {
    salesforce = await connected()
  })
  const contacts = () => salesforce.sobject('Contact')
  const code = async (work: Promise<unknown>) => (await failure(work)).errorCode

  it('makes rows, each with what is wrong with it', async () => {
    const rows = [{ LastName: 'Kaur', Email: 'k@example.com' }, { FirstName: 'Nobody' }, { LastName: 'x'.repeat(81) }]
    const made = await contacts().create(rows, { allOrNone: false })
    expect(made.map((one: Untyped) => one.errors[0]?.statusCode)).toEqual([
      undefined,
      'REQUIRED_FIELD_MISSING',
      'STRING_TOO_LONG',
    ])
    expect(made[0].id).toMatch(/^003\w{15}$/)
    const all = await contacts().create([{ LastName: 'Lim' }, {}], { allOrNone: true })
    expect(all.map((one: Untyped) => one.success)).toEqual([false, false])
    expect((await salesforce.query("SELECT Id FROM Contact WHERE LastName = 'Lim'")).totalSize).toBe(0)
    expect(await code(contacts().create({ LastName: 'a', Email: 'no mail' }))).toBe('INVALID_EMAIL_ADDRESS')
    expect(await code(contacts().create({ LastName: 'a', Nickname: 'b' }))).toBe('INVALID_FIELD')
    expect(await code(contacts().create({ LastName: 'a', SystemModstamp: '2026-01-01T00:00:00Z' }))).toBe(
      'INVALID_FIELD_FOR_INSERT_UPDATE',
    )
  })

  it('asks in SOQL, page by page, and is told what is not right', async () => {
    const many = Array.from({ length: 450 }, (_, n) => ({ Name: `O'Neil ${n}`, BillingCity: n % 2 ? 'Ipoh' : 'Klang' }))
    await person(`/salesforce/${org}/Account`, 'POST', { many })
    await person(`/salesforce/${org}`, 'PATCH', { page: 100 })
    const soql =
      "SELECT Id, Name FROM Account WHERE (BillingCity = 'Ipoh' AND NOT Name LIKE 'x%') OR Name = 'O\\'Neil 0' ORDER BY Name DESC"
    const first = await salesforce.query(soql)
    expect([first.totalSize, first.done, first.records.length]).toEqual([226, false, 100])
    const next = await salesforce.queryMore(first.nextRecordsUrl)
    const last = await salesforce.queryMore(next.nextRecordsUrl)
    expect([next.records.length, last.records.length, last.done]).toEqual([100, 26, true])
    await person(`/salesforce/${org}/cursors`, 'DELETE')
    expect(await code(salesforce.queryMore(first.nextRecordsUrl))).toBe('INVALID_QUERY_LOCATOR')
    expect(
      (await salesforce.query('SELECT count() FROM Account WHERE SystemModstamp >= 2026-01-01T00:00:00Z')).totalSize,
    ).toBe(450)
    expect(await code(salesforce.query("SELECT Id FROM Account WHERE SystemModstamp >= '2026-01-01'"))).toBe(
      'INVALID_FIELD',
    )
    expect(await code(salesforce.query('SELECT Nickname FROM Account'))).toBe('INVALID_FIELD')
    expect(await code(salesforce.query('SELECT Id FROM Account WHERE'))).toBe('MALFORMED_QUERY')
  })

  it('changes, upserts, deletes, and sees what was deleted', async () => {
    const [row] = await contacts().create([{ LastName: 'Rao' }])
    expect((await contacts().update({ Id: row.id, Title: ' CFO ', LastName: 'Rao' })).success).toBe(true)
    const [read] = await contacts().retrieve([row.id], { fields: ['Title', 'Name'] })
    expect(read).toMatchObject({ Title: 'CFO', Name: 'Rao' })
    const first = await contacts().upsert({ Causeway_Id__c: 'rec_1', LastName: 'Once' }, 'Causeway_Id__c')
    const again = await contacts().upsert({ Causeway_Id__c: 'rec_1', LastName: 'Twice' }, 'Causeway_Id__c')
    expect([first.id === again.id, again.success]).toEqual([true, true])
    expect(await code(contacts().create({ LastName: 'z', Causeway_Id__c: 'rec_1' }))).toBe('DUPLICATE_VALUE')
    await contacts().destroy(row.id)
    expect(await code(contacts().update({ Id: row.id, Title: 'x' }))).toBe('ENTITY_IS_DELETED')
    expect(await code(contacts().retrieve(row.id))).toBe('ENTITY_IS_DELETED')
    const seen = await contacts().deleted(new Date(Date.now() - 3_600_000), new Date(Date.now() + 60_000))
    expect(seen.deletedRecords.map(({ id }: Untyped) => id)).toContain(row.id)
    const soql = `SELECT Id, IsDeleted FROM Contact WHERE Id = '${row.id}'`
    expect((await salesforce.query(soql)).totalSize).toBe(0)
    expect((await salesforce.query(soql, { scanAll: true })).records[0].IsDeleted).toBe(true)
  })

  it('meets duplicates, a locked row and the limit of the day', async () => {
    await contacts().create({ LastName: 'Dup', Email: 'dup@example.com' })
    await person(`/salesforce/${org}`, 'PATCH', { duplicateRule: true })
    const again = { LastName: 'Dup', Email: 'dup@example.com' }
    expect(await code(contacts().create(again))).toBe('DUPLICATES_DETECTED')
    const headers = { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' }
    expect((await contacts().create(again, { headers })).success).toBe(true)
    await person(`/salesforce/${org}`, 'PATCH', { duplicateRule: false, locked: 1 })
    expect(await code(contacts().create({ LastName: 'Locked' }))).toBe('UNABLE_TO_LOCK_ROW')
    expect((await contacts().create({ LastName: 'Locked' })).success).toBe(true)
    expect(salesforce.limitInfo.apiUsage.limit).toBe(100_000)
    await person(`/salesforce/${org}`, 'PATCH', { most: 1 })
    expect(await code(salesforce.query('SELECT Id FROM Contact'))).toBe('REQUEST_LIMIT_EXCEEDED')
    await person(`/salesforce/${org}`, 'PATCH', { most: 100_000 })
  })
})
