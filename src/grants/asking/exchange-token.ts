import type { TokenEndpoint, TokenForToken } from '../../catalogue/schema/tokens/token-endpoint.ts'
import { addressOf } from './address.ts'
import { clientOf } from './app.ts'
import { askEndpoint } from './endpoint.ts'
import type { Grant, GrantCall } from '../grant.ts'
import { asTokenError, readTokenAnswer } from '../answers/token-answer.ts'

/**
 * Exchanges a token that still lives for a newer one, in a platform's own way: `fb_exchange_token`, `ig_refresh_token`.
 * @throws TokenError; HubError `PROVIDER_APP_MISSING`
 */
export async function exchangeToken(
  method: TokenEndpoint,
  exchange: TokenForToken,
  call: GrantCall,
  token: string,
): Promise<Grant> {
  const client = exchange.tells.length > 0 ? clientOf(call.app) : undefined
  const told = new URLSearchParams({ grant_type: exchange.grant, [exchange.param]: token })
  if (client && exchange.tells.includes('id')) told.set(method.clientIdParam ?? 'client_id', client.id)
  if (client && exchange.tells.includes('secret')) told.set(method.clientSecretParam ?? 'client_secret', client.secret)
  const url = addressOf(call, exchange.url)
  try {
    const request =
      exchange.method === 'POST'
        ? { method: 'POST' as const, url, body: told }
        : { method: 'GET' as const, url: `${url}${url.includes('?') ? '&' : '?'}${told.toString()}` }
    return readTokenAnswer(method, await askEndpoint(call.outgoing, request, call.limits))
  } catch (error) {
    throw asTokenError(error)
  }
}
