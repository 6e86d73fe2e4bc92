import { newId } from '../../../src/ids.ts'
import { keysIn } from '../../../src/sync/matching/keys.ts'
import { eventually } from '../../connections/accounts.ts'
import { connectedCompany, createSync, endOf, records, run } from '../company.ts'
import { pulled, twoPlatforms, type TwoPlatforms } from './people.ts'

const first = await connectedCompany(0)
const { hub } = first

const count = 120
const person = (n: number) => ({ name: `Person ${n}`, email: `person-${n}@example.com` })

async function fill({ company, addToStripe }: TwoPlatforms): Promise<void> {
  for (let n = 0; n < count; n++) {
    const { name, email } = person(n)
    await Promise.all([
      company.customers.create({ DisplayName: name, PrimaryEmailAddr: { Address: email } }),
      addToStripe({ name, email }),
    ])
  }
}

describe('a collection that two platforms fill', () => {
  it('at once, both for the first time, has everybody once', async () => {
    const platforms = await twoPlatforms(first)
    const { company, stripe } = platforms
    await fill(platforms)
    const syncs = [await createSync(company), await createSync(stripe)]
    const asked = await Promise.all(
      syncs.map(async syncId => {
        const { body } = await company.workspace.request('POST', `/v1/syncs/${syncId}/runs`)
        return { syncId, runId: body.id }
      }),
    )
    for (const { syncId, runId } of asked) {
      expect(await endOf(company.workspace, syncId, runId)).toMatchObject({
        status: 'succeeded',
        counts: { failed: 0 },
      })
    }
    expect(await records(company)).toHaveLength(count)
    const { rows } = await hub.pool.query(
      `select 1 from record_links where workspace_id = $1 and external_id is not null and record_id = any($2)`,
      [company.workspace.workspaceId, (await records(company)).map(({ id }) => id)],
    )
    expect(rows).toHaveLength(2 * count)
  })

  it('is looked through again when another has just made what an item of this one is', async () => {
    const { company, stripe, addToStripe } = await twoPlatforms(first)
    const { workspace } = company
    await company.customers.create({ DisplayName: 'Somebody' })
    await pulled(company)
    const syncId = await pulled(stripe)
    await addToStripe({ name: 'Ada', email: 'ada@example.com' })
    const other = await hub.pool.connect()
    try {
      // Another sync's page, with what it finds and makes.
      await other.query('begin')
      const lock = `select pg_advisory_xact_lock(hashtext('matching'), hashtext($1))`
      await other.query(lock, [`${workspace.workspaceId}/customers`])
      const { body } = await workspace.request('POST', `/v1/syncs/${syncId}/runs`, { full: true })
      await eventually('the page that waits', async () => {
        const waiting = `select 1 from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`
        return (await hub.pool.query(waiting)).rowCount! > 0
      })
      const [id, data] = [newId('record'), { displayName: 'Ada', email: 'ada@example.com' }]
      await other.query(
        `with numbered as (update collections set last_change = last_change + 1 where workspace_id = $1 returning *)
         insert into records (id, workspace_id, collection, data, hash, change)
         select $2, workspace_id, name, $3, '', last_change from numbered`,
        [workspace.workspaceId, id, JSON.stringify(data)],
      )
      const [key] = keysIn([['email']], data)
      const values = [workspace.workspaceId, key!.text, id]
      await other.query(`insert into record_keys values ($1, 'customers', $2, $3)`, values)
      await other.query('commit')
      expect(await endOf(workspace, syncId, body.id)).toMatchObject({ counts: { created: 0, failed: 0 } })
      expect((await records(company)).map(record => record.id)).toContain(id)
      expect(await records(company)).toHaveLength(2)
    } finally {
      other.release()
    }
  })

  it('has each item once that a list shows on two pages', async () => {
    const platforms = await twoPlatforms(first)
    const { company, stripe, between, addToStripe } = platforms
    await company.customers.create({ DisplayName: 'Ada', PrimaryEmailAddr: { Address: 'ada@example.com' } })
    await pulled(company)
    await addToStripe({ name: 'Ada', email: 'ada@example.com' })
    for (let n = 0; n < 3; n++) await addToStripe(person(n))
    // Two pages, of which the second shows again what the first had.
    const all = await platforms.inStripe()
    between.meddle = (call, pass) => {
      const { pathname, searchParams } = new URL(call.path, 'http://stripe')
      if (call.method !== 'GET' || pathname !== '/v1/customers') return pass(call)
      const isFirst = !searchParams.has('starting_after')
      const data = isFirst ? all.slice(-2) : all
      return Promise.resolve({ status: 200, body: JSON.stringify({ object: 'list', has_more: isFirst, data }) })
    }
    const syncId = await createSync(stripe)
    expect(await run(stripe, syncId)).toMatchObject({ status: 'succeeded', counts: { failed: 0, created: 3 } })
    expect(await records(company)).toHaveLength(4)
  })
})
