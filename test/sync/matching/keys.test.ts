import { matchKeysOf } from '../../../src/catalogue/match-keys.ts'
import { decide } from '../../../src/sync/matching/match-items.ts'
import { keysIn, keyValue } from '../../../src/sync/matching/keys.ts'

describe('the value of a key', () => {
  it.each([
    ['email', ' Ada@Example.COM ', 'ada@example.com'],
    ['phone', '+60 (12) 345-6789', '60123456789'],
    ['phone', 'none', undefined],
    ['taxNumber', 'GB 123-4567.89', 'gb123456789'],
    ['website', 'https://www.example.com/', 'example.com'],
    ['amount', '12.50', '12.5'],
    ['amount', '100', '100'],
    ['number', 17, '17'],
    ['displayName', 'ＡＤＡ', 'ada'],
    ['sku', '', undefined],
    ['sku', null, undefined],
    ['sku', { a: 1 }, undefined],
  ])('%s of %j is %j', (path, value, wanted) => {
    expect(keyValue(path, value)).toBe(wanted)
  })
})

describe('the keys of data', () => {
  const keys = [['email'], ['address.city', 'displayName']]

  it('are those of which every part is there, and the same however they are written', () => {
    const one = keysIn(keys, { email: 'a@b.c', displayName: 'Ada' })
    expect(one.map(({ rank }) => rank)).toEqual([0])
    expect(keysIn(keys, { email: 'A@B.C' })).toEqual(one)
    expect(keysIn(keys, { address: { city: 'Rome' }, displayName: 'Ada' })).toHaveLength(1)
  })

  it('do not run into each other', () => {
    const text = (city: string, displayName: string) => keysIn(keys, { address: { city }, displayName })[0]!.text
    expect(text('a', 'bc')).not.toBe(text('ab', 'c'))
    expect(keysIn([['a'], ['b']], { a: 'x', b: 'x' }).map(key => key.text)).toHaveLength(2)
    expect(new Set(keysIn([['a'], ['b']], { a: 'x', b: 'x' }).map(key => key.text)).size).toBe(2)
  })

  it('are those of the sync, else of the model, else of the collection, as far as the model has the fields', () => {
    const fields: [string, string][] = [
      ['email', 'mail'],
      ['sku', 'code'],
    ]
    expect(matchKeysOf(null, { collection: 'customers', fields })).toEqual([['email']])
    expect(matchKeysOf(null, { collection: 'customers', match: [['sku']], fields })).toEqual([['sku']])
    expect(matchKeysOf([['sku', 'phone'], ['sku']], { collection: 'customers', fields })).toEqual([['sku']])
    expect(matchKeysOf([], { collection: 'customers', match: [['sku']], fields })).toEqual([])
    expect(matchKeysOf(null, { collection: 'of-their-own', fields })).toEqual([])
  })
})

describe('who joins whom', () => {
  const found = (index: number, rank: number, recordId: string) => ({ index, rank, recordId })

  it('is decided by the first key by which anybody is found, and each record is joined once', () => {
    const candidates = [found(0, 1, 'b'), found(0, 0, 'a'), found(1, 0, 'a'), found(2, 0, 'c'), found(2, 0, 'd')]
    expect(decide(4, candidates)).toEqual([
      { kind: 'join', recordId: 'a' },
      { kind: 'none' },
      { kind: 'ambiguous' },
      { kind: 'none' },
    ])
  })
})
