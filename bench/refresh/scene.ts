import type { ChildProcess } from 'node:child_process'
import pg from 'pg'
import { KeyRing } from '../../src/credentials/key-ring.ts'
import { newId } from '../../src/ids.ts'
import { setTenantScene, type TenantScene } from '../tenants/scene.ts'
import { refreshedPlatforms, type Refreshed } from './platforms.ts'

/** How many connections become due, of how many workspaces, over how many platforms. */
export interface Counts {
  connections: number
  workspaces: number
  platforms: number
}
export const counts: Counts = { connections: 10_000, workspaces: 50, platforms: 10 }

/** Who plays the token endpoints, and of which platforms. */
export interface Players {
  script: string
  args: string[]
  platforms: Refreshed[]
  /** What the first refresh token of each connection begins with. */
  first: string
}
const wellPlayed = (): Players => ({
  ...{ script: '../refresh/token-server.ts', args: [], platforms: refreshedPlatforms(), first: 'refresh' },
})

/** Connections of one workspace that were made with one app. */
export interface Group {
  workspaceId: string
  /** The number of its platform, from 0. */
  platform: number
  ids: string[]
  /** Has the app's token endpoint answer otherwise from now on. */
  answer(how: 'well' | 'down' | 'hang'): Promise<void>
}

export interface RefreshScene {
  scene: TenantScene
  pool: pg.Pool
  /** The process that plays the token endpoints. */
  server: ChildProcess
  /** Where the raw loop asks. */
  tokenUrl: string
  groups: Group[]
  /** Replaces what connections keep: a grant that the platform has ended. */
  kill(group: Group, ids: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** The product with connections that are refreshed in an hour, and a process that plays their token endpoints. */
export async function setRefreshScene(
  say: (line: string) => void,
  { connections, workspaces, platforms }: Counts = counts,
  players: Players = wellPlayed(),
): Promise<RefreshScene> {
  const scene = await setTenantScene(say)
  const { first: port, child: server } = await scene.start<number>(players.script, players.args)
  const { stack } = scene.product
  const pool = new pg.Pool({ connectionString: stack.databaseUrl, max: 4 })
  // Postgres ends before this process does.
  pool.on('error', () => undefined)
  const [keyId = '', key = ''] = stack.secrets.encryptionKeys.split(':')
  const ring = new KeyRing([{ id: keyId, key: Buffer.from(key, 'base64') }])
  const each = connections / workspaces / platforms
  const groups: Group[] = []
  say(`making ${connections} connections of ${workspaces} workspaces`)
  for (let n = 0; n < workspaces; n++) {
    const tenant = await scene.newTenant(`refreshed ${n}`)
    for (let platform = 0; platform < platforms; platform++) {
      const { provider, method, origins } = players.platforms[platform % players.platforms.length]!
      // One platform at several addresses is several token endpoints, where the catalogue has not as many.
      const at = (how: string) => ({
        baseUrls: Object.fromEntries(origins.map(origin => [origin, `http://127.0.80.${platform + 1}:${port}/${how}`])),
      })
      const app = await tenant.call<{ id: string }>('POST', '/v1/provider-apps', {
        ...{ provider, name: `app ${platform}`, clientId: 'bench', clientSecret: 'bench', ...at('well') },
      })
      const { workspaceId } = tenant
      const ids = Array.from({ length: each }, () => newId('connection'))
      await insertConnections(pool, { workspaceId, appId: app.id, provider, method }, ids)
      await keep(pool, ring, workspaceId, ids, players.first)
      // By the row: the API moves no app whose connections' tokens would go along.
      const answer: Group['answer'] = async how => {
        const { baseUrls } = at(how)
        await pool.query('update provider_apps set base_urls = $3 where workspace_id = $1 and id = $2', [
          ...[workspaceId, app.id, baseUrls],
        ])
      }
      groups.push({ workspaceId, platform, ids, answer })
    }
  }
  await pool.query('vacuum analyze connections, credentials')
  return {
    ...{ scene, pool, server, groups, tokenUrl: `http://127.0.80.1:${port}/well/token` },
    kill: ({ workspaceId }, ids) => keep(pool, ring, workspaceId, ids, 'dead'),
    async close() {
      await pool.end()
      await scene.close()
    },
  }
}

interface Owner {
  workspaceId: string
  appId: string
  provider: string
  method: Refreshed['method']
}

async function insertConnections(pool: pg.Pool, owner: Owner, ids: string[]): Promise<void> {
  await pool.query(
    `insert into connections (id, workspace_id, provider, provider_app_id, environment, auth_kind, method, status,
       external_account_id, generation, refresh_at, access_expires_at, check_at)
     select id, $2, $3, $4, 'production', 'oauth2', $5, 'connected', id, 1, now() + interval '1 hour',
       now() + interval '2 hours', now() + interval '6 hours' from unnest($1::text[]) id`,
    [ids, owner.workspaceId, owner.provider, owner.appId, owner.method.id],
  )
}

async function keep(pool: pg.Pool, ring: KeyRing, workspaceId: string, ids: readonly string[], word: string) {
  const sealed = ids.map(ownerId => {
    const secret = { accessToken: `access-${'x'.repeat(800)}`, refreshToken: `${word}-${ownerId}-${'y'.repeat(40)}` }
    return ring.seal({ workspaceId, ownerId, field: 'tokens' }, JSON.stringify(secret))
  })
  await pool.query(
    `insert into credentials (workspace_id, owner_id, field, key_id, sealed)
     select $1, owner_id, 'tokens', $3, sealed from unnest($2::text[], $4::bytea[]) kept (owner_id, sealed)
     on conflict (owner_id, field) do update set key_id = excluded.key_id, sealed = excluded.sealed`,
    [workspaceId, ids, ring.currentKeyId, sealed.map(one => one.sealed)],
  )
}
