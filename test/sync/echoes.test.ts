import { platforms } from '../../src/catalogue/platforms/index.ts'
import type { Values } from '../../src/calls/json-write.ts'
import type { Link, LinkWrite, RecordRow } from '../../src/sync/links/link-store.ts'
import { isBadItem, mappingOf, type Mapping, type Item } from '../../src/sync/mapping/mapping.ts'
import type { ConflictPolicy } from '../../src/sync/policy.ts'
import { planPush } from '../../src/sync/push/push-plan.ts'
import { settleKnown, type Settled, type Change } from '../../src/sync/links/settle.ts'
import { fc } from '../support/properties.ts'

type Normalise = (text: string) => string

const digits: Normalise = text => text.replace(/\D/g, '') || text
const ways: Record<string, Normalise> = {
  digits,
  dashes: text => (digits(text).length === 7 ? digits(text).replace(/(\d{3})(\d{4})/, '$1-$2') : text),
  prefixed: text => (text.startsWith('+') ? text : `+${text}`),
  cut: text => text.slice(0, 6),
  upper: text => text.toUpperCase(),
  lower: text => text.toLowerCase(),
  spaced: text => text.replaceAll('-', ' '),
  same: text => text,
}

/** One collection's record as it stands in the hub. */
class HubRecord {
  row: RecordRow
  constructor(data: Values) {
    const at = new Date(0)
    const fixed = {
      ...{ id: 'rec_1', workspace_id: 'ws', collection: 'customers', hash: Buffer.alloc(0), change: 1 },
      ...{ created_by: null, created_run: null },
    }
    this.row = { ...fixed, data, version: 1, created_at: at, updated_at: at, edited_at: null, deleted_at: null }
  }

  write(data: Values) {
    this.row = { ...this.row, data, version: this.row.version + 1, updated_at: new Date() }
  }
}

/** A platform that writes telephone numbers its own way: already in its answers, or only in what it shows later. */
class Platform {
  phone: string | undefined
  writes = 0
  private version = 0
  private link: Link | undefined
  private readonly mapping: Mapping
  private readonly normalise: Normalise
  private readonly isLazy: boolean
  private readonly policy: ConflictPolicy

  constructor(provider: string, normalise: Normalise, isLazy: boolean, policy: ConflictPolicy) {
    this.mapping = mappingOf(platforms.find(({ id }) => id === provider)!.models!['customers']!)
    this.normalise = normalise
    this.isLazy = isLazy
    this.policy = policy
  }

  /** What a person does there. */
  edit(phone: string) {
    this.phone = this.normalise(phone)
    this.version++
  }

  run(record: HubRecord) {
    if (this.link?.external_id) this.settle(record, { item: this.item(this.phone) })
    const plan = planPush(this.mapping, { record: record.row, link: this.link })
    if (plan.kind !== 'write') return
    this.writes++
    const told = plan.item.values['phone'] as string | undefined
    this.phone = told && this.normalise(told)
    this.version++
    this.settle(record, { item: this.item(this.isLazy ? told : this.phone) }, plan.item.values)
  }

  private item(phone: string | undefined): Item {
    const body = this.mapping.bodyOf({ displayName: 'Ada', phone }, undefined)
    const item = this.mapping.itemOf({ ...body, Id: '1', id: '1', SyncToken: String(this.version) })
    if (isBadItem(item)) throw new Error(item.errorCode)
    return item
  }

  private settle(record: HubRecord, change: Change, known?: Values) {
    const linked = { link: this.link ?? rowOf(emptyWrite), record: record.row }
    const settling = { mapping: this.mapping, policy: this.policy, now: new Date() }
    const settled: Settled = settleKnown(settling, linked, change, known)
    if (settled.update) record.write(settled.update.data)
    this.link = rowOf(JSON.parse(JSON.stringify(settled.link)) as LinkWrite)
  }
}

const emptyWrite: LinkWrite = {
  ...{ recordId: 'rec_1', externalId: null, externalVersion: null, externalHash: null, recordVersion: 0, base: null },
  ...{ state: 'ok', gone: false, conflict: null, errorCode: null, failures: 0, retryAt: null, echoes: null },
  ...{ externalUpdatedAt: null, place: null, errorMessage: null, providerCode: null, fieldErrors: null },
}

function rowOf(link: LinkWrite): Link {
  return {
    ...{ workspace_id: 'ws', sync_id: 'sync_1', record_id: link.recordId, external_id: link.externalId },
    ...{ external_version: link.externalVersion, external_hash: null, record_version: link.recordVersion },
    ...{ base: link.base, state: link.state, gone: link.gone, conflict: link.conflict, error_code: link.errorCode },
    ...{
      failures: link.failures,
      error_message: null,
      provider_code: null,
      retry_at: null,
      push_key: null,
      external_updated_at: null,
      place: null,
      echoes: link.echoes,
      field_errors: link.fieldErrors,
      updated_at: new Date(),
    },
  }
}

const phones = ['555-1234', '5551234', '+5551234', 'ext a', 'EXT A', '12']
const way = fc.constantFrom(...Object.keys(ways)).map(name => ways[name]!)
const platform = fc.record({ way, isLazy: fc.boolean() })
const policy = fc.constantFrom<ConflictPolicy>('hub', 'provider', 'newest')
const edit = fc.record({ at: fc.constantFrom('hub', 0, 1, 2), phone: fc.constantFrom(...phones) })

function rounds(count: number, platforms: Platform[], record: HubRecord) {
  for (let round = 0; round < count; round++) for (const one of platforms) one.run(record)
}

const writesOf = (platforms: Platform[]) => platforms.reduce((sum, { writes }) => sum + writes, 0)

describe('platforms that each write a value their own way', () => {
  it('come to rest, whatever was edited where, and a later edit still reaches them all', () => {
    const property = fc.property(
      fc.array(platform, { minLength: 2, maxLength: 3 }),
      policy,
      fc.array(edit, { maxLength: 6 }),
      (settings, conflictPolicy, edits) => {
        const platforms = settings.map(
          ({ way, isLazy }, index) => new Platform(index === 1 ? 'stripe' : 'quickbooks', way, isLazy, conflictPolicy),
        )
        const record = new HubRecord({ displayName: 'Ada', phone: phones[0] })
        for (const { at, phone } of edits) {
          if (at === 'hub') record.write({ ...record.row.data, phone })
          else platforms[Number(at)]?.edit(phone)
          rounds(2, platforms, record)
        }
        rounds(60, platforms, record)
        const before = writesOf(platforms)
        rounds(5, platforms, record)
        expect(writesOf(platforms) - before).toBe(0)

        record.write({ ...record.row.data, phone: '777 7777' })
        rounds(60, platforms, record)
        for (const one of platforms) expect(one.phone).toMatch(/7{2,}/)
        const rest = writesOf(platforms)
        rounds(5, platforms, record)
        expect(writesOf(platforms) - rest).toBe(0)
      },
    )
    fc.assert(property, { numRuns: 60 })
  })
})
