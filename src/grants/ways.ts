import type { AuthMethod } from '../catalogue/schema/auth.ts'
import { appInstallation } from './app-installation.ts'
import { authorizationCode } from './authorization-code.ts'
import { keyFields } from './check-field-values.ts'
import { clientCredentials } from './client-credentials.ts'
import type { Way } from './grant.ts'
import { jwtAssertion } from './jwt-assertion.ts'
import { keyDelivery } from './key-delivery.ts'
import { key } from './key.ts'
import { tokenExchange } from './token-exchange.ts'

/** The way to a credential that a connection method is. */
export function wayOf(method: AuthMethod): Way {
  switch (method.kind) {
    case 'oauth2':
      return authorizationCode(method)
    case 'client_credentials':
      return clientCredentials(method)
    case 'token_exchange':
      return tokenExchange(method)
    case 'jwt_assertion':
      return jwtAssertion(method)
    case 'app_installation':
      return appInstallation(method)
    case 'api_key':
      return key(keyFields(method), method.capture)
    case 'key_delivery':
      return keyDelivery(method)
    case 'smtp':
      return key(method.fields)
    default:
      return method satisfies never
  }
}
