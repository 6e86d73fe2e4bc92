import type { AuthMethod } from '../catalogue/schema/auth.ts'
import { authorizationCode } from './authorization-code.ts'
import type { Way } from './grant.ts'
import { key } from './key.ts'

/** The way to a credential that a connection method is. */
export function wayOf(method: AuthMethod): Way {
  switch (method.kind) {
    case 'oauth2':
      return authorizationCode(method)
    case 'api_key':
      return key(method)
  }
}
