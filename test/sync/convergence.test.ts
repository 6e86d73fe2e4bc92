import fc from 'fast-check'
import { Definitions } from '../../src/catalogue/definitions.ts'
import { resolveConflict } from '../../src/sync/records/held-conflicts.ts'
import { insertRequest } from '../../src/sync/runs/run-store.ts'
import { findSync } from '../../src/sync/sync-store.ts'
import { at } from '../calls/made.ts'
import type { Connecting } from '../connections/accounts.ts'
import { startPlatform } from '../connections/platform.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { createSync, patch, records, type Company } from './company.ts'
import { MadeAccount, madePlatforms, type Fault, type Row, type Side } from './convergence/made-platforms.ts'
import { runInProcess } from './convergence/run-in-process.ts'

// Three sides, one collection: the hub and two accounts of a made platform, whatever happens on them and between them. After it
// all three say the same, and say nothing more.

const hub = await createTestHub({ definitions: new Definitions({ catalogue: [madePlatforms] }) })
await createTestServer(hub)
const workspace = await createWorkspace(hub)
const { workspaceId } = workspace
const accounts: Record<Side, MadeAccount> = { versioned: new MadeAccount('versioned'), plain: new MadeAccount('plain') }
const sides = ['versioned', 'plain'] as const

async function connect(side: Side): Promise<Company> {
  const platform = await startPlatform()
  platform.answerBy(call =>
    call.path === '/me' ? { status: 200, body: { id: side, name: side } } : accounts[side].answer(call),
  )
  const baseUrls = at(platform.url)
  const app = await workspace.request('POST', '/v1/provider-apps', { provider: 'made', name: side, baseUrls })
  const { body } = await workspace.request<Connecting>('POST', '/v1/connections', {
    ...{ provider: 'made', providerAppId: app.body.id, credentials: { apiKey: 'canary' } },
  })
  return { hub, workspace, connectionId: body.connection.id } as Company
}
const companies = { versioned: await connect('versioned'), plain: await connect('plain') }

const policies = ['newest', 'hub', 'provider', 'manual'] as const
const editedFields = ['email', 'phone', 'notes'] as const
/** What no side writes its own way: there every value is somebody's edit. */
const plainFields = ['phone', 'notes'] as const
type Where = Side | 'hub'
type Edit =
  | { do: 'create'; where: Where }
  | { do: 'edit'; where: Where; which: number; field: (typeof editedFields)[number]; clear: boolean }
  | { do: 'delete'; where: Where; which: number }
type Step =
  Edit | { do: 'sync'; side: Side; faults: Fault[]; killedAfter: number | undefined; midway: Edit; midwayAfter: number }

const where = fc.constantFrom<Where>('hub', 'versioned', 'plain')
const which = fc.nat(5)
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('create' as const), where }) },
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ do: fc.constant('edit' as const), where, which },
      ...{ field: fc.constantFrom(...editedFields), clear: fc.integer({ min: 0, max: 5 }).map(n => n === 0) },
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), where, which }) },
)
const sync = fc.record({
  do: fc.constant('sync' as const),
  side: fc.constantFrom<Side>('versioned', 'plain'),
  faults: fc.array(fc.constantFrom<Fault>('none', 'none', 'none', 'lost', 'down'), { maxLength: 6 }),
  killedAfter: fc.option(fc.nat(3), { nil: undefined }),
  ...{ midway: edit, midwayAfter: fc.nat(4) },
})
const history = fc.array(fc.oneof({ weight: 3, arbitrary: edit }, { weight: 2, arbitrary: sync }), {
  ...{ minLength: 3, maxLength: 16 },
})

/** One history with its own collection and syncs. */
class World {
  readonly collection: string
  readonly syncs = {} as Record<Side, string>
  /** What each side has last said of a row's field, by name. */
  readonly said = new Map<string, Record<string, unknown>>()
  readonly deleted = new Set<string>()
  #count = 0
  #midways: Promise<void>[] = []

  constructor(collection: string) {
    this.collection = collection
  }

  async begin(policy: Record<Side, (typeof policies)[number]>): Promise<void> {
    for (const side of sides) {
      accounts[side] = new MadeAccount(side)
      const settings = { model: side, collection: this.collection, direction: 'both', conflictPolicy: policy[side] }
      this.syncs[side] = await createSync(companies[side], settings)
    }
  }

  async step(step: Step): Promise<void> {
    if (step.do !== 'sync') return this.edit(step)
    const account = accounts[step.side]
    account.faults = [...step.faults]
    account.midway = { after: step.midwayAfter, act: () => this.#midways.push(this.edit(step.midway)) }
    await runInProcess(hub, { workspaceId, syncId: this.syncs[step.side] }, step.killedAfter)
    account.faults = []
    account.midway = undefined
    await Promise.all(this.#midways.splice(0))
  }

  async edit(step: Edit): Promise<void> {
    if (step.do === 'create') return this.#create(step.where)
    const rows = await this.#at(step.where)
    const row = rows[step.which % Math.max(1, rows.length)]
    if (!row) return
    if (step.do === 'delete') {
      this.deleted.add(row.name)
      if (step.where !== 'hub') return accounts[step.where].remove(row.id)
      await workspace.request('DELETE', `/v1/records/${row.id}`)
      return
    }
    const value = step.clear ? null : `Value ${++this.#count}`
    this.#note(step.where, row.name, step.field, value)
    if (step.where === 'hub') await patch(companies.plain, row.id, { [step.field]: value }).catch(() => undefined)
    else accounts[step.where].put({ [step.field]: value }, row.id)
  }

  async #create(where: Where): Promise<void> {
    const name = `Row ${++this.#count}`
    const row: Row = { name, email: `Mail ${this.#count}`, phone: `Phone ${this.#count}` }
    for (const field of editedFields) this.#note(where, name, field, row[field] ?? null)
    if (where !== 'hub') return void accounts[where].put(row)
    const { email, phone } = row
    const body = { collection: this.collection, data: { displayName: name, email, phone } }
    await workspace.request('POST', '/v1/records', body)
  }

  async #at(where: Where): Promise<{ id: string; name: string }[]> {
    if (where === 'hub') {
      const all = await records(companies.plain, '', this.collection)
      return all.map(({ id, data }) => ({ id, name: String(data.displayName) })).toSorted(byName)
    }
    return [...accounts[where].items.values()].filter(({ deleted }) => !deleted).toSorted(byName)
  }

  #note(where: Where, name: string, field: string, value: unknown): void {
    this.said.set(name, { ...this.said.get(name), [`${where} ${field}`]: value })
  }

  /** Both syncs, once; what a person has to decide is decided: the hub's side counts, and deletions are let through. */
  async round(): Promise<void> {
    for (const side of sides) {
      const syncId = this.syncs[side]
      const { errorCode } = await runInProcess(hub, { workspaceId, syncId })
      if (errorCode === 'DELETIONS_HELD') {
        const { deletionsHeld } = await findSync(hub.db, workspaceId, syncId)
        await insertRequest(hub.db, workspaceId, syncId, 'manual', true, deletionsHeld!.count)
        await runInProcess(hub, { workspaceId, syncId })
      } else expect(errorCode).toBeNull()
      const { body } = await workspace.request('GET', `/v1/syncs/${syncId}/conflicts`)
      for (const { recordId } of body.data as { recordId: string }[]) {
        await resolveConflict(hub, 'key_test', workspaceId, syncId, recordId, { use: 'hub' })
      }
    }
  }

  async hubRows(): Promise<(Row & { version: number })[]> {
    const all = await records(companies.plain, '', this.collection)
    return all.map(({ data, version }) => {
      const { displayName, email = null, phone = null, notes = null } = data as Record<string, string | undefined>
      return { name: displayName!, email, phone, notes, version }
    })
  }

  /** Rounds until one changes nothing anywhere; gives the hub's rows. */
  async comeToRest(): Promise<Row[]> {
    let before: unknown
    for (let round = 0; round < mostRounds; round++) {
      await this.round()

      const now = { writes: writes(), hub: await this.hubRows() }
      if (JSON.stringify(now) === JSON.stringify(before)) return now.hub
      before = now
    }
    throw new Error(`no rest in ${mostRounds} rounds: ${JSON.stringify(before)}`)
  }

  async end(): Promise<void> {
    for (const side of sides) await workspace.request('DELETE', `/v1/syncs/${this.syncs[side]}`)
  }
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
const comparable = (rows: readonly Row[]) =>
  rows.map(({ name, email, phone, notes }) => ({ name, email: small(email), phone, notes })).toSorted(byName)
const small = (text: string | null | undefined) => text?.trim().toLowerCase() ?? null
const writes = () => accounts.versioned.writes + accounts.plain.writes

const mostRounds = 8
/** More of them, and others, by `CONVERGENCE_RUNS=500 CONVERGENCE_SEED=1`. */
const runs = Number(process.env.CONVERGENCE_RUNS ?? 40)
const seed = Number(process.env.CONVERGENCE_SEED ?? 15)
let histories = 0

it('has three sides say the same in the end, without another write, whatever happened', async () => {
  await fc.assert(
    fc.asyncProperty(
      history,
      fc.constantFrom(...policies),
      fc.constantFrom(...policies),
      async (steps, versioned, plain) => {
        const world = new World(`h${++histories}`)
        await world.begin({ versioned, plain })
        try {
          for (const step of steps) await world.step(step)
          const ended = await world.comeToRest()
          expect(comparable(accounts.versioned.rows)).toEqual(comparable(ended))
          expect(comparable(accounts.plain.rows)).toEqual(comparable(ended))
          for (const row of ended.filter(({ name }) => !world.deleted.has(name))) {
            for (const field of plainFields) {
              const last = ['hub', ...sides].map(side => world.said.get(row.name)?.[`${side} ${field}`])
              expect(last.map(value => small(value as string | null))).toContain(small(row[field]))
            }
          }
        } finally {
          await world.end()
        }
      },
    ),
    { numRuns: runs, seed },
  )
}, 1_800_000)
