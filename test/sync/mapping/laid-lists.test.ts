import type { ModelDefinition } from '../../../src/catalogue/schema/models.ts'
import { payments } from '../../../src/catalogue/platforms/quickbooks/models/payments.ts'
import { isBadItem, mappingOf } from '../../../src/sync/mapping/mapping.ts'
import { modelOf } from '../../calls/made.ts'

// A list that is told as a whole is laid over the one that the platform has.

const update = { kind: 'call', method: 'PUT', path: '/items/{id}', encoding: 'json', cleared: null } as const
const lines: ModelDefinition['fields'][number] = [
  'lines',
  'Line',
  {
    where: { path: 'Kind', equals: 'Sale' },
    constant: { Account: 'usual' },
    follows: { AccountName: ['accountCode'] },
    each: [
      ['description', 'Text'],
      ['quantity', 'Detail.Qty', { transform: { kind: 'decimal' } }],
      ['amount', 'Amount', { transform: { kind: 'decimal', scale: 2 } }],
      ['productId', 'Product', { reference: 'products' }],
      ['accountCode', 'Account'],
      ['taxAmount', 'Tax', { only: 'read', transform: { kind: 'decimal', scale: 2 } }],
    ],
  },
]
const mapping = mappingOf(modelOf({ collection: 'invoices', update, fields: [lines] }))
const sale = (Id: string, Text: string, more: object = {}) => ({
  ...{ Id, Kind: 'Sale', Text, Amount: 5, Tax: 1, Account: '200', AccountName: 'Sales', Class: `of ${Text}` },
  Detail: { Qty: 1, Unit: 'box' },
  ...more,
})
const raw = { Line: [sale('1', 'Tea'), { Id: '2', Kind: 'Note', Text: 'Cold' }, sale('3', 'Milk'), { Kind: 'Sum' }] }
const tea = { description: 'Tea', quantity: '1', amount: '5.00', accountCode: '200', taxAmount: '1.00' }
const milk = { ...tea, description: 'Milk' }
const known = new Map([['products', new Map([['record_1', 'p1']])]])
const records = new Map([['products', new Map([['p1', 'record_1']])]])

function told(after: object[], of: { Line: object[] } = raw) {
  const item = mapping.itemOf({ id: '1', ...of }, records)
  if (isBadItem(item)) throw new Error(item.errorCode)
  const before = mapping.fieldsOf(JSON.parse(item.json))
  const there = { raw: of, known: records }
  return mapping.tell(mapping.fieldsOf({ lines: after }), before, known, there).body?.['Line']
}

describe('a list that is told as a whole', () => {
  it.each<[string, object[], object[]]>([
    [
      'a changed object keeps what no field says, but what is reckoned of it',
      [tea, { ...milk, quantity: '2' }],
      [
        raw.Line[0]!,
        raw.Line[1]!,
        { ...sale('3', 'Milk'), Tax: undefined, Detail: { Qty: 2, Unit: 'box' } },
        raw.Line[3]!,
      ],
    ],
    ['one that is taken out goes, and nothing else', [milk], [raw.Line[1]!, raw.Line[2]!, raw.Line[3]!]],
    ['all go, and what is no such object stays', [], [raw.Line[1]!, raw.Line[3]!]],
    [
      'a new one is told alone',
      [tea, { description: 'Sugar', amount: '2' }, milk],
      [
        raw.Line[0]!,
        raw.Line[1]!,
        { Kind: 'Sale', Account: 'usual', Text: 'Sugar', Amount: 2 },
        raw.Line[2]!,
        raw.Line[3]!,
      ],
    ],
    [
      'those that change places take theirs along',
      [milk, { ...tea, amount: '6.00' }],
      [raw.Line[2]!, { ...sale('1', 'Tea'), Tax: undefined, Amount: 6 }, raw.Line[1]!, raw.Line[3]!],
    ],
    [
      'what follows from a field goes when that changes',
      [{ ...tea, accountCode: '300' }, milk],
      [{ ...sale('1', 'Tea'), Tax: undefined, AccountName: undefined, Account: '300' }, ...raw.Line.slice(1)],
    ],
    [
      'a field that is emptied is, unless each has something there',
      [{ ...tea, description: undefined, accountCode: undefined }, milk],
      [
        { ...sale('1', 'Tea'), Tax: undefined, Text: undefined, AccountName: undefined, Account: 'usual' },
        ...raw.Line.slice(1),
      ],
    ],
  ])('%s', (_, after, expected) => expect(told(after)).toEqual(expected))

  it('keeps what it names that no sync has, and takes what the hub names instead', () => {
    const of = { Line: [sale('1', 'Tea', { Product: 'unknown' }), sale('3', 'Milk', { Product: 'p1' })] }
    const named = { ...milk, productId: 'record_1' }
    expect(told([{ ...tea, quantity: '2' }, named], of)).toMatchObject([{ Product: 'unknown' }, of.Line[1]!])
    expect(told([{ ...tea, productId: 'record_1' }, milk], of)).toMatchObject([{ Product: 'p1' }, { Class: 'of Milk' }])
    expect(told([{ ...tea, productId: 'record_1' }, milk], of)).not.toMatchObject([{}, { Product: 'p1' }])
  })

  it('is laid over by its values, however many there are and in whatever order', () => {
    const many = Array.from({ length: 400 }, (_, n) => sale(String(n), `No ${n}`, { Amount: n }))
    const wanted = many.map(({ Text, Amount }) => ({ ...tea, description: Text, amount: `${Amount}.00` })).toReversed()
    expect(told(wanted, { Line: many })).toEqual(many.toReversed())
  })
})

describe('a payment of one invoice', () => {
  const { mapping: ofPayments, line } = {
    mapping: mappingOf(payments),
    line: (TxnId: string, TxnType = 'Invoice') => ({
      Amount: 5,
      LinkedTxn: [{ TxnId, TxnType }],
      LineEx: { any: TxnId },
    }),
  }
  const there = (...Line: object[]) => ({ raw: { Line }, known: undefined })
  const invoices = new Map([['invoices', new Map([['record_2', '2']])]])
  const body = (...Line: object[]) =>
    ofPayments.tell(
      ofPayments.fieldsOf({ invoiceId: 'record_2', amount: '5.00' }),
      ofPayments.fieldsOf({ amount: '5.00' }),
      invoices,
      there(...Line),
    ).body

  it('keeps what else it is applied to, and what no field says of the invoice', () => {
    expect(body(line('7', 'CreditMemo'), line('1'))).toEqual({
      Line: [line('7', 'CreditMemo'), { ...line('1'), LinkedTxn: [{ TxnId: '2', TxnType: 'Invoice' }] }],
    })
    expect(body(line('7', 'CreditMemo'))).toEqual({
      Line: [line('7', 'CreditMemo'), { Amount: 5, LinkedTxn: [{ TxnId: '2', TxnType: 'Invoice' }] }],
    })
  })
})

describe('a list of which an item shows the first alone', () => {
  const fields: ModelDefinition['fields'] = [
    ['lines', 'Line', { goesOn: { more: 'hasMore' }, each: [['description', 'Text']] }],
  ]
  const cut = mappingOf(modelOf({ collection: 'invoices', fields }))

  it('does not fit where nothing says how the rest is read', () => {
    const item = (hasMore: boolean) => cut.itemOf({ id: '1', hasMore, Line: [{ Text: 'Tea' }] })
    expect(item(true)).toMatchObject({ json: '{}', gaps: { unfit: ['lines'] } })
    expect(item(false)).toMatchObject({ json: '{"lines":[{"description":"Tea"}]}' })
  })
})
