import { lifetimeMs } from '../../catalogue/lifetime.ts'
import type { TokenEndpoint } from '../../catalogue/schema/tokens/token-endpoint.ts'
import { valueAt } from '../../calls/json-path.ts'
import { statedLifeMs } from '../answers/stated-life.ts'
import type { Grant, GrantCall } from '../grant.ts'
import { addressOf } from './address.ts'
import { proofOf, type Client } from './app.ts'
import { askEndpoint } from './endpoint.ts'

/** Nothing waits for it longer: the grant is not stored yet. */
const longestMs = 5_000

/**
 * A grant with the end that its platform states when asked about the token (RFC 7662). Where it does not say just now the
 * grant stays as it is, and lives as long as the definition has it: no token is lost to a question about it.
 */
export async function withStatedLife(
  method: TokenEndpoint,
  { url, expiresAt }: NonNullable<TokenEndpoint['introspection']>,
  call: GrantCall,
  client: Client,
  grant: Grant,
): Promise<Grant> {
  if (grant.expiresInMs !== undefined) return grant
  try {
    const config = { ...call.config, ...grant.captured }
    const { headers, parameters } = proofOf(method.clientAuth ?? 'body', client, method)
    const body = new URLSearchParams({ token: grant.accessToken, token_type_hint: 'access_token', ...parameters })
    const limits = { timeoutMs: Math.min(call.limits.timeoutMs, longestMs), signal: call.limits.signal }
    const request = { method: 'POST' as const, url: addressOf({ ...call, config }, url), headers, body }
    const { ok, members } = await askEndpoint(call.outgoing, request, limits)
    const { access } = method.lifetime
    const life = ok ? statedLifeMs(valueAt(members, expiresAt), access && lifetimeMs(access), Date.now()) : undefined
    return life === undefined ? grant : { ...grant, expiresInMs: life }
  } catch {
    return grant
  }
}
