import type { ModelDefinition } from '../../../src/catalogue/schema/models.ts'
import { isBadItem, mappingOf, type Mapping } from '../../../src/sync/mapping/mapping.ts'
import { modelOf } from '../../calls/made.ts'

// Fields that are more than one value in one place: lists of objects, a value of an object that is chosen, several places.

const update = { kind: 'call', method: 'PUT', path: '/items/{id}', encoding: 'json', cleared: null } as const

function mappingWith(fields: ModelDefinition['fields'], about: Partial<ModelDefinition> = {}): Mapping {
  return mappingOf(modelOf({ collection: 'invoices', update, fields, ...about }))
}

function item(mapping: Mapping, raw: object) {
  const found = mapping.itemOf({ id: '1', ...raw })
  if (isBadItem(found)) throw new Error(found.errorCode)
  return { ...found, data: JSON.parse(found.json) as Record<string, unknown> }
}

describe('a list of objects', () => {
  const lines: ModelDefinition['fields'][number] = [
    'lines',
    'Line',
    {
      each: [
        ['description', 'Description'],
        ['quantity', 'Detail.Qty', { transform: { kind: 'decimal' } }],
        ['amount', 'Amount', { transform: { kind: 'decimal', scale: 2 } }],
        ['taxAmount', 'Tax', { only: 'read', transform: { kind: 'decimal', scale: 2 } }],
      ],
      where: { path: 'DetailType', equals: 'Sales' },
      constant: { Detail: { Kind: 'x' } },
    },
  ]
  const mapping = mappingWith([['number', 'No'], lines])
  const raw = {
    No: 'A1',
    Line: [
      { DetailType: 'Sales', Description: 'Tea', Amount: 12.5, Tax: 1, Detail: { Qty: 2 }, Id: '1' },
      { DetailType: 'SubTotal', Amount: 12.5 },
    ],
  }
  const tea = { amount: '12.50', description: 'Tea', quantity: '2', taxAmount: '1.00' }

  it('is read object by object, those that are meant', () => {
    expect(item(mapping, raw).data).toEqual({ number: 'A1', lines: [tea] })
    expect(item(mapping, { No: 'A1', Line: [] }).data).toEqual({ number: 'A1' })
  })

  it('is told as a whole when one of them changes, each with what belongs to it', () => {
    const before = mapping.fieldsOf({ number: 'A1', lines: [tea] })
    const after = mapping.fieldsOf({ number: 'A1', lines: [{ ...tea, amount: '13' }, { description: 'Milk' }] })
    expect(mapping.bodyOf(after, before)).toEqual({
      Line: [
        { DetailType: 'Sales', Description: 'Tea', Amount: 13, Detail: { Kind: 'x', Qty: 2 } },
        { DetailType: 'Sales', Description: 'Milk', Detail: { Kind: 'x' } },
      ],
    })
    expect(mapping.bodyOf(mapping.fieldsOf({ number: 'A1', lines: [] }), before)).toEqual({ Line: [] })
  })

  it('is the same whatever else its objects say, and however an amount is written', () => {
    const before = mapping.fieldsOf({ number: 'A1', lines: [tea] })
    const other = mapping.fieldsOf({ number: 'A1', lines: [{ ...tea, amount: '12.5', accountCode: '200' }] })
    expect(mapping.bodyOf(other, before)).toBeUndefined()
  })

  it('leaves in a record what of its objects is not mapped, also when they move', () => {
    const data = {
      lines: [
        { ...tea, accountCode: '200' },
        { description: 'Milk', accountCode: '300' },
      ],
    }
    const moved = mapping.fieldsOf({
      lines: [{ description: 'Milk' }, { ...tea, amount: '9.00' }, { description: 'Rice' }],
    })
    expect(mapping.intoData(data, moved, ['lines'])).toEqual({
      lines: [{ description: 'Milk', accountCode: '300' }, { ...tea, amount: '9.00' }, { description: 'Rice' }],
    })
    const changed = mapping.fieldsOf({ lines: [{ ...tea, amount: '9.00' }, { description: 'Milk' }] })
    expect(mapping.intoData(data, changed, ['lines'])).toEqual({
      lines: [
        { ...tea, amount: '9.00', accountCode: '200' },
        { description: 'Milk', accountCode: '300' },
      ],
    })
  })

  it('fails as a whole where an object does not fit', () => {
    const found = item(mapping, { No: 'A1', Line: [{ DetailType: 'Sales', Amount: 'much' }] })
    expect(found).toMatchObject({ data: { number: 'A1' }, gaps: { unfit: ['lines'] } })
    expect(mapping.untold(mapping.fieldsOf({ lines: [{ amount: 'much' }] }), ['lines'], {})).toEqual(['lines'])
  })

  it('has amounts in minor units of the currency around it', () => {
    const cents = mappingWith([
      ['currency', 'currency', { transform: 'lower-case-code' }],
      [
        'lines',
        'lines',
        { each: [['amount', 'amount', { transform: { kind: 'minor-units', currency: 'currency' } }]] },
      ],
    ])
    const found = item(cents, { currency: 'jpy', lines: [{ amount: 500 }, { amount: 1 }] })
    expect(found.data).toEqual({ currency: 'JPY', lines: [{ amount: '500' }, { amount: '1' }] })
    expect(cents.bodyOf(cents.fieldsOf(found.data), undefined)).toEqual({
      ...{ currency: 'jpy', lines: [{ amount: 500 }, { amount: 1 }] },
    })
  })
})

describe('a value in an object that is chosen from a list', () => {
  const mapping = mappingWith(
    [
      ['address.city', 'Addresses.[AddressType=STREET].City'],
      ['address.line1', 'Addresses.[AddressType=STREET].AddressLine1'],
      ['shippingAddress.city', 'Addresses.[AddressType=DELIVERY].City'],
      ['email', 'field_data.[name=e.mail].values.0'],
    ],
    { collection: 'customers' },
  )

  it('is read and written there', () => {
    const raw = {
      Addresses: [
        { AddressType: 'POBOX', City: 'Ipoh' },
        { AddressType: 'STREET', City: 'Klang', AddressLine1: 'x' },
      ],
      field_data: [
        { name: 'phone', values: ['1'] },
        { name: 'e.mail', values: ['a@example.com'] },
      ],
    }
    const data = { address: { city: 'Klang', line1: 'x' }, email: 'a@example.com' }
    expect(item(mapping, raw).data).toEqual(data)
    const before = mapping.fieldsOf(data)
    const after = mapping.fieldsOf({
      address: { city: 'Ipoh' },
      shippingAddress: { city: 'Kuala' },
      email: 'b@example.com',
    })
    expect(mapping.bodyOf(after, before)).toEqual({
      Addresses: [
        { AddressType: 'STREET', City: 'Ipoh', AddressLine1: null },
        { AddressType: 'DELIVERY', City: 'Kuala' },
      ],
      field_data: [{ name: 'e.mail', values: ['b@example.com'] }],
    })
  })
})

describe('a field of several places', () => {
  const mapping = mappingWith(
    [
      ['displayName', ['name.first', 'name.last'], { transform: { kind: 'join', separator: ' ' } }],
      ['givenName', 'full', { transform: { kind: 'split', separator: ' ', part: 'first', beside: 'familyName' } }],
      ['familyName', 'full', { transform: { kind: 'split', separator: ' ', part: 'rest', beside: 'givenName' } }],
      ['email', 'contact.email', { written: 'mail' }],
    ],
    { collection: 'customers' },
  )

  it('is read from all and told to all', () => {
    const raw = { name: { first: 'Amy', last: 'Tan Wei' }, full: 'Amy Tan', contact: { email: 'a@example.com' } }
    const { data } = item(mapping, raw)
    expect(data).toEqual({ displayName: 'Amy Tan Wei', givenName: 'Amy', familyName: 'Tan', email: 'a@example.com' })
    const before = mapping.fieldsOf(data)
    const told = (changes: object) => mapping.bodyOf({ ...before, ...changes }, before)
    expect(told({ displayName: 'Bo' })).toEqual({ name: { first: 'Bo', last: null } })
    expect(told({ givenName: 'Bo' })).toEqual({ full: 'Bo Tan' })
    expect(told({ givenName: undefined })).toEqual({ full: 'Tan' })
    expect(told({ givenName: undefined, familyName: undefined })).toEqual({ full: null })
    expect(told({ email: 'b@example.com' })).toEqual({ mail: 'b@example.com' })
  })
})

describe('other forms of fields', () => {
  it('are a list of texts out of objects, a value that stands for none, and a constant', () => {
    const mapping = mappingWith(
      [
        ['labels', 'labels[].name'],
        ['number', 'number', { nothing: 0, transform: { kind: 'decimal' } }],
        ['project', 'source', { transform: { kind: 'constant', value: 'shop' } }],
      ],
      { collection: 'issues' },
    )
    const { data } = item(mapping, { labels: [{ name: 'a' }, { name: 'b' }], number: 0 })
    expect(data).toEqual({ labels: ['a', 'b'], project: 'shop' })
    expect(item(mapping, { number: 7, labels: [] }).data).toEqual({ number: '7', project: 'shop' })
    const made = mapping.bodyOf(mapping.fieldsOf({ labels: ['c'] }), undefined)
    expect(made).toEqual({ labels: [{ name: 'c' }], source: 'shop' })
  })

  it('say of an object that is sparse only what has changed', () => {
    const fields: ModelDefinition['fields'] = [
      ['email', 'properties.email'],
      ['phone', 'properties.phone'],
    ]
    const before = { email: 'a@example.com', phone: '1' }
    const whole = mappingWith(fields, { collection: 'customers' })
    expect(whole.bodyOf({ ...before, phone: '2' }, before)).toEqual({
      properties: { email: 'a@example.com', phone: '2' },
    })
    const sparse = mappingWith(fields, { collection: 'customers', update: { ...update, sparse: 'properties' } })
    expect(sparse.bodyOf({ ...before, phone: '2' }, before)).toEqual({ properties: { phone: '2' } })
    expect(sparse.bodyOf({ ...before, phone: undefined }, before)).toEqual({ properties: { phone: null } })
  })

  it('empty what is around a field, unless something beside it is said', () => {
    const day = mappingWith(
      [
        ['startsOn', 'properties.Due: day.date.start'],
        ['endsOn', 'properties.Due: day.date.end'],
        ['labels', 'properties.Tags.multi_select[].name'],
        ['notes', 'properties.Notes.rich_text', { transform: { kind: 'text', pieces: 'text.content' } }],
      ],
      { collection: 'tasks', update: { ...update, sparse: 'properties', emptied: 3 } },
    )
    const before = { startsOn: '2026-01-01', endsOn: '2026-01-02', labels: ['a'], notes: 'x' }
    expect(day.bodyOf({ ...before, endsOn: undefined }, before)).toEqual({
      properties: { 'Due: day': { date: { start: '2026-01-01', end: null } } },
    })
    expect(day.bodyOf({}, before)).toEqual({
      properties: { 'Due: day': { date: null }, Tags: { multi_select: [] }, Notes: { rich_text: [] } },
    })
  })

  it('do not fit where their columns are missing, whatever those are called', () => {
    const mapping = mappingWith(
      [
        ['title', 'columns.[id=title].text', { written: 'columns.title.text' }],
        ['notes', 'columns.Old notes.text'],
        ['url', 'url'],
      ],
      { collection: 'tasks', columns: 'columns' },
    )
    const columns = { 'What is to do': { id: 'title', text: 'Paint' }, 'Old notes': { id: 'n', text: null } }
    expect(mapping.itemOf({ id: '1', columns })).toMatchObject({ json: '{"title":"Paint"}' })
    const { 'Old notes': _, ...left } = columns
    expect(mapping.itemOf({ id: '1', columns: left })).toMatchObject({ gaps: { unfit: ['notes'] } })
  })
})
