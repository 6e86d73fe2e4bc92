import type { OAuth2 } from '../../src/catalogue/schema/auth-code.ts'
import type { FetchLimits, Given, Grant, GrantApp, GrantCall, Secret } from '../../src/grants/grant.ts'
import { wayOf } from '../../src/grants/ways.ts'
import type { Outgoing } from '../../src/outgoing/agent.ts'

const callOf = (outgoing: Outgoing, app: GrantApp, limits: FetchLimits): GrantCall => ({
  outgoing,
  definition: { name: 'Test' },
  app,
  config: {},
  scopes: [],
  limits,
})

/** Exchanges a code by a method, as an attempt does. */
export const exchangeCode = (
  outgoing: Outgoing,
  method: OAuth2,
  app: GrantApp,
  code: Given,
  limits: FetchLimits,
): Promise<Grant> => wayOf(method).obtain(callOf(outgoing, app, limits), code)

/** Spends a refresh token by a method, as a refresh does. */
export const refreshTokens = (
  outgoing: Outgoing,
  method: OAuth2,
  app: GrantApp,
  refreshToken: string,
  limits: FetchLimits,
): Promise<Grant> => wayOf(method).renew(callOf(outgoing, app, limits), { accessToken: 'at', refreshToken })

/** Ends a grant by a method, as disconnecting does. */
export const revokeGrant = (
  outgoing: Outgoing,
  method: OAuth2,
  app: GrantApp,
  kept: Secret,
  limits: FetchLimits,
): Promise<boolean> => wayOf(method).end(callOf(outgoing, app, limits), kept)
