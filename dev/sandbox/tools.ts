import { revokeGrant } from './oauth/adapter.ts'
import { agreedOf, recordGrant } from './oauth/agreed.ts'
import { secretOf } from './oauth/clients.ts'
import { type Agreed, random } from './oauth/dialect.ts'
import { fromServer, toServer } from './oauth/scopes.ts'
import type { Storage } from './storage.ts'

export interface Client {
  id: string
  secret: string
}

/** What a live token opens. */
export interface Granted extends Agreed {
  token: string
  /** When it ends, in Unix seconds. */
  expiresAt: number
}

/** What a token is made for. */
export interface Issue {
  clientId: string
  account: string
  /** With spaces. */
  scope?: string
  token: string
  seconds: number
  /** A grant that there is; a new one unless given. */
  grantId?: string
  params?: Record<string, string>
}

export type Thing = Record<string, unknown>

/** What a platform works with. */
export interface Tools {
  storage: Storage
  platform: string
  /** An app by its id. */
  client(id: string): Client | undefined
  /** What a token opens; undefined for one that is wrong, at its end, or taken back. */
  granted(token: string | undefined): Granted | undefined
  /** The account that a key opens; undefined for one that is wrong or ended. */
  accountOfKey(key: string | undefined): string | undefined
  /** Gives out an access token without a person's visit. */
  issue(issue: Issue): { grantId: string }
  /** The grant of any token, be it spent or not. */
  grantIdOf(token: string): string | undefined
  endGrant(grantId: string, because?: string): void
  /** Ends one access token; its grant stays. */
  endToken(token: string): void
  endKey(key: string): void
  /** What the platform keeps, by kind, account and id, in the order in which it came. */
  things: {
    put(kind: string, account: string, id: string, thing: Thing): void
    get(kind: string, account: string, id: string): Thing | undefined
    list(kind: string, account: string): Thing[]
    delete(kind: string, account: string, id: string): boolean
  }
}

export function createTools(storage: Storage, platform: string, keys: () => Readonly<Record<string, string>>): Tools {
  const isEnded = (key: string) => storage.get('SELECT 1 FROM ended_keys WHERE platform = ? AND key = ?', platform, key)
  const at = 'platform = ? AND kind = ? AND account = ?'
  return {
    storage,
    platform,
    client(id) {
      const secret = secretOf(storage, platform, id)
      return secret === undefined ? undefined : { id, secret }
    },
    granted(token) {
      if (!token) return undefined
      const query = "SELECT payload FROM oidc WHERE platform = ? AND model = 'AccessToken' AND id = ?"
      const row = storage.get<{ payload: string }>(query, platform, token)
      if (!row) return undefined
      const { grantId, exp, scope } = JSON.parse(row.payload) as { grantId: string; exp: number; scope?: string }
      const agreed = exp * 1000 > Date.now() ? agreedOf(storage, grantId) : undefined
      return agreed && { ...agreed, scope: agreed.scope || fromServer(scope ?? ''), token, expiresAt: exp }
    },
    accountOfKey(key) {
      const account = key !== undefined && Object.hasOwn(keys(), key) ? keys()[key] : undefined
      return key !== undefined && isEnded(key) ? undefined : account
    },
    issue({ clientId, account, scope = '', token, seconds, grantId = random(24), params = {} }) {
      if (!agreedOf(storage, grantId)) recordGrant(storage, platform, { id: grantId, clientId, account, scope, params })
      const iat = Math.floor(Date.now() / 1000)
      const payload = { kind: 'AccessToken', jti: token, iat, exp: iat + seconds, grantId, clientId }
      storage.run(
        `INSERT INTO oidc (platform, model, id, payload, grant_id, expires_ms) VALUES (?, 'AccessToken', ?, ?, ?, ?)`,
        ...[
          platform,
          token,
          JSON.stringify({ ...payload, scope: toServer(scope.split(' ').filter(Boolean)) }),
          grantId,
        ],
        (iat + seconds) * 1000,
      )
      return { grantId }
    },
    grantIdOf: token =>
      storage.get<{ grant_id: string }>('SELECT grant_id FROM oidc WHERE platform = ? AND id = ?', platform, token)
        ?.grant_id,
    endGrant: (grantId, because = 'by the app') => revokeGrant(storage, grantId, because),
    endToken(token) {
      storage.run("DELETE FROM oidc WHERE platform = ? AND model = 'AccessToken' AND id = ?", platform, token)
    },
    endKey(key) {
      storage.run('INSERT OR IGNORE INTO ended_keys VALUES (?, ?)', platform, key)
    },
    things: {
      put(kind, account, id, thing) {
        const insert = 'INSERT INTO things (platform, kind, account, id, body) VALUES (?, ?, ?, ?, ?)'
        const update = 'ON CONFLICT (platform, kind, account, id) DO UPDATE SET body = excluded.body'
        storage.run(`${insert} ${update}`, platform, kind, account, id, JSON.stringify(thing))
      },
      get(kind, account, id) {
        const query = `SELECT body FROM things WHERE ${at} AND id = ?`
        const row = storage.get<{ body: string }>(query, platform, kind, account, id)
        return row && (JSON.parse(row.body) as Thing)
      },
      list: (kind, account) =>
        storage
          .all<{ body: string }>(`SELECT body FROM things WHERE ${at} ORDER BY seq`, platform, kind, account)
          .map(({ body }) => JSON.parse(body) as Thing),
      delete: (kind, account, id) =>
        storage.run(`DELETE FROM things WHERE ${at} AND id = ?`, platform, kind, account, id) > 0,
    },
  }
}
