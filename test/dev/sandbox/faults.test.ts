import { sandboxControl } from '../../../dev/sandbox/control-client.ts'
import { type Sandbox, startSandbox } from '../../../dev/sandbox/server.ts'
import { connectQuickbooks, quickbooksTokens } from './account.ts'

let sandbox: Sandbox
let company: Awaited<ReturnType<typeof connectQuickbooks>>
const control = () => sandboxControl(sandbox.url)
const info = () => company.get('companyinfo/1')

beforeAll(async () => {
  sandbox = await startSandbox({ settings: { customers: 3 } })
  company = await connectQuickbooks(sandbox.url)
})
afterEach(() => control().clearFaults())
afterAll(() => sandbox.stop())

it('answers 429 with Retry-After as often as told, then as always', async () => {
  await control().addFault({ platform: 'quickbooks', path: '/v3/', kind: '429', retryAfterSeconds: 7, times: 2 })
  const limited = await info()
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7'])
  expect((await info()).status).toBe(429)
  expect((await info()).status).toBe(200)
})

it('meets only the platform, method and path it was made for', async () => {
  await control().addFault({ platform: 'quickbooks', path: '/\\/query$/', kind: '503' })
  await control().addFault({ platform: 'quickbooks', method: 'POST', kind: '500' })
  await control().addFault({ platform: 'github', kind: '500' })
  expect((await info()).status).toBe(200)
  expect((await company.query('select * from Customer')).status).toBe(503)
  expect((await company.post('customer', { DisplayName: 'x' })).status).toBe(500)
  const faults = await control().faults()
  expect(faults.map(fault => fault.met)).toEqual([1, 1, 0])
})

it('answers late', async () => {
  await control().addFault({ platform: 'quickbooks', kind: 'slow', delayMs: 300 })
  const started = Date.now()
  expect((await info()).status).toBe(200)
  expect(Date.now() - started).toBeGreaterThanOrEqual(295)
})

it('cuts the connection, and sends garbage', async () => {
  await control().addFault({ platform: 'quickbooks', kind: 'cut', times: 1 })
  await expect(info()).rejects.toThrow()
  await control().addFault({ platform: 'quickbooks', kind: 'garbage', times: 1 })
  await expect(info()).rejects.toThrow(SyntaxError)
  expect((await info()).status).toBe(200)
})

it('drops an answer after the work was done', async () => {
  await control().addFault({ platform: 'quickbooks', path: '/v3/', method: 'POST', kind: 'drop-answer', times: 1 })
  await expect(company.post('customer', { DisplayName: 'Made Anyway' })).rejects.toThrow()
  expect(
    (await company.query("select * from Customer where DisplayName = 'Made Anyway'")).body.QueryResponse.Customer,
  ).toHaveLength(1)
})

it('drops the answer of a refresh after the token was spent', async () => {
  await control().changeSettings({ reuseGraceSeconds: 0 })
  const { tokens } = await connectQuickbooks(sandbox.url, { account: '4620816365000003' })
  const refresh = () =>
    quickbooksTokens(sandbox.url, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
  await control().addFault({ platform: 'quickbooks', path: '/oauth2/v1/tokens', kind: 'drop-answer', times: 1 })
  await expect(refresh()).rejects.toThrow()
  expect((await refresh()).body).toMatchObject({ error: 'invalid_grant' })
})

it('keeps a bounded log of requests, without their queries', async () => {
  await control().forgetRequests()
  await company.query('select * from Customer')
  expect(await control().requests()).toMatchObject([
    { method: 'GET', status: 200, path: expect.not.stringContaining('select') as string },
  ])
})
