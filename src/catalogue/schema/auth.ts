import { z } from 'zod'
import { oauth2 } from './auth-code.ts'
import { apiKey, keyDelivery } from './auth-key.ts'
import { appInstallation, clientCredentials, jwtAssertion, tokenExchange } from './auth-token.ts'

export type AuthMethod = z.infer<typeof authMethod>
/** The ways to a credential; src/grants goes them. */
export const authMethod = z.discriminatedUnion('kind', [
  oauth2,
  clientCredentials,
  tokenExchange,
  jwtAssertion,
  appInstallation,
  apiKey,
  keyDelivery,
])
