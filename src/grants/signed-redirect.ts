import { createHmac, timingSafeEqual } from 'node:crypto'
import type { VisitedMethod } from './visit.ts'

/**
 * Whether a redirect is signed as its platform signs them, with the client's secret over the other parameters in the order
 * of their names (https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant).
 * True where a platform does not.
 */
export function isSignedRight(
  method: VisitedMethod,
  clientSecret: string | undefined,
  query: URLSearchParams,
): boolean {
  if (method.kind !== 'oauth2' || method.signedRedirect === undefined) return true
  const { param } = method.signedRedirect
  const given = query.getAll(param)
  if (clientSecret === undefined || given.length !== 1 || !/^[0-9a-f]{64}$/i.test(given[0]!)) return false
  const others = [...query].filter(([name]) => name !== param)
  others.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
  const right = createHmac('sha256', clientSecret).update(new URLSearchParams(others).toString()).digest()
  return timingSafeEqual(right, Buffer.from(given[0]!, 'hex'))
}
