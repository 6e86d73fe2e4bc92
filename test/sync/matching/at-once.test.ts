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
  it.each([
    ['at once, both for the first time', false],
    ['at once, one of them anew', true],
  ])('%s, has everybody once', async (_, isKnown) => {
    const platforms = await twoPlatforms(first)
    const { company, stripe } = platforms
    await fill(platforms)
    const books = isKnown ? await pulled(company) : await createSync(company)
    const shop = await createSync(stripe)
    const asked = await Promise.all(
      [books, shop].map(async syncId => {
        const { body } = await company.workspace.request('POST', `/v1/syncs/${syncId}/runs`, { full: true })
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
