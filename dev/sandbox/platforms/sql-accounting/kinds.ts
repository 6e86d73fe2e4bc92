import type { Thing } from '../../tools.ts'
import { linesOf } from './lines.ts'
import { type Lookup, Refused } from './refused.ts'

type Form = 'text' | 'decimal' | 'date' | 'flag' | 'number' | 'rows'

/** What is kept of one kind of thing, under the names that the API has for it. */
export interface Kind {
  /** What is in the path of one. */
  key: 'code' | 'dockey'
  /** What no other of the kind has. */
  unique: 'code' | 'docno'
  fields: Readonly<Record<string, Form>>
  /** Rows within one, which a list leaves out. */
  rows: string
  /** What one has that says nothing of it. */
  blank: Thing
  /** The number of a new one that brings none. */
  numbered?: (fields: Thing, count: number) => string
  /** What follows from what is said, such as amounts. @throws Refused */
  settled(thing: Thing, books: Lookup): Thing
}

const address = Object.fromEntries(
  ['address1', 'address2', 'address3', 'address4', 'postcode', 'city', 'state', 'country', 'phone1', 'email'].map(
    name => [name, 'text' as const],
  ),
)
const currencies = ['----', 'USD', 'SGD', 'EUR']

/** Customers, stock items and sales invoices, with the fields of the program's own tables in small letters. */
export const kinds: Readonly<Record<string, Kind>> = {
  customer: {
    key: 'code',
    unique: 'code',
    rows: 'sdsbranch',
    fields: {
      ...{ code: 'text', companyname: 'text', companyname2: 'text', controlaccount: 'text', creditterm: 'text' },
      ...{ currencycode: 'text', tin: 'text', brn: 'text', status: 'text', creditlimit: 'decimal', note: 'text' },
      ...{ updatecount: 'number', sdsbranch: 'rows' },
    },
    blank: { controlaccount: '300-000', creditterm: '30 Days', currencycode: '----', status: 'A', sdsbranch: [] },
    numbered: ({ companyname }, count) =>
      `300-${String(companyname).slice(0, 1).toUpperCase()}${String(count).padStart(4, '0')}`,
    settled(thing) {
      if (typeof thing['companyname'] !== 'string' || thing['companyname'] === '')
        throw new Refused('Company Name cannot be empty')
      if (thing['companyname'].length > 100) throw new Refused('Company Name is too long')
      if (!currencies.includes(String(thing['currencycode']))) throw new Refused('Currency does not exist')
      if (!['A', 'I', 'S', 'P', 'N'].includes(String(thing['status']))) throw new Refused('Status is not known')
      return thing
    },
  },
  stockitem: {
    key: 'dockey',
    unique: 'code',
    rows: 'sdsuom',
    fields: {
      ...{ dockey: 'number', code: 'text', description: 'text', description2: 'text', stockgroup: 'text' },
      ...{ refcost: 'decimal', refprice: 'decimal', barcode: 'text', sltax: 'text', phtax: 'text', isactive: 'flag' },
      ...{ updatecount: 'number', sdsuom: 'rows' },
    },
    blank: {
      description: '',
      description2: '',
      stockgroup: 'DEFAULT',
      refcost: '0.00',
      refprice: '0.00',
      isactive: true,
      sdsuom: [],
    },
    settled(thing) {
      if (typeof thing['code'] !== 'string' || thing['code'] === '') throw new Refused('Code cannot be empty')
      if (thing['code'].length > 30) throw new Refused('Code is too long')
      return thing
    },
  },
  salesinvoice: {
    key: 'dockey',
    unique: 'docno',
    rows: 'sdsdocdetail',
    fields: {
      ...{ dockey: 'number', docno: 'text', docdate: 'date', postdate: 'date', code: 'text', companyname: 'text' },
      ...{ terms: 'text', currencycode: 'text', currencyrate: 'decimal', description: 'text', docref1: 'text' },
      ...{ docamt: 'decimal', cancelled: 'flag', updatecount: 'number', sdsdocdetail: 'rows', ...address },
    },
    blank: {
      terms: '30 Days',
      currencycode: '----',
      currencyrate: '1',
      description: 'Sales',
      cancelled: false,
      sdsdocdetail: [],
    },
    numbered: (_fields, count) => `IV-${String(count).padStart(5, '0')}`,
    settled(thing, books) {
      if (!books.has('customer', thing['code'])) throw new Refused('Customer Code does not exist')
      if (typeof thing['docdate'] !== 'string') throw new Refused('Doc Date cannot be empty')
      const { lines, total } = linesOf(thing['sdsdocdetail'] as Thing[], books)
      return { ...thing, postdate: thing['postdate'] ?? thing['docdate'], sdsdocdetail: lines, docamt: total }
    },
  },
}

/** Fields as they may be said; decimals are text. @throws Refused for a name that there is not, or another form */
export function checked(kind: Kind, fields: Thing): Thing {
  for (const [name, value] of Object.entries(fields)) {
    const form = kind.fields[name]
    if (form === undefined) throw new Refused(`Field '${name}' not found`)
    if (!isOf(form, value)) throw new Refused(`'${String(value)}' is not a valid value for field '${name}'`)
  }
  return fields
}

function isOf(form: Form, value: unknown): boolean {
  switch (form) {
    case 'text':
      return typeof value === 'string'
    case 'decimal':
      return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)
    case 'flag':
      return typeof value === 'boolean'
    case 'number':
      return Number.isInteger(value)
    case 'rows':
      return Array.isArray(value)
  }
}
