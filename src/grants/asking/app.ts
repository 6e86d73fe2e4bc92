import type { TokenEndpoint } from '../../catalogue/schema/tokens/token-endpoint.ts'
import { HubError } from '../../errors.ts'
import type { GrantApp } from '../grant.ts'

/** The id and secret by which the hub, or a connection, is known to a platform. */
export interface Client {
  id: string
  secret: string
}

/** How a client proves itself: RFC 6749, section 2.3.1, and how platforms depart from it. */
export type ClientAuth = 'basic' | 'basic-raw' | 'body'

/** @throws HubError `PROVIDER_APP_MISSING` */
export function clientOf({ clientId, clientSecret }: Pick<GrantApp, 'clientId' | 'clientSecret'>): Client {
  if (clientId === undefined || clientSecret === undefined) throw new HubError('PROVIDER_APP_MISSING')
  return { id: clientId, secret: clientSecret }
}

/**
 * An id and secret as an Authorization header, each form-encoded first (RFC 6749, 2.3.1) unless the platform compares them
 * as they are: the form's rules (WHATWG URL, 5.2) leave `-`, `_`, `.` and `*` alone, and servers that do not decode refuse
 * more than that.
 */
export function basicOf(auth: ClientAuth, client: Client): string {
  const encoded = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
  const parts = [client.id, client.secret].map(auth === 'basic-raw' ? text => text : encoded)
  return `Basic ${Buffer.from(parts.join(':')).toString('base64')}`
}

/** What a platform calls a client's id and secret. */
export type ClientNames = Pick<TokenEndpoint, 'clientIdParam' | 'clientSecretParam'>

/** What proves a client to an endpoint: a header, or parameters of the body. */
export function proofOf(
  auth: ClientAuth,
  client: Client,
  { clientIdParam = 'client_id', clientSecretParam = 'client_secret' }: ClientNames = {},
): { headers: Record<string, string>; parameters: Record<string, string> } {
  switch (auth) {
    case 'basic':
    case 'basic-raw':
      return { headers: { authorization: basicOf(auth, client) }, parameters: {} }
    case 'body':
      return { headers: {}, parameters: { [clientIdParam]: client.id, [clientSecretParam]: client.secret } }
  }
}
