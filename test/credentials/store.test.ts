import { createTestHub, createWorkspace } from '../support/hub.ts'

const hub = await createTestHub()
const { workspaceId } = await createWorkspace(hub)
const other = await createWorkspace(hub)

describe('the credential store', () => {
  it('keeps, replaces and destroys secrets by owner and field', async () => {
    const place = { workspaceId, ownerId: 'conn_1', field: 'tokens' }
    await hub.credentials.put(hub.db, place, { access: 'one' })
    await hub.credentials.put(hub.db, place, { access: 'two' })
    await hub.credentials.put(hub.db, { ...place, field: 'webhook_secret' }, 'three')
    expect(await hub.credentials.get(hub.db, place)).toEqual({ access: 'two' })
    expect(await hub.credentials.fieldsOf(hub.db, workspaceId, ['conn_1', 'conn_2'])).toEqual(
      new Map([
        ['conn_1', new Set(['tokens', 'webhook_secret'])],
        ['conn_2', new Set()],
      ]),
    )
    await hub.credentials.destroy(hub.db, workspaceId, 'conn_1', 'tokens')
    expect(await hub.credentials.get(hub.db, place)).toBeUndefined()
    await hub.credentials.destroy(hub.db, workspaceId, 'conn_1')
    expect((await hub.credentials.fieldsOf(hub.db, workspaceId, ['conn_1'])).get('conn_1')).toEqual(new Set())
  })

  it('neither gives nor changes what belongs to another workspace', async () => {
    const place = { workspaceId, ownerId: 'conn_3', field: 'tokens' }
    await hub.credentials.put(hub.db, place, 'mine')
    const theirs = { ...place, workspaceId: other.workspaceId }
    expect(await hub.credentials.get(hub.db, theirs)).toBeUndefined()
    await hub.credentials.put(hub.db, theirs, 'theirs')
    await hub.credentials.destroy(hub.db, other.workspaceId, 'conn_3')
    expect(await hub.credentials.get(hub.db, place)).toBe('mine')
  })

  it('does not open a row that was copied to another owner in the database', async () => {
    await hub.credentials.put(hub.db, { workspaceId, ownerId: 'conn_4', field: 'tokens' }, 'stolen')
    await hub.pool.query(
      `insert into credentials select workspace_id, 'conn_5', field, key_id, sealed from credentials
       where owner_id = 'conn_4'`,
    )
    await expect(
      hub.credentials.get(hub.db, { workspaceId, ownerId: 'conn_5', field: 'tokens' }),
    ).rejects.toMatchObject({ code: 'INTERNAL' })
  })

  it('writes nothing readable', async () => {
    await hub.credentials.put(hub.db, { workspaceId, ownerId: 'conn_6', field: 'tokens' }, 'canary-7f3a')
    const { rows } = await hub.pool.query<{ text: string }>(
      `select encode(sealed, 'escape') as text from credentials where owner_id = 'conn_6'`,
    )
    expect(rows[0]!.text).not.toContain('canary')
  })
})
