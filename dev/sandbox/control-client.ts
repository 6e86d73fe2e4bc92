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
    /** What a person does in a QuickBooks company; a customer is named by its id or its DisplayName. */
    customers(realm: string) {
      const path = `/companies/${realm}/customers`
      const find = async (idOrName: string) => {
        const found = /^\d+$/.test(idOrName)
          ? await call<SandboxCustomer | null>('GET', `${path}/${idOrName}`)
          : (await call<SandboxCustomer[]>('GET', `${path}?${search({ displayName: idOrName })}`))[0]
        if (!found) throw new Error(`company ${realm} has no customer ${idOrName}`)
        return found
      }
      return {
        list: (page: { limit?: number; offset?: number } = {}) =>
          call<SandboxCustomer[]>('GET', `${path}?${search(page)}`),
        get: find,
        create: (fields: object) => call<SandboxCustomer>('POST', path, fields),
        change: async (idOrName: string, fields: object) =>
          call<SandboxCustomer>('PATCH', `${path}/${(await find(idOrName)).Id}`, fields),
        /** Merged away: gone from queries, `Deleted` in the change feed. */
        delete: async (idOrName: string) => call<{ deleted: true }>('DELETE', `${path}/${(await find(idOrName)).Id}`),
      }
    },

    sendWebhook: (webhook: WebhookRequest) => call<SentWebhook>('POST', '/webhooks', webhook),
    /** Has any platform send to an address: signed with what that was registered with, unless a secret is given. */
    sendRegistered: (webhook: { platform: string; url: string; secret?: string }) =>
      call<SentWebhook>('POST', '/webhooks', webhook),
    sentWebhooks: () => call<SentWebhook[]>('GET', '/webhooks'),
  }
}
