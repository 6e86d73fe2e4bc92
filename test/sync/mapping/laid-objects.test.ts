import type { ModelDefinition } from '../../../src/catalogue/schema/models.ts'
import { isBadItem, mappingOf } from '../../../src/sync/mapping/mapping.ts'
import { modelOf } from '../../calls/made.ts'

// An object that the platform replaces as a whole is laid over the one that it has.

const update = {
  ...({ kind: 'call', method: 'POST', path: '/items/{id}', encoding: 'json', cleared: '' } as const),
  replaced: ['Addr', 'Phones', 'Deep.Place'],
  follows: { 'Addr.Lat': ['address.line1'], 'Phones.[Kind=HOME].Area': ['phone'] },
}
const fields: ModelDefinition['fields'] = [
  ['displayName', 'Name'],
  ['address.line1', 'Addr.Line1'],
  ['address.city', 'Addr.City'],
  ['phone', 'Phones.[Kind=HOME].Number'],
  ['website', 'Web.URI'],
  ['notes', 'Deep.Place.Text'],
]
const mapping = mappingOf(modelOf({ collection: 'customers', update, fields }))
const raw = {
  ...{ id: '1', Name: 'Ada', Web: { URI: 'a.example', Kind: 'own' }, Deep: { Place: { Text: 'x', Size: 2 } } },
  Addr: { Id: 7, Line1: '1 Bridge Street', Line3: 'Unit 4', City: 'Ely', Lat: '52' },
  Phones: [
    { Kind: 'WORK', Number: '1' },
    { Kind: 'HOME', Number: '2', Area: '09' },
  ],
}
const there = { ...{ displayName: 'Ada', phone: '2', website: 'a.example', notes: 'x' } }
const data = { ...there, address: { line1: '1 Bridge Street', city: 'Ely' } }

function told(after: object, of: object = raw) {
  const item = mapping.itemOf(of)
  if (isBadItem(item)) throw new Error(item.errorCode)
  const before = mapping.fieldsOf(JSON.parse(item.json))
  return mapping.tell(mapping.fieldsOf(after), before, undefined, { raw: of, known: undefined }).body
}

describe('an object that is told as a whole', () => {
  it.each<[string, object, object]>([
    ['is not told where something else changes', { ...data, displayName: 'Bob' }, { Name: 'Bob' }],
    [
      'keeps what no field says',
      { ...data, address: { line1: '1 Bridge Street', city: 'Leeds' } },
      { Addr: { ...raw.Addr, City: 'Leeds' } },
    ],
    [
      'does not keep what follows from what changed, and is emptied where its fields are',
      { ...data, address: {} },
      { Addr: { ...raw.Addr, Line1: '', City: '', Lat: '' } },
    ],
    [
      'keeps others of a list of such',
      { ...data, phone: '3' },
      { Phones: [raw.Phones[0], { Kind: 'HOME', Number: '3', Area: '' }] },
    ],
    ['is laid over alone of those around it', { ...data, notes: 'y' }, { Deep: { Place: { Text: 'y', Size: 2 } } }],
    ['is told as fields have it where it is not said to be replaced', { ...data, website: 'b' }, { Web: { URI: 'b' } }],
  ])('%s', (_, after, body) => expect(told(after)).toEqual(body))

  it('is made where the platform has none', () => {
    expect(told(data, { ...raw, Addr: null })).toEqual({ Addr: { Line1: '1 Bridge Street', City: 'Ely' } })
    expect(told(data, { ...raw, Addr: undefined, Phones: [] })).toEqual({
      ...{ Addr: { Line1: '1 Bridge Street', City: 'Ely' }, Phones: [{ Kind: 'HOME', Number: '2' }] },
    })
  })

  it('is looked at before it is told, and what the platform merges is not', () => {
    const bodies = [{ Name: 'Bob' }, { Web: { URI: 'b' } }, { Addr: { City: 'x' } }, { Deep: { Place: { Text: 'y' } } }]
    expect(bodies.map(body => mapping.tellsWhole(body))).toEqual([false, false, true, true])
  })
})
