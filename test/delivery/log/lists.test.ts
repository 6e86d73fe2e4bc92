import { mintDeliveryId } from '../../../src/delivery/mint.ts'
import { newId, lowestIdAt } from '../../../src/ids.ts'
import { createTestHub, createWorkspace, type TestWorkspace } from '../../support/hub.ts'
import { createEndpoint, type ShownDelivery } from '../../support/delivery.ts'

const hub = await createTestHub()
const workspace = await createWorkspace(hub)
const other = await createWorkspace(hub)
const endpoints: string[] = []
for (let n = 0; n < 3; n++) endpoints.push((await createEndpoint(workspace, 'https://127.0.0.1/')).id)

interface Made {
  id: string
  eventId: string
  endpointId: string
  type: string
  status: string
  at: number
}

const startAt = Date.now() - 600_000
const made: Made[] = []
const statuses = ['delivered', 'delivered', 'delivered', 'failed', 'cancelled', 'pending', 'retrying', 'held']

/** An event's id of a given millisecond. */
const eventAt = (at: number) => lowestIdAt('event', new Date(at)).slice(0, 14) + newId('event').slice(14)

async function insert(rows: readonly Made[], workspaceId = workspace.workspaceId): Promise<void> {
  const events = new Map(rows.map(row => [row.eventId, row.type]))
  await hub.pool.query(
    `insert into events (id, workspace_id, type, size, payload_days)
     select id, $1, type, 2, 30 from unnest($2::text[], $3::text[]) as e(id, type) on conflict do nothing`,
    [workspaceId, [...events.keys()], [...events.values()]],
  )
  const columns = (some: readonly Made[]) => [
    workspaceId,
    some.map(row => row.id),
    some.map(row => row.endpointId),
    some.map(row => row.eventId),
    some.map(row => row.status),
  ]
  const isFinished = (row: Made) => ['delivered', 'failed', 'cancelled'].includes(row.status)
  await hub.pool.query(
    `insert into deliveries (id, workspace_id, endpoint_id, event_id, status, attempts, finished_at)
     select id, $1, endpoint_id, event_id, status, 1, now()
     from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as d(id, endpoint_id, event_id, status)`,
    columns(rows.filter(isFinished)),
  )
  await hub.pool.query(
    `insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, held, attempts)
     select id, $1, endpoint_id, event_id, 2, 30, status = 'held', (status = 'retrying')::int
     from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as d(id, endpoint_id, event_id, status)`,
    columns(rows.filter(row => !isFinished(row))),
  )
}

// Many events in each millisecond, as bulk publishes make them; some go to several endpoints.
beforeAll(async () => {
  for (let n = 0; n < 400; n++) {
    const at = startAt + Math.floor(n / 40)
    const eventId = eventAt(at)
    for (const [index, endpointId] of endpoints.entries()) {
      if (index > 0 && n % 5 !== 0) continue
      const status = statuses[(n + index) % statuses.length]!
      const type = n % 97 === 0 ? 'rare.one' : n % 3 === 0 ? 'b.two' : 'a.one'
      made.push({ id: mintDeliveryId(eventId), eventId, endpointId, type, status, at })
    }
  }
  await insert(made)
})

type Page = { data: ShownDelivery[]; nextCursor: string | null }

/** All ids of a list, page by page. */
async function walk(of: TestWorkspace, query: string, limit: number): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = []
  let cursor = ''
  for (let pages = 1; ; pages++) {
    const answer = await of.request<Page>('GET', `/v1/deliveries?limit=${limit}${query}${cursor}`)
    expect(answer.status).toBe(200)
    expect(answer.body.data.length).toBeLessThanOrEqual(limit)
    ids.push(...answer.body.data.map(one => one.id))
    if (answer.body.nextCursor === null) return { ids, pages }
    expect(pages).toBeLessThan(1_000)
    cursor = `&cursor=${answer.body.nextCursor}`
  }
}

const idsOf = (rows: readonly Made[]) =>
  rows
    .map(row => row.id)
    .sort()
    .reverse()

const instant = (at: number) => new Date(at).toISOString()

describe('the pages of deliveries', () => {
  const endpoint = [undefined, 0, 2]
  const type = [undefined, 'a.one', 'rare.one']
  const status = [undefined, 'delivered', 'failed', 'cancelled', 'pending', 'retrying', 'held']
  it.each(endpoint.flatMap(e => type.flatMap(t => status.map(s => [e, t, s] as const))))(
    'neither skip nor repeat any of endpoint %s, type %s, status %s',
    async (e, t, s) => {
      const expected = idsOf(
        made.filter(
          row =>
            (e === undefined || row.endpointId === endpoints[e]) &&
            (t === undefined || row.type === t) &&
            (s === undefined || row.status === s),
        ),
      )
      const query =
        (e === undefined ? '' : `&endpointId=${endpoints[e]}`) +
        (t === undefined ? '' : `&type=${t}`) +
        (s === undefined ? '' : `&status=${s}`)
      expect((await walk(workspace, query, 23)).ids).toEqual(expected)
      const [from, to] = [startAt + 3, startAt + 7]
      const between = made.filter(row => row.at >= from && row.at < to).map(row => row.id)
      expect((await walk(workspace, `${query}&after=${instant(from)}&before=${instant(to)}`, 100)).ids).toEqual(
        expected.filter(id => between.includes(id)),
      )
    },
  )

  it('are of one event', async () => {
    const { eventId } = made[0]!
    const expected = idsOf(made.filter(row => row.eventId === eventId))
    expect(expected).toHaveLength(3)
    expect((await walk(workspace, `&eventId=${eventId}`, 2)).ids).toEqual(expected)
    expect((await walk(workspace, `&eventId=${eventId}&type=rare.one`, 2)).ids).toEqual(expected)
    expect((await walk(workspace, `&eventId=${eventId}&type=a.one`, 2)).ids).toEqual([])
  })

  it('do not cross workspaces', async () => {
    const { eventId, endpointId } = made[0]!
    for (const query of ['', `&eventId=${eventId}`, `&endpointId=${endpointId}`, '&type=a.one', '&status=held']) {
      expect(await walk(other, query, 10)).toEqual({ ids: [], pages: 1 })
    }
    expect(await walk(other, `&endpointId=${endpointId}&type=a.one`, 10)).toEqual({ ids: [], pages: 1 })
    expect((await other.request('GET', `/v1/deliveries/${made[0]!.id}`)).status).toBe(404)
  })

  it('stay the same when deliveries end in between', async () => {
    const first = await workspace.request<Page>('GET', '/v1/deliveries?limit=10&status=held')
    const moving = first.body.data.at(-1)!.id
    await hub.pool.query(
      `with done as (delete from delivery_queue where id = $1 returning *)
       insert into deliveries (id, workspace_id, endpoint_id, event_id, status, attempts, finished_at)
       select id, workspace_id, endpoint_id, event_id, 'delivered', 1, now() from done`,
      [moving],
    )
    const next = await workspace.request<Page>(
      'GET',
      `/v1/deliveries?limit=10&status=held&cursor=${first.body.nextCursor}`,
    )
    expect(next.body.data.every(one => one.id < moving)).toBe(true)
  })
})

describe('a page of few among very many', () => {
  const owner = { workspaceId: '', rows: [] as Made[] }
  let many: TestWorkspace
  beforeAll(async () => {
    many = await createWorkspace(hub)
    owner.workspaceId = many.workspaceId
    const endpointId = (await createEndpoint(many, 'https://127.0.0.1/')).id
    for (let n = 0; n < 7_000; n++) {
      const at = startAt + Math.floor(n / 10)
      const eventId = eventAt(at)
      const type = n % 3_500 === 100 ? 'rare.one' : n < 5_000 ? 'a.one' : 'failed.one'
      const status = n % 3_500 === 100 || n >= 5_000 ? 'failed' : 'delivered'
      owner.rows.push({ id: mintDeliveryId(eventId), eventId, endpointId, type, status, at })
    }
    for (let n = 0; n < 300; n++) {
      const at = startAt + Math.floor(n / 10)
      const eventId = eventAt(at)
      const status = n === 5 ? 'retrying' : 'held'
      owner.rows.push({ id: mintDeliveryId(eventId), eventId, endpointId, type: 'waiting.one', status, at })
    }
    await insert(owner.rows, many.workspaceId)
  })

  it.each([
    ['of a rare type', '&type=rare.one', (row: Made) => row.type === 'rare.one', 1],
    [
      'of a rare type that failed',
      '&type=rare.one&status=failed',
      (row: Made) => row.type === 'rare.one' && row.status === 'failed',
      2,
    ],
    ['of a type whose events were never delivered', '&type=a.one&status=failed', () => false, 2],
    [
      'that are delivered behind those that failed',
      '&status=delivered&type=a.one',
      (row: Made) => row.status === 'delivered',
      50,
    ],
    [
      'that wait for a retry behind those that are held',
      '&status=retrying',
      (row: Made) => row.status === 'retrying',
      3,
    ],
  ])('%s may be short, and all pages together are whole', async (_name, query, wanted, pages) => {
    const found = await walk(many, query, 100)
    expect(found.ids).toEqual(idsOf(owner.rows.filter(wanted)))
    expect(found.pages).toBe(pages)
  })
})
