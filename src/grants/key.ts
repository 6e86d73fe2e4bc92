import type { ApiKey } from '../catalogue/schema/auth-key.ts'
import { HubError } from '../errors.ts'
import { keyFields } from './check-field-values.ts'
import type { Grant, Way } from './grant.ts'

/** A person pastes a key: it is good until it is withdrawn. */
export function key(method: ApiKey): Way {
  return {
    obtain: async (_, { fields = {} }) =>
      keyGrant(
        keyFields(method).map(({ name }) => name),
        fields,
      ),
    renews: () => false,
    renew: async () => {
      throw new HubError('TOKEN_EXPIRED')
    },
    ends: false,
    end: async () => false,
  }
}

/** A credential of one text, or of several by name. */
export function keyGrant(names: string[], fields: Record<string, string>): Grant {
  const first = fields[names[0] ?? '']
  if (first === undefined) throw new HubError('INVALID_CREDENTIALS')
  return {
    accessToken: first,
    refreshToken: undefined,
    ...(names.length > 1 ? { fields } : {}),
    scopes: undefined,
    expiresInMs: undefined,
    refreshExpiresInMs: undefined,
  }
}
