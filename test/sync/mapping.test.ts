import { quickbooks } from '../../src/catalogue/platforms/quickbooks/index.ts'
import { platforms } from '../../src/catalogue/platforms/index.ts'
import { collections } from '../../src/catalogue/collections.ts'
import { ExactNumber } from '../../src/json/exact-number.ts'
import { withValue } from '../../src/calls/json-write.ts'
import { canonicalJson, hashOf, mergePatch, sameValue } from '../../src/sync/mapping/canonical.ts'
import { readJson } from '../../src/json/read-json.ts'
import { unixInstant } from '../../src/sync/mapping/instant.ts'
import { isBadItem, mappingOf } from '../../src/sync/mapping/mapping.ts'
import { mergeFields, retryDelayMs, type ConflictPolicy } from '../../src/sync/policy.ts'
import type { ModelDefinition } from '../../src/catalogue/schema/models.ts'
import { modelOf } from '../calls/made.ts'
import { isCron, isTimeZone, parseEvery } from '../../src/sync/schedules/schedule-input.ts'

const mapping = mappingOf(quickbooks.models.customers)
const raw = {
  ...{ Id: '7', SyncToken: '3', DisplayName: 'Amy', Active: true, Balance: 1.5, CurrencyRef: { value: 'USD' } },
  ...{ PrimaryEmailAddr: { Address: 'a@example.com' }, BillAddr: { City: 'Ipoh', Line1: '', Lat: '1' }, Notes: null },
  MetaData: { LastUpdatedTime: '2026-01-31T04:00:00-08:00' },
}

function item(of: unknown) {
  const found = mapping.itemOf(of)
  if (isBadItem(found)) throw new Error(found.errorCode)
  return found
}

describe('a mapping', () => {
  it('makes canonical data with its keys in order and without what is empty', () => {
    const found = item(raw)
    const data = {
      address: { city: 'Ipoh' },
      balance: '1.50',
      currency: 'USD',
      displayName: 'Amy',
      email: 'a@example.com',
    }
    expect(found).toMatchObject({ externalId: '7', version: '3', isDeleted: false, json: JSON.stringify(data) })
    expect(found.json).toBe(canonicalJson(data))
    expect(Buffer.from(found.hash, 'latin1')).toEqual(hashOf(canonicalJson(data)))
    expect(found.updatedAt).toEqual(new Date('2026-01-31T12:00:00Z'))
  })

  it('tells what counts as deleted', () => {
    expect(item({ ...raw, Active: false }).isDeleted).toBe(true)
    expect(item({ Id: '7', status: 'Deleted' }).isDeleted).toBe(true)
  })

  it.each([
    ['no id', { ...raw, Id: undefined }, null],
    ['an id that is none', { ...raw, Id: {} }, null],
    ['no object', 'text', null],
    ['half a character for an id', { ...raw, Id: '7\udc00' }, null],
    ['more than a megabyte', { ...raw, Notes: 'x'.repeat(1_100_000) }, '7'],
  ])('does not take an item with %s', (_what, bad, externalId) => {
    expect(mapping.itemOf(bad)).toEqual({ externalId, errorCode: 'INVALID_ITEM' })
  })

  it.each([
    ['a value of another type', { DisplayName: { first: 'Amy' } }, 'displayName'],
    ['a NUL', { DisplayName: 'A\0' }, 'displayName'],
    ['half a character', { DisplayName: 'A\ud800' }, 'displayName'],
    ['an amount that is none', { Balance: 'much' }, 'balance'],
  ])('takes an item with %s without that field', (_what, bad, path) => {
    const { gaps, json, hash } = item({ ...raw, ...bad })
    expect(gaps).toEqual({ unfit: [path], unresolved: [] })
    expect(JSON.parse(json)).toEqual({ ...(JSON.parse(item(raw).json) as object), [path]: undefined })
    expect(hash).not.toBe(item({ ...raw, DisplayName: undefined }).hash)
  })

  it.each<[NonNullable<ModelDefinition['updatedAt']>, unknown]>([
    [{ path: 'at', format: 'unix-milliseconds' }, 1_690_000_000_000],
    [{ path: 'at', format: 'dotnet' }, '/Date(1690000000000+0000)/'],
    [{ path: 'at', format: 'unix-seconds' }, 1_690_000_000],
  ])('knows by updatedAt %j when an item has changed', (updatedAt, at) => {
    expect(mappingOf(modelOf({ updatedAt })).itemOf({ id: '1', at })).toMatchObject({
      updatedAt: new Date(1_690_000_000_000),
    })
  })

  it('takes amounts with all their digits', () => {
    const found = item({ ...raw, Balance: new ExactNumber('9007199254740993') })
    expect(JSON.parse(found.json)).toMatchObject({ balance: '9007199254740993.00' })
  })

  it('takes texts that only look like half a character, and ids with all their digits', () => {
    const found = item({ ...raw, Id: new ExactNumber('9007199254740993'), Notes: 'C:\\udefault \\u0000 😀' })
    expect(found.externalId).toBe('9007199254740993')
    expect(JSON.parse(found.json)).toMatchObject({ notes: 'C:\\udefault \\u0000 😀' })
  })

  it('says to the platform only what changed, with what stands beside it in the same object', () => {
    const before = mapping.fieldsOf({ displayName: 'Amy', notes: 'n', address: { city: 'Ipoh', line1: 'x' } })
    const after = mapping.fieldsOf({ displayName: 'Amy', address: { city: 'Klang', line1: 'x' }, balance: 9 })
    expect(mapping.bodyOf(after, before)).toEqual({ Notes: '', BillAddr: { City: 'Klang', Line1: 'x' } })
    expect(mapping.bodyOf(before, before)).toBeUndefined()
    expect(mapping.bodyOf({ ...before, balance: 1, currency: 'EUR' }, before)).toBeUndefined()
    expect(mapping.bodyOf(mapping.fieldsOf({ displayName: 'B', balance: 1, currency: 'EUR' }), undefined)).toEqual({
      ...{ DisplayName: 'B', CurrencyRef: { value: 'EUR' } },
    })
  })

  it.each(
    platforms.flatMap(provider =>
      Object.entries(provider.models ?? {}).map(([name, model]) => ({ provider: provider.id, name, model })),
    ),
  )('of $provider $name maps to fields that its collection has, each once', ({ model }) => {
    const paths = mappingOf(model).paths
    expect(new Set(paths).size).toBe(paths.length)
    const { fields } = collections[model.collection]!
    for (const path of paths) expect(fields).toHaveProperty([path])
  })
})

describe('an instant in seconds', () => {
  it('is read with more digits than a double holds', () => {
    expect(unixInstant(readJson('1700000000.1234567890123'))).toEqual(new Date(1_700_000_000_123))
    expect(unixInstant(readJson('1e400'))).toBeUndefined()
  })
})

describe('canonical values', () => {
  it('are the same whatever the order of their keys', () => {
    expect(canonicalJson({ b: 1, a: { d: [1, null], c: undefined, e: null } })).toBe('{"a":{"d":[1,null]},"b":1}')
    expect(sameValue({ a: 1, b: null }, { a: 1 })).toBe(true)
    expect(sameValue(undefined, null)).toBe(true)
    expect(sameValue('1', 1)).toBe(false)
  })

  it('are set and removed by path, and merged by patch', () => {
    expect(withValue({ a: { b: 1 }, z: 1 }, ['a', 'b'], undefined)).toEqual({ z: 1 })
    expect(withValue({ a: 1 }, ['a', 'b'], 2)).toEqual({ a: { b: 2 } })
    expect(mergePatch({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: null }, d: [2], e: {} })).toEqual({
      ...{ a: { c: 2 }, d: [2], e: {} },
    })
  })
})

describe('a merge', () => {
  const early = new Date(1_000)
  const late = new Date(2_000)
  const merge = (
    policy: ConflictPolicy,
    base: string | undefined,
    hub: string | undefined,
    provider: string | undefined,
    providerAt: Date | undefined = early,
  ) =>
    mergeFields(
      ['f'],
      { base: { f: base }, hub: { f: hub }, provider: { f: provider } },
      policy,
      { hubAt: late, providerAt },
      Object.is,
    )

  it.each(['newest', 'hub', 'provider', 'manual'] as const)('takes by %s what one side alone changed', policy => {
    expect(merge(policy, 'a', 'b', 'a')).toMatchObject({ hub: { f: 'b' }, base: { f: 'a' }, collided: 0 })
    expect(merge(policy, 'a', 'a', 'b')).toMatchObject({ hub: { f: 'b' }, base: { f: 'b' }, collided: 0 })
    expect(merge(policy, 'a', 'b', 'b')).toMatchObject({ hub: { f: 'b' }, base: { f: 'b' }, collided: 0 })
    expect(merge(policy, 'a', undefined, 'a')).toMatchObject({ hub: { f: undefined }, collided: 0 })
  })

  it('settles what both changed', () => {
    expect(merge('hub', 'a', 'h', 'p')).toMatchObject({ hub: { f: 'h' }, base: { f: 'p' }, collided: 1, held: {} })
    expect(merge('provider', 'a', 'h', 'p')).toMatchObject({ hub: { f: 'p' }, base: { f: 'p' }, collided: 1 })
    expect(merge('newest', 'a', 'h', 'p')).toMatchObject({ hub: { f: 'h' } })
    expect(merge('newest', 'a', 'h', 'p', new Date(3_000))).toMatchObject({ hub: { f: 'p' } })
    expect(merge('manual', 'a', 'h', undefined)).toMatchObject({
      ...{ hub: { f: 'h' }, base: { f: 'a' }, held: { f: { base: 'a', hub: 'h' } } },
    })
  })

  it('waits longer after each failure, up to a day', () => {
    expect([1, 2, 3, 30].map(retryDelayMs)).toEqual([300_000, 600_000, 1_200_000, 86_400_000])
  })
})

describe('a schedule', () => {
  it('is an interval, or a cron expression that Temporal takes', () => {
    expect(['15m', '10s', '31d', '1h'].map(parseEvery)).toEqual([900_000, 10_000, 2_678_400_000, 3_600_000])
    expect(['9s', '32d', '0m', '1.5h', 'x', '15 m', ''].map(parseEvery)).toEqual(Array(7).fill(undefined))
    const good = ['*/15 * * * *', '0 6 * * 1-5', '0 0 1 JUL *', '5,35 8-18 * * MON-FRI', '0 9 * APR WED']
    expect(good.filter(isCron)).toEqual(good)
    expect(
      ['* * * *', '* * * * * *', '0 0 L * *', '0 0 * * 1#2', '60 * * * *', '@daily', '0 0 31 2 *'].filter(isCron),
    ).toEqual([])
    expect(['UTC', 'Asia/Kuala_Lumpur', 'Mars/Base', '+08:00', ''].map(isTimeZone)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })
})
