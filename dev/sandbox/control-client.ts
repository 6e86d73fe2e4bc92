import type { LoggedRequest } from './control.ts'
import type { ActiveFault, FaultRequest } from './faults.ts'
import type { SandboxClient, SandboxSettings } from './settings.ts'
import type { SentWebhook, WebhookRequest } from './webhooks.ts'

export interface SandboxGrant {
  id: string
  platform: string
  clientId: string
  account: string
  scope: string
  createdMs: number
  revokedMs: number | null
  revokedBecause: string | null
}

export interface TokenRequest {
  atMs: number
  platform: string
  clientId: string | null
  grantType: string
  grantId: string | null
  account: string | null
  /** `ok`, or the standard's error code. */
  outcome: string
  /** A spent token was shown again. */
  reused: boolean
}

export interface GrantFilter {
  platform: string
  account?: string
  grantId?: string
}

export type SandboxCustomer = Record<string, unknown> & { Id: string; SyncToken: string; DisplayName: string }

export type SandboxEntity = Record<string, unknown> & { Id: string; SyncToken: string }
export type XeroKind = 'contacts' | 'items' | 'invoices' | 'payments' | 'batchpayments' | 'prepayments' | 'overpayments'
export type XeroRow = Record<string, unknown>
/** A row of books, as the platform's API has it. */
export type BookRow = Record<string, unknown>

/** Something that a platform keeps, as its API has it. */
export interface SandboxThing {
  platform: string
  kind: string
  /** Whose it is: an account, a repository, a form. */
  account: string
  id: string
  thing: Record<string, unknown>
}

export type SandboxControl = ReturnType<typeof sandboxControl>

/** The typed way to a sandbox's control endpoint; every call throws when the sandbox refuses. `url` is the sandbox's. */
export function sandboxControl(url: string) {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/_control${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`sandbox control ${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text) as T
  }
  const search = (filter: object) => new URLSearchParams(filter as Record<string, string>).toString()
  return {
    health: () => call<{ ok: true }>('GET', '/health'),
    reset: () => call<{ ok: true }>('POST', '/reset'),
    settings: () => call<SandboxSettings>('GET', '/settings'),
    changeSettings: (changes: Partial<SandboxSettings>) => call<SandboxSettings>('PATCH', '/settings', changes),
    registerClient: (client: SandboxClient) => call<SandboxClient>('PUT', '/clients', client),

    faults: () => call<ActiveFault[]>('GET', '/faults'),
    addFault: (fault: FaultRequest) => call<ActiveFault>('POST', '/faults', fault),
    clearFaults: (id?: string) => call<{ cleared: number }>('DELETE', id ? `/faults/${id}` : '/faults'),

    grants: (filter: Partial<GrantFilter> = {}) => call<SandboxGrant[]>('GET', `/grants?${search(filter)}`),
    revokeGrants: (filter: GrantFilter) => call<{ revoked: number }>('POST', '/grants/revoke', filter),
    expireAccessTokens: (filter: GrantFilter) => call<{ expired: number }>('POST', '/tokens/expire', filter),
    tokenRequests: (filter: Partial<GrantFilter> & { clientId?: string; grantType?: string } = {}) =>
      call<TokenRequest[]>('GET', `/token-requests?${search(filter)}`),
    forgetTokenRequests: () => call<{ cleared: number }>('DELETE', '/token-requests'),
    requests: () => call<LoggedRequest[]>('GET', '/requests'),
    forgetRequests: () => call<{ cleared: number }>('DELETE', '/requests'),

    /** Empties a QuickBooks company and fills it with so many customers. */
    fillCompany: (realm: string, count?: number) =>
      call<{ customers: number }>('POST', `/companies/${realm}`, count === undefined ? {} : { customers: count }),
    /** What a person does with the customers of a QuickBooks company. */
    customers: (realm: string) => entitiesOf<SandboxCustomer>(call, realm, 'customers'),
    /** The same of vendors, items, invoices and payments. */
    entities: (realm: string, plural: 'vendors' | 'items' | 'invoices' | 'payments') =>
      entitiesOf<SandboxEntity>(call, realm, plural),

    /** What a person does in the organisation of Xero's account `org-<name>`. */
    organisation: (account: string) => ({
      list: (kind: XeroKind) => call<XeroRow[]>('GET', `/organisations/${account}/${kind}`),
      get: (kind: XeroKind, id: string) => call<XeroRow | null>('GET', `/organisations/${account}/${kind}/${id}`),
      /** Makes or changes one. */
      put: (kind: XeroKind, row: object) => call<XeroRow>('POST', `/organisations/${account}/${kind}`, row),
      putAll: (kind: XeroKind, rows: object[]) => call<XeroRow[]>('POST', `/organisations/${account}/${kind}`, rows),
      delete: (kind: XeroKind, id: string) =>
        call<{ deleted: true }>('DELETE', `/organisations/${account}/${kind}/${id}`),
      limit: (limits: object) => call<object>('PUT', `/organisations/${account}/limits`, limits),
    }),

    /** What a person does in the books of an account of SQL Accounting or AutoCount. */
    books: (platform: 'sql-accounting' | 'autocount', account: string) => {
      const path = (...parts: string[]) =>
        ['/books', platform, ...[account, ...parts].map(encodeURIComponent)].join('/')
      return {
        list: (kind: string) => call<BookRow[]>('GET', path(kind)),
        get: (kind: string, id: string) => call<BookRow | null>('GET', path(kind, id)),
        make: (kind: string, fields: object) => call<BookRow>('POST', path(kind), fields),
        change: (kind: string, id: string, fields: object) => call<BookRow>('PATCH', path(kind, id), fields),
        remove: (kind: string, id: string) => call<{ deleted: boolean }>('DELETE', path(kind, id)),
      }
    },

    /** What somebody makes or changes at a platform, one thing or many. */
    putThings: (things: SandboxThing | SandboxThing[]) => call<{ put: number }>('PUT', '/things', things),
    deleteThing: ({ platform, kind, account, id }: Omit<SandboxThing, 'thing'>) =>
      call<{ deleted: boolean }>('DELETE', '/things', { platform, kind, account, id }),

    sendWebhook: (webhook: WebhookRequest) => call<SentWebhook>('POST', '/webhooks', webhook),
    /** Has any platform send to an address: signed with what that was registered with, unless a secret is given. */
    sendRegistered: (webhook: { platform: string; url: string; secret?: string }) =>
      call<SentWebhook>('POST', '/webhooks', webhook),
    sentWebhooks: () => call<SentWebhook[]>('GET', '/webhooks'),
  }
}

type Call = <T>(method: string, path: string, body?: unknown) => Promise<T>

/** An entity of a QuickBooks company is named by its id, or by its DisplayName, name or number. */
function entitiesOf<Entity extends SandboxEntity>(call: Call, realm: string, plural: string) {
  const path = `/companies/${realm}/${plural}`
  const find = async (idOrName: string) => {
    const found = /^\d+$/.test(idOrName)
      ? await call<Entity | null>('GET', `${path}/${idOrName}`)
      : (await call<Entity[]>('GET', `${path}?${new URLSearchParams({ displayName: idOrName }).toString()}`))[0]
    if (!found) throw new Error(`company ${realm} has no ${plural} ${idOrName}`)
    return found
  }
  return {
    list: (page: { limit?: number; offset?: number } = {}) =>
      call<Entity[]>('GET', `${path}?${new URLSearchParams(page as Record<string, string>).toString()}`),
    get: find,
    create: (fields: object) => call<Entity>('POST', path, fields),
    createAll: (all: object[]) => call<Entity[]>('POST', path, all),
    change: async (idOrName: string, fields: object) =>
      call<Entity>('PATCH', `${path}/${(await find(idOrName)).Id}`, fields),
    /** A customer is merged away: gone from queries, `Deleted` in the change feed. */
    delete: async (idOrName: string) => call<{ deleted: true }>('DELETE', `${path}/${(await find(idOrName)).Id}`),
  }
}
