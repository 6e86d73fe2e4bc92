import type { SandboxClient } from '../settings.ts'
import type { Storage } from '../storage.ts'
import { createAdapter } from './adapter.ts'

/** Stands in a registration for every address of this machine. */
export const anyLoopback = 'http://127.0.0.1/any'

/** Registers an app, or replaces it. */
export function registerClient(
  storage: Storage,
  { platform, clientId, clientSecret, redirectUris }: SandboxClient,
): void {
  void createAdapter(storage, platform, 'Client').upsert(
    clientId,
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: redirectUris.length ? redirectUris : [anyLoopback],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
    },
    0,
  )
}

/** The secret of an app; undefined when there is none of that id. */
export function secretOf(storage: Storage, platform: string, clientId: string): string | undefined {
  const query = "SELECT payload FROM oidc WHERE platform = ? AND model = 'Client' AND id = ?"
  const row = storage.get<{ payload: string }>(query, platform, clientId)
  return row && (JSON.parse(row.payload) as { client_secret: string }).client_secret
}
