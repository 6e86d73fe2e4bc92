import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import type { Connecting } from './accounts.ts'

const accounts = ['9007199254740992', '9007199254740993', '12345678901234567891']
const hub = await createTestHub()
const workspace = await createWorkspace(hub)
/** A platform whose accounts have numbers for ids, and a key each that ends in their place in the list. */
const platform = createServer((request, response) => {
  const id = accounts[Number(request.headers.authorization?.at(-1))]
  response.end(`{"id":${id},"settings":{"dashboard":{"display_name":"Account"}}}`)
})
await new Promise<void>(resolve => platform.listen(0, '127.0.0.1', resolve))
afterAll(() => platform.close())

describe('accounts whose ids no double tells apart', () => {
  it('are different accounts', async () => {
    const url = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`
    const app = await workspace.request('POST', '/v1/provider-apps', {
      provider: 'stripe',
      name: 'Long ids',
      baseUrls: { 'https://api.stripe.com': url },
    })
    const found: (string | null)[] = []
    for (const place of accounts.keys()) {
      const { body } = await workspace.request<Connecting>('POST', '/v1/connections', {
        provider: 'stripe',
        providerAppId: app.body.id,
        credentials: { apiKey: `sk_test_longIdNumber${place}` },
      })
      found.push(body.connection.externalAccountId)
    }
    expect(found).toEqual(accounts)
  })
})
