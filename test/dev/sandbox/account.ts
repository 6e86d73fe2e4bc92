import { visitAsPerson, type Person } from '../../../dev/browser.ts'
import { githubClient, quickbooksClient } from '../../../dev/sandbox/settings.ts'

export const callback = 'http://127.0.0.1:9/callback'

export interface Tokens {
  access_token: string
  refresh_token: string
  expires_in: number
  [name: string]: unknown
}

export interface Answer<T = Record<string, unknown>> {
  status: number
  headers: Headers
  body: T
}

/** A call with a JSON answer. */
export async function call<T = Record<string, unknown>>(url: string, init: RequestInit = {}): Promise<Answer<T>> {
  const headers = { accept: 'application/json', ...(init.headers as Record<string, string> | undefined) }
  const response = await fetch(url, { ...init, headers })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as T }
}

export const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
})

/** QuickBooks' token endpoint. */
export function quickbooksTokens(url: string, form: Record<string, string>): Promise<Answer<Tokens>> {
  return call(`${url}/quickbooks/oauth2/v1/tokens/bearer`, {
    method: 'POST',
    headers: basic(quickbooksClient.id, quickbooksClient.secret),
    body: new URLSearchParams(form),
  })
}

export function authorizationUrl(url: string, extra: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: quickbooksClient.id,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'com.intuit.quickbooks.accounting',
    state: 'some-state',
    ...extra,
  })
  return `${url}/quickbooks/connect/oauth2?${query.toString()}`
}

/** Connects a QuickBooks company as a person would; gives its tokens and a way to call its API. */
export async function connectQuickbooks(url: string, person: Person = {}) {
  const visit = await visitAsPerson(authorizationUrl(url), { ...person, followCallback: false })
  const code = visit.callbackUrl.searchParams.get('code') ?? ''
  const realm = visit.callbackUrl.searchParams.get('realmId') ?? ''
  const { body: tokens } = await quickbooksTokens(url, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback,
  })
  const company = `${url}/quickbooks/v3/company/${realm}`
  const authorized = (token = tokens.access_token) => ({ authorization: `Bearer ${token}` })
  return {
    realm,
    tokens,
    get: <T = Record<string, unknown>>(path: string, token?: string) =>
      call<T>(`${company}/${path}`, { headers: authorized(token) }),
    post: <T = Record<string, unknown>>(path: string, body: unknown) =>
      call<T>(`${company}/${path}`, {
        method: 'POST',
        headers: { ...authorized(), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    query: (statement: string) =>
      call<{
        QueryResponse: { Customer?: Customer[]; startPosition?: number; maxResults?: number; totalCount?: number }
      }>(`${company}/query?query=${encodeURIComponent(statement)}`, { headers: authorized() }),
  }
}

export interface Customer {
  Id: string
  SyncToken: string
  DisplayName: string
  Active: boolean
  Notes?: string
  PrimaryEmailAddr?: { Address: string }
  MetaData: { CreateTime: string; LastUpdatedTime: string }
}

/** Connects a GitHub account; gives its token's answer. */
export async function connectGithub(url: string, scope = 'repo,read:user'): Promise<Answer> {
  const query = new URLSearchParams({
    client_id: githubClient.id,
    redirect_uri: callback,
    scope,
    state: 's',
    response_type: 'code',
  })
  const visit = await visitAsPerson(`${url}/github/login/oauth/authorize?${query.toString()}`, {
    followCallback: false,
  })
  return githubToken(url, { code: visit.callbackUrl.searchParams.get('code') ?? '' })
}

export function githubToken(url: string, form: Record<string, string>): Promise<Answer> {
  const { id, secret } = githubClient
  return call(`${url}/github/login/oauth/access_token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: id, client_secret: secret, redirect_uri: callback, ...form }),
  })
}
