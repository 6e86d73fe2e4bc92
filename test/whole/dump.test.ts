import { randomBytes } from 'node:crypto'
import { platforms } from '../../src/catalogue/platforms/index.ts'
import type { AuthMethod } from '../../src/catalogue/schema/auth.ts'
import { insertConnection } from '../../src/connections/store.ts'
import { adoptGrant } from '../../src/connections/tokens/adopt-grant.ts'
import type { SecretPlace } from '../../src/credentials/key-ring.ts'
import { fieldsOf } from '../../src/grants/check-field-values.ts'
import { newId } from '../../src/ids.ts'
import { putSecretFields, secretNamesOf } from '../../src/provider-apps/fields.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import { dumpDatabase } from './canaries.ts'

const hub = await createTestHub()
const workspace = await createWorkspace(hub)
const other = await createWorkspace(hub)
const { workspaceId } = workspace

/** Every secret of the test, and whose it is. */
const secrets = new Map<string, string>()
/** Parts of it are written differently in JSON, in addresses and in forms. */
function secret(what: string): string {
  const value = `${randomBytes(12).toString('hex')}:+/%"\\ é~${randomBytes(4).toString('hex')}`
  secrets.set(value, what)
  return value
}

const methods = platforms.flatMap(platform => platform.auth.map(method => [platform, method] as const))

/** What a method's credential consists of, each part a secret of its own. */
function grantBy(method: AuthMethod, of: string) {
  const names = [...fieldsOf(method).map(({ name }) => name), ...deliveredBy(method)]
  const fields = Object.fromEntries(names.map(name => [name, secret(`${of} ${name}`)]))
  const found = Object.keys(method.discover?.secrets ?? {}).map(name => [name, secret(`${of} found ${name}`)])
  return {
    accessToken: secret(`${of} access token`),
    refreshToken: secret(`${of} refresh token`),
    ...(names.length > 0 && { fields }),
    ...(found.length > 0 && { found: Object.fromEntries(found) as Record<string, string> }),
    ...{ scopes: undefined, expiresInMs: 3_600_000, refreshExpiresInMs: undefined },
  }
}
const deliveredBy = (method: AuthMethod) => ('delivery' in method ? Object.keys(method.delivery.fields) : [])

beforeAll(async () => {
  for (const platform of platforms) {
    const { status, body } = await workspace.request('POST', '/v1/provider-apps', {
      ...{ provider: platform.id, name: platform.name, clientId: 'client' },
      ...{
        clientSecret: secret(`${platform.id} client secret`),
        webhookSecret: secret(`${platform.id} webhook secret`),
      },
    })
    expect([platform.id, status]).toEqual([platform.id, 201])
    const fields = secretNamesOf(platform).map(name => [name, secret(`${platform.id} app ${name}`)])
    await putSecretFields(
      hub,
      hub.db,
      { workspaceId, id: body.id },
      Object.fromEntries(fields) as Record<string, string>,
    )
  }
  for (const [platform, method] of methods) {
    const connection = await insertConnection(hub.db, {
      ...{ id: newId('connection'), workspaceId, provider: platform.id, providerAppId: null, method: method.id },
      ...{ environment: Object.keys(platform.environments)[0]!, authKind: method.kind },
    })
    const grant = grantBy(method, `${platform.id} ${method.id}`)
    const account = { id: newId('connection'), name: 'An account' }
    const adopted = { grant, account, receivedAt: new Date(), config: {}, scopes: [], actor: 'test' }
    await hub.db.transaction().execute(trx => adoptGrant(hub, trx, connection, adopted))
  }
  // A stored answer of an Idempotency-Key holds a new key.
  const key = { name: 'kept', permissions: ['*'] }
  const made = await workspace.request('POST', '/v1/api-keys', key, { 'idempotency-key': 'of-the-dump' })
  secrets.set(made.body.secret as string, 'an API key').set(workspace.apiKey, 'the first API key')
}, 120_000)

/** All the ways in which a text may stand in something larger. */
function formsOf(value: string): string[] {
  const base64 = [0, 1, 2].map(shift =>
    // Without the ends, which depend on what stands beside it.
    Buffer.from('x'.repeat(shift) + value)
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  )
  const texts = [
    ...[value, JSON.stringify(value).slice(1, -1), JSON.stringify(JSON.stringify(value)).slice(3, -3)],
    ...[encodeURIComponent(value), new URLSearchParams({ '': value }).toString().slice(1)],
    ...base64,
    ...base64.map(text => text.replaceAll('+', '-').replaceAll('/', '_')),
    value.replaceAll(/[^\x20-\x7e]/g, one => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ]
  const hex = texts.map(text => Buffer.from(text).toString('hex'))
  return [...new Set([...texts, ...hex, ...hex.map(text => text.toUpperCase())])]
}

describe('a dump of the database', () => {
  it('would be seen to have a secret, in any of its forms', () => {
    const [value] = [...secrets.keys()]
    for (const planted of [value!, JSON.stringify({ a: { b: value } }), `?token=${encodeURIComponent(value!)}&x`]) {
      expect(formsOf(value!).some(form => planted.includes(form))).toBe(true)
      expect(formsOf(value!).some(form => Buffer.from(planted).toString('hex').includes(form))).toBe(true)
      for (const prefix of ['', '{', '{"']) {
        const packed = Buffer.from(prefix + planted + '"}')
        for (const encoding of ['base64', 'base64url'] as const) {
          if (!planted.includes(value!)) continue
          expect(formsOf(value!).some(form => packed.toString(encoding).includes(form))).toBe(true)
        }
      }
    }
  })

  it('has no secret of any platform or app, in any encoding', async () => {
    expect(secrets.size).toBeGreaterThan(2 * methods.length + 2 * platforms.length)
    const dump = await dumpDatabase(hub.pool)
    expect(dump).toContain(workspaceId)
    const found = [...secrets].filter(([value]) => formsOf(value).some(form => dump.includes(form)))
    expect(found.map(([, what]) => what)).toEqual([])
  })

  it('has what is asked for beside a credential in the clear, so that nothing of that is secret', () => {
    const asked = methods.flatMap(([platform, method]) =>
      ('ask' in method ? (method.ask ?? []) : []).map(field => ({ of: `${platform.id} ${field.name}`, ...field })),
    )
    expect(asked.filter(field => field.secret).map(({ of }) => of)).toEqual([])
  })
})

describe('a sealed secret', () => {
  interface Row {
    workspace_id: string
    owner_id: string
    field: string
    key_id: string
    sealed: Buffer
  }

  it('opens in its own place, and nowhere else: no other row, workspace or field', async () => {
    const { rows } = await hub.pool.query<Row>(
      'select workspace_id, owner_id, field, key_id, sealed from credentials order by owner_id, field',
    )
    expect(rows.length).toBeGreaterThan(methods.length)
    for (const [at, row] of rows.entries()) {
      const place: SecretPlace = { workspaceId: row.workspace_id, ownerId: row.owner_id, field: row.field }
      const kept = { keyId: row.key_id, sealed: row.sealed }
      expect(hub.credentials.ring.open(place, kept).length).toBeGreaterThan(0)
      const next = rows[(at + 1) % rows.length]!
      const wrong: Partial<SecretPlace>[] = [
        { workspaceId: other.workspaceId },
        { ownerId: next.owner_id === row.owner_id ? 'conn_another' : next.owner_id },
        { field: `${row.field}x` },
        { ownerId: row.owner_id + row.field, field: '' },
      ]
      for (const change of wrong) {
        const moved = { ...place, ...change }
        expect(() => hub.credentials.ring.open(moved, kept)).toThrow('Something went wrong here')
      }
    }
  })

  it('does not open for the API after its row was moved in the database', async () => {
    const ids = await connectionsOf(workspaceId)
    const [from, to] = [ids[0]!, ids[1]!]
    await hub.pool.query(
      `update credentials c set sealed = f.sealed, key_id = f.key_id from credentials f
       where f.owner_id = $1 and f.field = 'tokens' and c.owner_id = $2 and c.field = 'tokens'`,
      [from, to],
    )
    const stolen = await workspace.request('GET', `/v1/connections/${to}/token`)
    expect([stolen.status, stolen.body.error.code]).toEqual([500, 'INTERNAL'])
    // The whole connection, with its secrets, made another workspace's.
    await hub.pool.query('update credentials set workspace_id = $2 where owner_id = $1', [from, other.workspaceId])
    await hub.pool.query('update connections set workspace_id = $2 where id = $1', [from, other.workspaceId])
    const taken = await other.request('GET', `/v1/connections/${from}/token`)
    expect([taken.status, taken.body.error.code]).toEqual([500, 'INTERNAL'])
  })
})

async function connectionsOf(owner: string): Promise<string[]> {
  const { rows } = await hub.pool.query<{ id: string }>(
    'select id from connections where workspace_id = $1 order by id',
    [owner],
  )
  return rows.map(({ id }) => id)
}
