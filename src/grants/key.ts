import { firstGroup } from '../catalogue/pattern.ts'
import type { ApiKey } from '../catalogue/schema/auth-key.ts'
import type { Field } from '../catalogue/schema/fields.ts'
import { HubError } from '../errors.ts'
import type { Grant, Way } from './grant.ts'

/** A person pastes a key, or a password: it is good until it is withdrawn. */
export function key(parts: Field[], capture?: ApiKey['capture']): Way {
  return {
    obtain: async (_, { fields = {} }) => {
      const grant = keyGrant(
        parts.map(({ name }) => name),
        fields,
      )
      return capture ? { ...grant, captured: partsOf(capture, grant.accessToken) } : grant
    },
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

/** What of a key the connection keeps in the open. @throws HubError `INVALID_CREDENTIALS` where it has no such part */
function partsOf(capture: NonNullable<ApiKey['capture']>, key: string): Record<string, string> {
  const parts = Object.entries(capture).map(([name, pattern]): [string, string] => {
    const part = firstGroup(pattern, key)
    // A part that is all of it would be the secret itself.
    if (part === undefined || part === '' || part === key) throw new HubError('INVALID_CREDENTIALS')
    return [name, part]
  })
  return Object.fromEntries(parts)
}
