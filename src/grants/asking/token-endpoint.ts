import type { TokenEndpoint } from '../../catalogue/schema/tokens/token-endpoint.ts'
import { addressOf } from './address.ts'
import { proofOf, type Client } from './app.ts'
import { askEndpoint } from './endpoint.ts'
import { withStatedLife } from './introspection.ts'
import type { Grant, GrantCall } from '../grant.ts'
import { asTokenError, readTokenAnswer } from '../answers/token-answer.ts'

/**
 * Asks a token endpoint for a token (RFC 6749, 3.2), as its platform wants to be asked.
 * @param client undefined where the parameters alone are the proof
 * @throws TokenError, HubError `INVALID_REQUEST` when the connection lacks what the address needs
 */
export async function askForToken(
  method: TokenEndpoint,
  call: GrantCall,
  client: Client | undefined,
  parameters: Record<string, string | undefined>,
): Promise<Grant> {
  const { outgoing, limits } = call
  const url = addressOf(call, method.token, client && { clientId: client.id })
  const proof = client ? proofOf(method.clientAuth ?? 'body', client, method) : undefined
  const said = { ...parameters, ...method.tokenParams, ...proof?.parameters }
  const told = Object.entries(said).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const headers = proof?.headers ?? {}
  try {
    const answer = await askEndpoint(outgoing, { headers, ...requestOf(method, url, told) }, limits)
    const grant = readTokenAnswer(method, answer)
    return method.introspection && client
      ? await withStatedLife(method, method.introspection, call, client, grant)
      : grant
  } catch (error) {
    throw asTokenError(error)
  }
}

function requestOf(method: TokenEndpoint, url: string, told: [string, string][]) {
  if (method.tokenMethod === 'GET') {
    const address = new URL(url)
    for (const [name, value] of told) address.searchParams.set(name, value)
    return { method: 'GET' as const, url: address.href }
  }
  const json = method.tokenBody === 'json'
  return {
    method: 'POST' as const,
    url,
    body: json ? JSON.stringify(Object.fromEntries(told)) : new URLSearchParams(told),
  }
}
