import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { targetOf } from '../../src/calls/target.ts'
import type { ProviderDefinition } from '../../src/catalogue/schema/definition.ts'
import { identify } from '../../src/connections/health/identity.ts'
import { createTestHub } from '../support/hub.ts'
import { at, definitionOf } from './made.ts'

const hub = await createTestHub()
const calls: string[] = []
const server = createServer((req, res) => {
  calls.push(req.url!)
  if (req.url === '/page') return void res.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hello</p>')
  res.writeHead(200, { 'content-type': 'application/json' }).end('{"account":{"id":7,"called":"Seven"}}')
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const baseUrls = at(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
afterAll(() => server.close())
beforeEach(() => calls.splice(0))

function whose(identity: ProviderDefinition['identity'], config: Record<string, string> = {}) {
  const definition = definitionOf({ identity })
  const owner = {
    ...{ id: 'conn_identity', workspaceId: 'ws_made', providerAppId: null, environment: 'production' },
    provider: 'made',
    config,
  }
  return identify(hub, targetOf(definition, definition.auth[0]!, owner, { baseUrls }, { accessToken: 'key' }))
}

describe('whose account a connection is to', () => {
  it('is told by a call, with or without a name', async () => {
    expect(await whose({ get: '/me', id: 'account.id', name: 'account.called' })).toEqual({ id: '7', name: 'Seven' })
    expect(await whose({ get: '/me', id: 'account.id' })).toEqual({ id: '7', name: null })
    await whose({ get: '/me', query: { fields: 'id,name' }, id: 'account.id' })
    expect(calls).toEqual(['/me', '/me', '/me?fields=id%2Cname'])
  })

  it('is a value of the configuration where a call proves the connection and does not name the account', async () => {
    expect(await whose({ get: '/ping', id: { captured: 'tenant' } }, { tenant: 't1' })).toEqual({
      id: 't1',
      name: null,
    })
    expect(calls).toEqual(['/ping'])
  })

  it('is proved by an answer of any kind where that is said', async () => {
    const id = { captured: 'host' }
    const config = { host: 'books.example', path: '/page' }
    expect(await whose({ get: '/{+path}', id, answer: 'any' }, config)).toEqual({ id: 'books.example', name: null })
    await expect(whose({ get: '/{+path}', id }, config)).rejects.toMatchObject({ code: 'PROVIDER_ERROR' })
  })

  it('is a value of the configuration where no call tells, and nothing is called', async () => {
    expect(await whose({ captured: 'host' }, { host: 'books.example' })).toEqual({ id: 'books.example', name: null })
    await expect(whose({ captured: 'host' })).rejects.toMatchObject({ code: 'PROVIDER_ERROR' })
    expect(calls).toEqual([])
  })
})
