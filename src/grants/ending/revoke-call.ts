import { placeCredential } from '../../calls/credentials.ts'
import { namesOfApp } from '../../calls/target.ts'
import type { OAuth2 } from '../../catalogue/schema/auth-code.ts'
import type { Revoke } from '../../catalogue/schema/tokens/revoke.ts'
import { fill, isKnown, type Named } from '../../calls/template.ts'
import { addressOf } from '../asking/address.ts'
import { clientOf, proofOf } from '../asking/app.ts'
import type { EndpointCall } from '../asking/endpoint.ts'
import type { GrantCall, Secret } from '../grant.ts'

export type RevokeCall = Extract<Revoke, { kind: 'call' }>

/**
 * The call by which a platform takes a grant back in a way of its own. Parameters may name the token, the client and the
 * connection's configuration; one of which that is not there is left out.
 * @throws HubError `PROVIDER_APP_MISSING`, `INVALID_REQUEST`
 */
export function revokeCall(method: OAuth2, revoke: RevokeCall, call: GrantCall, kept: Secret): EndpointCall {
  const client = clientOf(call.app)
  const { accessToken, refreshToken, fields } = kept
  const secret: Named = { ...fields, accessToken, ...(refreshToken === undefined ? {} : { refreshToken }) }
  const known: Named = { ...call.config, ...secret, clientId: client.id, clientSecret: client.secret }
  const proof = proofAs(revoke, method, call, secret)
  const told = Object.entries(revoke.params ?? {}).filter(([, template]) => isKnown(template, known))
  const said: [string, string][] = [
    ...told.map(([name, template]): [string, string] => [name, fill(template, known, value => value)]),
    ...Object.entries(proof.parameters),
  ]
  const url = new URL(addressOf(call, revoke.url, { clientId: client.id }))
  for (const [name, value] of [...Object.entries(proof.query), ...(revoke.body ? [] : said)])
    url.searchParams.set(name, value)
  return {
    method: revoke.method,
    url: url.href,
    headers: { ...revoke.headers, ...proof.headers },
    body: bodyOf(revoke, said),
  }
}

function bodyOf({ body }: RevokeCall, said: [string, string][]): EndpointCall['body'] {
  if (body === undefined) return undefined
  return body === 'json' ? JSON.stringify(Object.fromEntries(said)) : new URLSearchParams(said)
}

interface Proof {
  headers: Record<string, string>
  query: Record<string, string>
  parameters: Record<string, string>
}

/** What says who asks. */
function proofAs({ as, placement }: RevokeCall, method: OAuth2, call: GrantCall, secret: Named): Proof {
  switch (as) {
    case 'token': {
      const known = { ...namesOfApp(call.app), ...call.config, ...secret }
      const placed = placeCredential(placement ?? method.placement ?? { in: 'bearer' }, known)
      return { ...placed, parameters: {} }
    }
    case 'client':
      return { ...proofOf(method.clientAuth, clientOf(call.app), method), query: {} }
    case 'nobody':
      return { headers: {}, query: {}, parameters: {} }
  }
}
