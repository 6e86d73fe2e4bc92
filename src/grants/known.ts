import { TokenError } from './answers/token-error.ts'
import type { GrantCall } from './grant.ts'

/** What templates may name: the connection's configuration, the app's fields, and what the connection brought itself. */
export function knownTo({ app, config }: GrantCall, fields: Record<string, string> = {}): Record<string, string> {
  return { ...config, ...app.fields, ...(app.clientId === undefined ? {} : { clientId: app.clientId }), ...fields }
}

/**
 * Runs a token call whose client is the connection's own: when that is refused, it is the connection's credential that is
 * dead, and no app that anybody could correct. @throws TokenError
 */
export async function asOwnClient<T>(own: boolean, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    const { providerCode } = error as Partial<TokenError>
    if (own && error instanceof TokenError && error.failure === 'bad_client')
      throw new TokenError('dead_grant', { providerCode })
    throw error
  }
}
