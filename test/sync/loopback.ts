import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { stripeKey } from '../../dev/sandbox/settings.ts'
import { createApp, type Connecting } from '../connections/accounts.ts'
import { createWorkspace } from '../support/hub.ts'
import type { Hub } from '../../src/hub.ts'
import type { Company } from './company.ts'

/** One call to a platform that a test plays, and what it answers. */
export interface Call {
  method: string
  path: string
  query: URLSearchParams
}

export interface Answer {
  status?: number
  headers?: Record<string, string | string[]>
  body: unknown
}

export type Play = (call: Call) => Answer | undefined | Promise<Answer | undefined>

/** A platform on the loopback whose every answer a test decides; each test may change `play`. */
export interface Loopback {
  url: string
  calls: Call[]
  play: Play
  /** A workspace with a connection to it, or to another server, by credentials from elsewhere. */
  account(provider: 'quickbooks' | 'github' | 'stripe', at?: string): Promise<Company>
}

/** Awaited at the top of a test file; stopped when the file ends. */
export async function startLoopback(hub: Hub): Promise<Loopback> {
  const answer = async (call: Call, response: ServerResponse) => {
    const { status = 200, headers, body } = identity(call) ?? (await loopback.play(call)) ?? { status: 404, body: {} }
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
  const server = createServer((request, response) => {
    const call = callOf(request)
    request.resume()
    loopback.calls.push(call)
    void answer(call, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => void server.close().closeAllConnections())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const loopback: Loopback = { url, calls: [], play: () => undefined, account }
  return loopback

  async function account(provider: 'quickbooks' | 'github' | 'stripe', at = url): Promise<Company> {
    const workspace = await createWorkspace(hub)
    const providerAppId = await createApp(workspace, at, provider)
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
    const made = await workspace.request<Connecting>('POST', '/v1/connections', {
      ...{ provider, providerAppId },
      ...(provider === 'stripe'
        ? { credentials: { apiKey: stripeKey } }
        : {
            import: {
              accessToken: 'loopback',
              expiresAt,
              ...(provider === 'quickbooks' ? { config: { realmId: '1' } } : {}),
            },
          }),
    })
    if (made.status >= 300) throw new Error(`no connection: ${JSON.stringify(made.body)}`)
    return { hub, workspace, connectionId: made.body.connection.id } as Company
  }
}

function callOf(request: IncomingMessage): Call {
  const url = new URL(request.url ?? '/', 'http://loopback')
  return { method: request.method ?? '', path: url.pathname, query: url.searchParams }
}

function identity({ path }: Call): Answer | undefined {
  if (/\/companyinfo\//.test(path)) return { body: { CompanyInfo: { Id: '1', CompanyName: 'Loopback' } } }
  if (path.endsWith('/user')) return { body: { id: 1, login: 'loopback' } }
  if (path.endsWith('/v1/account')) return { body: { id: 'acct_1', object: 'account' } }
  return undefined
}

export type Item = Record<string, unknown>

/** QuickBooks as a test's list of customers: its query by position, its change feed, and reading by id. */
export function playQuickbooks(
  list: (start: number, max: number) => Item[],
  rest: { feed?: () => Item[]; byId?: (id: string) => Item | undefined } = {},
): Play {
  return ({ path, query, method }) => {
    if (method !== 'GET') return undefined
    if (path.endsWith('/query')) {
      const [, start, max] = /startposition (\d+) maxresults (\d+)/.exec(query.get('query') ?? '') ?? []
      const found = list(Number(start), Number(max))
      return { body: { QueryResponse: found.length === 0 ? {} : { Customer: found } } }
    }
    if (path.endsWith('/cdc'))
      return { body: { CDCResponse: [{ QueryResponse: [{ Customer: rest.feed?.() ?? [] }] }] } }
    const id = /\/customer\/([^/]+)$/.exec(path)?.[1]
    const found = id === undefined ? undefined : rest.byId?.(decodeURIComponent(id))
    if (found) return { body: { Customer: found } }
    return { status: 400, body: { Fault: { Error: [{ code: '610' }] } } }
  }
}

/** A customer of QuickBooks with a version and the time of its change. */
export function customer(id: number | string, name = `Customer ${id}`, version = 0, minute = version): Item {
  const LastUpdatedTime = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
  return { Id: String(id), SyncToken: String(version), DisplayName: name, Active: true, MetaData: { LastUpdatedTime } }
}

/** A page by position of items in their order. */
export const slice = (items: readonly Item[]) => (start: number, max: number) => items.slice(start - 1, start - 1 + max)
