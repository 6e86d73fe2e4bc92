import { sandboxControl } from '../../../dev/sandbox/control-client.ts'
import { type Sandbox, startSandbox } from '../../../dev/sandbox/server.ts'
import { type Customer, connectQuickbooks } from './account.ts'

interface FaultBody {
  Fault: { Error: { Message: string; Detail: string; code: string; element: string }[]; type: string }
}

let sandbox: Sandbox
let company: Awaited<ReturnType<typeof connectQuickbooks>>
const customers = () => sandboxControl(sandbox.url).customers(company.realm)
const codeOf = (answer: { body: unknown }) => (answer.body as FaultBody).Fault.Error[0]?.code

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

let nextRealm = 4_620_816_365_100_000
beforeEach(async () => {
  company = await connectQuickbooks(sandbox.url, { account: String(nextRealm++) })
})

describe('query', () => {
  it('pages through all customers, the inactive ones too, each once, in Intuit’s envelope', async () => {
    const ids: string[] = []
    for (let start = 1; ; start += 200) {
      const { body } = await company.query(
        `SELECT * FROM Customer WHERE Active IN (true, false) STARTPOSITION ${start} MAXRESULTS 200`,
      )
      const page = body.QueryResponse
      if (!page.Customer) break
      expect(page).toMatchObject({ startPosition: start, maxResults: page.Customer.length })
      ids.push(...page.Customer.map(customer => customer.Id))
    }
    expect(ids).toHaveLength(510)
    expect(new Set(ids).size).toBe(510)
  })

  it('is the same for the same company, and varied', async () => {
    const realm = company.realm
    const { body: before } = await company.query('select * from Customer maxresults 1000')
    await sandboxControl(sandbox.url).fillCompany(realm)
    const { body: after } = await company.query('select * from Customer maxresults 1000')
    expect(after.QueryResponse).toEqual(before.QueryResponse)
    const withMail = before.QueryResponse.Customer?.filter(customer => customer.PrimaryEmailAddr).length ?? 0
    expect(withMail).toBeGreaterThan(300)
    expect(withMail).toBeLessThan(500)
  })

  it('leaves inactive customers out unless they are asked for', async () => {
    const count = async (where: string) =>
      (await company.query(`select count(*) from Customer ${where}`)).body.QueryResponse.totalCount
    const [active, inactive, all] = [
      await count(''),
      await count('where Active = false'),
      await count('where Active IN (true,false)'),
    ]
    expect([active, inactive, all]).toEqual([500, 10, 510])
  })

  it('finds what changed since an instant, with conditions joined, ordered', async () => {
    await customers().change('7', { Notes: 'changed' })
    const since = new Date(Date.now() - 60_000).toISOString()
    const { body } = await company.query(
      `Select * From Customer Where Metadata.LastUpdatedTime > '${since}' And Active In (true,false) OrderBy Metadata.LastUpdatedTime Desc`,
    )
    expect(body.QueryResponse.Customer?.map(customer => [customer.Id, customer.Notes])).toEqual([['7', 'changed']])
    const ordered = await company.query(
      "select Id, DisplayName from Customer where DisplayName like 'A%' orderby DisplayName desc",
    )
    const names = ordered.body.QueryResponse.Customer?.map(customer => customer.DisplayName) ?? []
    expect(names.length).toBeGreaterThan(1)
    expect(names).toEqual([...names].sort().reverse())
    expect(ordered.body.QueryResponse.Customer?.[0]).not.toHaveProperty('MetaData')
  })

  it.each([
    ['nonsense', '4000'],
    ['select * from Unicorn', '4001'],
    ['select * from Customer maxresults 1001', '4001'],
    ["select * from Customer where Metadata.LastUpdatedTime > 'yesterday'", '4001'],
  ])('refuses %s', async (statement, code) => {
    const answer = await company.query(statement)
    expect([answer.status, codeOf(answer)]).toEqual([400, code])
  })
})

describe('change feed', () => {
  it('gives changed customers whole, and deleted ones as Deleted', async () => {
    const since = encodeURIComponent(new Date(Date.now() - 1000).toISOString())
    await customers().change('3', { Notes: 'new' })
    await customers().delete('4')
    const { body } = await company.get<{
      CDCResponse: { QueryResponse: { Customer: (Customer & { status?: string })[] }[] }[]
    }>(`cdc?entities=Customer&changedSince=${since}`)
    const changed = body.CDCResponse[0]?.QueryResponse[0]?.Customer ?? []
    expect(changed.map(customer => [customer.Id, customer.status, customer.Notes]).sort()).toEqual([
      ['3', undefined, 'new'],
      ['4', 'Deleted', undefined],
    ])
    const old = encodeURIComponent(new Date(Date.now() - 40 * 86_400_000).toISOString())
    expect((await company.get(`cdc?entities=Customer&changedSince=${old}`)).status).toBe(400)
  })
})

describe('customer', () => {
  it('is created once for one requestid', async () => {
    const create = () =>
      company.post<{ Customer: Customer }>('customer?requestid=r-1', { DisplayName: 'Only Once Ltd' })
    const [first, second] = [await create(), await create()]
    expect(second.body.Customer).toEqual(first.body.Customer)
    const named = await company.query("select * from Customer where DisplayName = 'Only Once Ltd'")
    expect(named.body.QueryResponse.Customer).toHaveLength(1)
  })

  it('keeps what a sparse update does not name, and raises its SyncToken', async () => {
    const before = await customers().get('9')
    const { body } = await company.post<{ Customer: Customer }>('customer', {
      Id: '9',
      SyncToken: '0',
      sparse: true,
      Notes: 'only this',
    })
    expect(body.Customer).toMatchObject({ Notes: 'only this', SyncToken: '1', DisplayName: before.DisplayName })
    expect(await customers().get('9')).toEqual(body.Customer)
  })

  it('refuses a stale SyncToken with 5010, and changes nothing', async () => {
    await customers().change('9', { Notes: 'by a person' })
    const answer = await company.post('customer', { Id: '9', SyncToken: '0', sparse: true, Notes: 'too late' })
    expect([answer.status, codeOf(answer)]).toEqual([400, '5010'])
    expect((answer.body as unknown as FaultBody).Fault).toMatchObject({
      type: 'ValidationFault',
      Error: [{ Message: 'Stale Object Error' }],
    })
    expect((await customers().get('9'))['Notes']).toBe('by a person')
  })

  it.each([
    ['a name that another has', { DisplayName: 'taken' }, '6240'],
    ['no name', {}, '2020'],
    ['an unknown property', { DisplayName: 'x', Nickname: 'y' }, '2010'],
    ['a wrong address', { DisplayName: 'x', PrimaryEmailAddr: { Address: 'nowhere' } }, '2210'],
    ['an id that does not exist', { Id: '99999', SyncToken: '0', sparse: true }, '610'],
  ])('refuses %s', async (_what, body, code) => {
    await customers().create({ DisplayName: 'Taken' })
    const answer = await company.post('customer', body)
    expect([answer.status, codeOf(answer)]).toEqual([400, code])
  })

  it('cannot be deleted, only made inactive', async () => {
    const answer = await company.post('customer?operation=delete', { Id: '5', SyncToken: '0' })
    expect(answer.status).toBe(400)
    expect((await company.post('customer', { Id: '5', SyncToken: '0', sparse: true, Active: false })).status).toBe(200)
    expect((await company.query("select * from Customer where Id = '5'")).body.QueryResponse).toEqual({})
  })
})

describe('batch', () => {
  it('answers each item for itself', async () => {
    const { body } = await company.post<{
      BatchItemResponse: ({ bId: string; Customer?: Customer } & Partial<FaultBody>)[]
    }>('batch', {
      BatchItemRequest: [
        { bId: 'a', operation: 'create', Customer: { DisplayName: 'In A Batch' } },
        { bId: 'b', operation: 'update', Customer: { Id: '2', SyncToken: '77', sparse: true, Notes: 'stale' } },
        { bId: 'c', operation: 'update', Customer: { Id: '3', SyncToken: '0', sparse: true, Notes: 'fresh' } },
      ],
    })
    expect(
      body.BatchItemResponse.map(item => [item.bId, item.Customer?.SyncToken, item.Fault?.Error[0]?.code]),
    ).toEqual([
      ['a', '0', undefined],
      ['b', undefined, '5010'],
      ['c', '1', undefined],
    ])
  })

  it('takes at most 30 items', async () => {
    const BatchItemRequest = Array.from({ length: 31 }, (_, index) => ({
      bId: String(index),
      Query: 'select * from Customer',
    }))
    expect((await company.post('batch', { BatchItemRequest })).status).toBe(400)
  })
})

describe('access', () => {
  it('refuses an unknown token with 401 and another company with 403', async () => {
    const wrong = await company.get<{ fault: { type: string; error: { code: string }[] } }>(
      'companyinfo/1',
      'x'.repeat(900),
    )
    expect([wrong.status, wrong.body.fault.type, wrong.body.fault.error[0]?.code]).toEqual([
      401,
      'AUTHENTICATION',
      '3200',
    ])
    const other = await connectQuickbooks(sandbox.url, { account: '4620816365999999' })
    expect((await company.get('companyinfo/1', other.tokens.access_token)).status).toBe(403)
  })

  it('answers XML to whoever does not ask for JSON', async () => {
    const response = await fetch(`${sandbox.url}/quickbooks/v3/company/${company.realm}/companyinfo/${company.realm}`, {
      headers: { authorization: `Bearer ${company.tokens.access_token}` },
    })
    expect(response.headers.get('content-type')).toContain('xml')
  })
})
