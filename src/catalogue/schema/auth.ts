import { z } from 'zod'
import { oauth2, type OAuth2 } from './auth-code.ts'
import { apiKey, keyDelivery, smtp } from './auth-key.ts'
import { appInstallation, clientCredentials, jwtAssertion, tokenExchange } from './auth-token.ts'

/** Not all of them have calls over HTTP; whoever asks what those need finds nothing there. */
export type AuthMethod = z.infer<typeof authMethod> & Partial<Pick<OAuth2, 'discover' | 'placement'>>
/** The ways to a credential; src/grants goes them. */
export const authMethod = z.discriminatedUnion('kind', [
  oauth2,
  clientCredentials,
  tokenExchange,
  jwtAssertion,
  appInstallation,
  apiKey,
  keyDelivery,
  smtp,
])
