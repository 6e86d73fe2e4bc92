import type { AuthMethod } from '../catalogue/schema/auth.ts'
import type { AppInstallation } from '../catalogue/schema/auth-token.ts'
import { addressOf } from './asking/address.ts'
import { authorizationOf, randomState, type Asking, type Authorization } from './authorize.ts'
import { deliveryOf } from './key-delivery.ts'

/** Methods for which a person is sent to the platform. */
export type VisitedMethod = Extract<AuthMethod, { kind: 'oauth2' | 'app_installation' | 'key_delivery' }>

const visitedKinds = ['oauth2', 'app_installation', 'key_delivery'] as const

/** The same by a method's kind. */
export function isVisitedKind(kind: AuthMethod['kind']): boolean {
  return visitedKinds.some(visited => visited === kind)
}

/** Whether a person is sent to the platform: then an attempt waits for them. */
export function isVisited(method: AuthMethod): method is VisitedMethod {
  return isVisitedKind(method.kind)
}

/**
 * Where to send the person, and what to remember until they are back.
 * @param deliverTo where a platform sends a key to
 * @throws HubError `PROVIDER_APP_MISSING`; `INVALID_REQUEST` when the configuration lacks what the address needs
 */
export async function visitOf(method: VisitedMethod, asking: Asking, deliverTo: string): Promise<Authorization> {
  switch (method.kind) {
    case 'oauth2':
      return authorizationOf(method, asking)
    case 'app_installation':
      return installationOf(method, asking)
    case 'key_delivery':
      return deliveryOf(method, asking, deliverTo)
    default:
      return method satisfies never
  }
}

function installationOf(method: AppInstallation, asking: Asking): Authorization {
  const state = randomState()
  const url = new URL(addressOf(asking, method.authorize, asking.app.fields))
  url.searchParams.set('state', state)
  return { url: url.href, state, verifier: undefined }
}

/** The query parameters of the redirect that the connection keeps. */
export function keptOf(method: VisitedMethod): string[] {
  return method.kind === 'key_delivery' ? [] : (method.captureFromRedirect ?? [])
}

/** The query parameter of the redirect that carries the code. */
export function codeParamOf(method: VisitedMethod): string {
  return method.kind === 'oauth2' ? (method.codeParam ?? 'code') : 'code'
}

/** Whether an error of the redirect says that the person did not agree (RFC 6749, 4.1.2.1). */
export function saysNo(method: VisitedMethod, error: string | null): boolean {
  const own = method.kind === 'oauth2' ? (method.denied ?? []) : []
  return error !== null && ['access_denied', ...own].includes(error)
}
