import { placeCredential } from '../../calls/credentials.ts'
import { namesOfApp } from '../../calls/target.ts'
import { textOf, valueAt } from '../../calls/json-path.ts'
import type { GrantedScopes } from '../../catalogue/schema/tokens/granted-scopes.ts'
import { addressOf } from './address.ts'
import { askEndpoint } from './endpoint.ts'
import type { Grant, GrantCall } from '../grant.ts'

/** Nothing waits for it longer: the grant is not stored yet. */
const longestMs = 5_000
/** No token has more. */
const mostScopes = 1_000

/**
 * A grant with the scopes that its platform says were granted: a person may have left some out. Where the platform does not
 * say just now the grant stays as it is: no token is lost to a question about it.
 */
export async function withGrantedScopes(granted: GrantedScopes, call: GrantCall, grant: Grant): Promise<Grant> {
  try {
    const config = { ...call.config, ...grant.captured }
    const url = new URL(addressOf({ ...call, config }, granted.url))
    for (const [name, value] of Object.entries(granted.query ?? {})) url.searchParams.set(name, String(value))
    const { accessToken } = grant
    const known = { ...namesOfApp(call.app), ...config, accessToken }
    const { headers, query } = placeCredential(granted.placement ?? { in: 'bearer' }, known)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const limits = { ...call.limits, timeoutMs: Math.min(call.limits.timeoutMs, longestMs) }
    const { ok, members } = await askEndpoint(call.outgoing, { method: 'GET', url: url.href, headers }, limits)
    const scopes = ok ? scopesIn(granted, members) : undefined
    return scopes ? { ...grant, scopes } : grant
  } catch {
    return grant
  }
}

function scopesIn({ scopes, scope, where }: GrantedScopes, body: unknown): string[] | undefined {
  const listed = valueAt(body, scopes)
  if (!Array.isArray(listed)) return undefined
  const given = (listed as unknown[]).filter(one => where === undefined || valueAt(one, where.path) === where.equals)
  const names = given.map(one => textOf(scope === undefined ? one : valueAt(one, scope)))
  const plain = names.filter((name): name is string => name !== undefined && /^[\x21-\x7e]{1,300}$/.test(name))
  return [...new Set(plain)].slice(0, mostScopes)
}
