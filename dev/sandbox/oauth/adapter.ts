import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Storage } from '../storage.ts'

interface Row {
  payload: string
  consumed_ms: number | null
}

/**
 * Storage for oidc-provider. It also makes the grace for re-use: a refresh token spent less than the grace ago is given out as
 * if it were not, so that the provider answers it again with a usable pair, as Intuit does; later the provider sees that
 * it was consumed, and revokes the grant.
 */
export function createAdapter(
  storage: Storage,
  platform: string,
  model: string,
  graceSeconds: () => number = () => 0,
): Adapter {
  const give = (row: Row | undefined): AdapterPayload | undefined => {
    if (!row) return undefined
    const payload = JSON.parse(row.payload) as AdapterPayload
    if (row.consumed_ms === null) return payload
    const graceMs = model === 'RefreshToken' ? graceSeconds() * 1000 : 0
    return Date.now() - row.consumed_ms < graceMs
      ? payload
      : { ...payload, consumed: Math.floor(row.consumed_ms / 1000) }
  }
  const where = 'WHERE platform = ? AND model = ?'
  return {
    async upsert(id, payload, expiresIn) {
      const expires = expiresIn ? Date.now() + expiresIn * 1000 : null
      const { grantId = null, uid = null } = payload
      storage.run(
        `INSERT INTO oidc (platform, model, id, payload, grant_id, uid, expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET payload = excluded.payload, expires_ms = excluded.expires_ms`,
        ...[platform, model, id, JSON.stringify(payload), grantId, uid, expires],
      )
    },
    find: async id =>
      give(storage.get(`SELECT payload, consumed_ms FROM oidc ${where} AND id = ?`, platform, model, id)),
    findByUid: async uid =>
      give(storage.get(`SELECT payload, consumed_ms FROM oidc ${where} AND uid = ?`, platform, model, uid)),
    findByUserCode: async () => undefined,
    async consume(id) {
      const first = 'consumed_ms = coalesce(consumed_ms, ?)' // the grace counts from the first use
      storage.run(`UPDATE oidc SET ${first} ${where} AND id = ?`, Date.now(), platform, model, id)
    },
    async destroy(id) {
      storage.run(`DELETE FROM oidc ${where} AND id = ?`, platform, model, id)
      if (model === 'Grant') markRevoked(storage, id, 'by the app, or a spent token used again')
    },
    async revokeByGrantId(grantId) {
      storage.run(`DELETE FROM oidc ${where} AND grant_id = ?`, platform, model, grantId)
    },
  }
}

/** Ends a grant and every token that came of it. */
export function revokeGrant(storage: Storage, grantId: string, because: string): void {
  storage.run("DELETE FROM oidc WHERE grant_id = ? OR (model = 'Grant' AND id = ?)", grantId, grantId)
  markRevoked(storage, grantId, because)
}

function markRevoked(storage: Storage, grantId: string, because: string): void {
  const set = 'SET revoked_ms = ?, revoked_because = ?'
  storage.run(`UPDATE grants ${set} WHERE id = ? AND revoked_ms IS NULL`, Date.now(), because, grantId)
}
