import type { SQLInputValue } from 'node:sqlite'
import { z } from 'zod'
import { type Faults, faultRequest } from './faults.ts'
import { type Exchange, readBody, sendJson } from './http.ts'
import { revokeGrant } from './oauth/adapter.ts'
import { registerClient } from './oauth/clients.ts'
import type { SandboxPlatform } from './platform.ts'
import { keysOf, registerApps } from './play.ts'
import { sandboxSettings } from './settings.ts'
import type { Storage } from './storage.ts'
import { createTools } from './tools.ts'
import { type SentWebhook, sendWebhook } from './webhooks.ts'

export interface LoggedRequest {
  at: string
  method: string
  /** With the sandbox's prefix, without the query. */
  path: string
  status: number
  ms: number
  fault?: string
}

export interface ControlContext {
  storage: Storage
  platforms: readonly SandboxPlatform[]
  faults: Faults
  requests: LoggedRequest[]
  sent: SentWebhook[]
}

const platform = z.string()
const client = z.strictObject({
  platform,
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  redirectUris: z.array(z.url()),
})
const grantFilter = z.strictObject({ platform, account: z.string().optional(), grantId: z.string().optional() })
const thing = z.strictObject({ platform, kind: z.string(), account: z.string(), id: z.string() })
const fields = z.record(z.string(), z.unknown())
const max = { sent: 1000 }

type Handler = (context: ControlContext, input: { params: string[]; body: unknown; query: URLSearchParams }) => unknown
type Route = [method: string, path: RegExp, handler: Handler]

/**
 * What can be asked of the sandbox under `/_control`, JSON in and out; control-client.ts is the typed way to it.
 *
 *   GET    /health                                      it runs
 *   POST   /reset                                       forget everything but keys and settings; apps go back to the default ones
 *   GET    /settings, PATCH /settings                   sandboxSettings (settings.ts)
 *   PUT    /clients                                     register an app, or replace it
 *   GET    /faults, POST /faults, DELETE /faults[/ID]   bad weather (faults.ts)
 *   GET    /grants?platform=&account=                   what the person agreed to
 *   POST   /grants/revoke                               { platform, account?, grantId? }: as if she took it back, or ended a key
 *   POST   /tokens/expire                               the same filter: access tokens end now, refresh tokens stay
 *   GET    /token-requests?platform=&account=&grantId=  each call of a token endpoint; DELETE forgets them
 *   GET    /requests, DELETE /requests                  the last 2,000 requests to platforms
 *   PUT    /things, DELETE /things                      { platform, kind, account, id, thing? }: what somebody makes, changes or deletes at
 *                                                       a platform; kinds and accounts are those of its folder, the thing as its API has it
 *   POST   /webhooks, GET /webhooks                     send a signed webhook (webhooks.ts), to an address that is registered without a secret; what was
 *                                                       sent, and how it was answered
 *
 * and what platforms have beside it (`controls` of `SandboxPlatform`).
 */
const routes: Route[] = [
  ['GET', /^\/health$/, () => ({ ok: true })],
  [
    'POST',
    /^\/reset$/,
    ({ storage, platforms, faults, requests, sent }) => {
      storage.clear()
      faults.clear()
      requests.length = sent.length = 0
      registerApps(storage, platforms)
      return { ok: true }
    },
  ],
  ['GET', /^\/settings$/, ({ storage }) => storage.settings()],
  [
    'PATCH',
    /^\/settings$/,
    // without the defaults, which partial() would otherwise fill in for what is not named
    ({ storage }, { body }) => {
      const changes = fields.parse(body)
      sandboxSettings.parse({ ...storage.settings(), ...changes })
      return storage.changeSettings(changes)
    },
  ],
  [
    'PUT',
    /^\/clients$/,
    ({ storage }, { body }) => {
      const app = client.parse(body)
      registerClient(storage, app)
      return app
    },
  ],
  ['GET', /^\/faults$/, ({ faults }) => faults.list()],
  ['POST', /^\/faults$/, ({ faults }, { body }) => faults.add(faultRequest.parse(body))],
  ['DELETE', /^\/faults(?:\/(.+))?$/, ({ faults }, { params }) => ({ cleared: faults.clear(params[0]) })],
  [
    'GET',
    /^\/grants$/,
    ({ storage }, { query }) => {
      const { where, values } = filtered(query, { platform: 'platform', account: 'account', grantId: 'id' })
      return storage.all(
        `SELECT id, platform, client_id AS clientId, account, scope, created_ms AS createdMs, revoked_ms AS revokedMs, revoked_because AS revokedBecause
         FROM grants ${where} ORDER BY created_ms`,
        ...values,
      )
    },
  ],
  [
    'POST',
    /^\/grants\/revoke$/,
    ({ storage, platforms }, { body }) => {
      const filter = grantFilter.parse(body)
      const ids = liveGrants(storage, filter)
      for (const id of ids) revokeGrant(storage, id, 'by the person')
      return { revoked: ids.length + endKeys(storage, platforms, filter) }
    },
  ],
  [
    'POST',
    /^\/tokens\/expire$/,
    ({ storage }, { body }) => {
      const expire = "DELETE FROM oidc WHERE model = 'AccessToken' AND grant_id = ?"
      const ids = liveGrants(storage, grantFilter.parse(body))
      return { expired: ids.reduce((sum, id) => sum + storage.run(expire, id), 0) }
    },
  ],
  [
    'GET',
    /^\/token-requests$/,
    ({ storage }, { query }) => {
      const names = {
        platform: 'platform',
        account: 'account',
        grantId: 'grant_id',
        clientId: 'client_id',
        grantType: 'grant_type',
      }
      const { where, values } = filtered(query, names)
      const rows = storage.all<{ reused: number }>(
        `SELECT at_ms AS atMs, platform, client_id AS clientId, grant_type AS grantType, grant_id AS grantId, account, outcome, reused
         FROM token_requests ${where} ORDER BY id`,
        ...values,
      )
      return rows.map(row => ({ ...row, reused: row.reused === 1 }))
    },
  ],
  ['DELETE', /^\/token-requests$/, ({ storage }) => ({ cleared: storage.run('DELETE FROM token_requests') })],
  ['GET', /^\/requests$/, ({ requests }) => requests],
  ['DELETE', /^\/requests$/, ({ requests }) => ({ cleared: requests.splice(0).length })],
  [
    'PUT',
    /^\/things$/,
    ({ storage }, { body }) => {
      const put = z.array(thing.extend({ thing: fields })).parse([body].flat())
      storage.transaction(() => {
        for (const { platform, kind, account, id, thing } of put)
          createTools(storage, platform, () => ({})).things.put(kind, account, id, thing)
      })
      return { put: put.length }
    },
  ],
  [
    'DELETE',
    /^\/things$/,
    ({ storage }, { body }) => {
      const { platform, kind, account, id } = thing.parse(body)
      return { deleted: createTools(storage, platform, () => ({})).things.delete(kind, account, id) }
    },
  ],
  [
    'POST',
    /^\/webhooks$/,
    async ({ platforms, storage, sent }, { body }) => {
      const result = await sendWebhook(platforms, storage, body)
      sent.push(result)
      if (sent.length > max.sent) sent.shift()
      return result
    },
  ],
  ['GET', /^\/webhooks$/, ({ sent }) => sent],
]

/** Answers a request under `/_control`; `path` is what follows it. */
export async function handleControl({ req, res, path, query }: Exchange, context: ControlContext): Promise<void> {
  const own = context.platforms.flatMap(({ controls = [] }) =>
    controls.map(([method, pattern, handler]): Route => {
      return [method, pattern, ({ storage }, input) => handler({ storage, ...input })]
    }),
  )
  for (const [method, pattern, handler] of [...routes, ...own]) {
    const match = pattern.exec(path)
    if (method !== req.method || !match) continue
    try {
      const text = (await readBody(req)).toString('utf8')
      const body = text ? (JSON.parse(text) as unknown) : undefined
      const params = match.slice(1).filter(value => value !== undefined)
      sendJson(res, 200, JSON.stringify(await handler(context, { params, body, query })))
    } catch (error) {
      if (isAnswer(error)) return sendJson(res, error.status, error.body)
      sendJson(res, 400, { error: error instanceof z.ZodError ? z.prettifyError(error) : String(error) })
    }
    return
  }
  sendJson(res, 404, { error: `no control ${req.method} ${path}` })
}

function filtered(query: URLSearchParams, names: Record<string, string>): { where: string; values: SQLInputValue[] } {
  const used = Object.entries(names).filter(([name]) => query.has(name))
  const clauses = used.map(([, column]) => `${column} = ?`)
  return {
    where: clauses.length ? `WHERE ${clauses.join(' AND ')}` : '',
    values: used.map(([name]) => String(query.get(name))),
  }
}

function liveGrants(storage: Storage, { platform, account, grantId }: z.infer<typeof grantFilter>): string[] {
  const rows = storage.all<{ id: string }>(
    `SELECT id FROM grants WHERE platform = ? AND revoked_ms IS NULL AND (? IS NULL OR account = ?) AND (? IS NULL OR id = ?)`,
    ...[platform, account ?? null, account ?? null, grantId ?? null, grantId ?? null],
  )
  return rows.map(row => row.id)
}

/** Ends the keys that open an account; gives how many. */
function endKeys(
  storage: Storage,
  platforms: readonly SandboxPlatform[],
  { platform: id, account, grantId }: z.infer<typeof grantFilter>,
): number {
  const found = platforms.find(one => one.id === id)
  if (!found || grantId !== undefined) return 0
  const keys = Object.entries(keysOf(found, storage)).filter(([, opens]) => account === undefined || opens === account)
  const end = 'INSERT OR IGNORE INTO ended_keys VALUES (?, ?)'
  return keys.reduce((sum, [key]) => sum + storage.run(end, id, key), 0)
}

function isAnswer(error: unknown): error is { status: number; body: unknown } {
  return error instanceof Error && 'status' in error && 'body' in error && typeof error.status === 'number'
}
