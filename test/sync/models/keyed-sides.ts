import type { SandboxProcess } from '../../../dev/sandbox/process.ts'
import type { BookRow } from '../../../dev/sandbox/control-client.ts'
import type { Books, Model, Values } from './book-accounts.ts'
import type { RecordId, Side } from './book-sides.ts'

/** What of a row is looked at, and how a person changes it. */
interface Rows {
  kind: string
  /** What names a row, and where its name and its text are. */
  id(row: BookRow): string
  name(row: BookRow): unknown
  text(row: BookRow): unknown
  isGone(row: BookRow): boolean
  /** What a person says to change the text, to take it away, and to change something else. */
  edited(text: string, row: BookRow): object
  gone(row: BookRow): object | undefined
  other?: (row: BookRow) => object
}

type Told = Pick<Side, 'named' | 'text' | 'make' | 'data' | 'refused'>

/** A side of books that are connected by a key. */
function sideOf(
  sandbox: SandboxProcess,
  platform: 'sql-accounting' | 'autocount',
  books: Books,
  [title, model, limitedAt]: [title: string, model: Model, limitedAt: string],
  rows: Rows,
  told: Told,
): Side {
  const book = sandbox.control.books(platform, books.id)
  const { kind, other } = rows
  const rowOf = async (id: string) => (await book.get(kind, id))!
  return {
    ...{ title, books, model, ...told },
    slowDown: () =>
      sandbox.control.addFault({ platform, path: limitedAt, kind: '429', retryAfterSeconds: 1, times: 2 }),
    edit: async (id, text) => book.change(kind, id, rows.edited(text, await rowOf(id))),
    async remove(id) {
      const fields = rows.gone(await rowOf(id))
      return fields ? book.change(kind, id, fields) : book.remove(kind, id)
    },
    async show(id) {
      const row = await book.get(kind, id)
      return row && !rows.isGone(row) ? { name: rows.name(row), text: rows.text(row) } : undefined
    },
    async find(name) {
      const row = (await book.list(kind)).find(one => rows.name(one) === name && !rows.isGone(one))
      return row && rows.id(row)
    },
    ...(other ? { other: async (id: string) => book.change(kind, id, other(await rowOf(id))) } : {}),
  }
}

/** Customers, stock items and sales invoices of SQL Accounting. */
export function sqlSides(sandbox: SandboxProcess, books: Books, recordId: RecordId): Side[] {
  const book = sandbox.control.books('sql-accounting', books.id)
  let customer: Promise<string> | undefined
  const someone = () =>
    (customer ??= book.make('customer', { companyname: 'Someone' }).then(row => String(row['code'])))
  const sale = async (number: string) => {
    await someone()
    return {
      ...{ number, customerId: await recordId('customers', 'displayName', 'Someone'), notes: 'first' },
      ...{ date: '2026-03-01', taxInclusive: false },
      lines: [{ description: 'Pots', quantity: '2', unitPrice: '1.005', amount: '2.01', taxCode: 'SV' }],
    }
  }
  const line = { description: 'Roses', qty: '3', unitprice: '3.35', tax: 'SV' }
  return [
    sideOf(
      ...([sandbox, 'sql-accounting', books] as const),
      ['SQL Accounting’s customers', 'customers', '/customer'],
      {
        kind: 'customer',
        id: row => String(row['code']),
        name: row => row['companyname'],
        text: row => row['tin'],
        isGone: row => row['status'] === 'I',
        edited: tin => ({ tin }),
        gone: () => ({ status: 'I' }),
        other: () => ({ note: 'x' }),
      },
      {
        ...{ named: 'displayName', text: 'taxNumber' },
        make: async companyname => String((await book.make('customer', { companyname }))['code']),
        data: displayName =>
          Promise.resolve({ displayName, taxNumber: `T ${displayName}`, address: { line1: '1 Jalan Damai' } }),
        refused: displayName => Promise.resolve({ displayName, currency: 'XXX' }),
      },
    ),
    sideOf(
      ...([sandbox, 'sql-accounting', books] as const),
      ['SQL Accounting’s stock items', 'products', '/stockitem'],
      {
        kind: 'stockitem',
        id: row => String(row['dockey']),
        name: row => row['code'],
        text: row => row['description2'],
        isGone: row => row['isactive'] === false,
        edited: description2 => ({ description2 }),
        gone: () => ({ isactive: false }),
        other: () => ({ stockgroup: 'POTS' }),
      },
      {
        ...{ named: 'sku', text: 'description' },
        make: async code => String((await book.make('stockitem', { code, refprice: '1.0055' }))['dockey']),
        data: sku => Promise.resolve({ sku, name: 'Pots', description: 'first', unitPrice: '0.125' }),
        refused: sku => Promise.resolve({ sku: sku.padEnd(31, 'x') }),
      },
    ),
    sideOf(
      ...([sandbox, 'sql-accounting', books] as const),
      ['SQL Accounting’s invoices', 'invoices', '/salesinvoice'],
      {
        kind: 'salesinvoice',
        id: row => String(row['dockey']),
        name: row => row['docno'],
        text: row => row['description'],
        isGone: row => row['cancelled'] === true,
        edited: description => ({ description }),
        gone: () => ({ cancelled: true }),
        other: () => ({ terms: '60 Days' }),
      },
      {
        ...{ named: 'number', text: 'notes' },
        async make(docno) {
          const about = { docno, docdate: '2026-03-01', code: await someone(), sdsdocdetail: [line] }
          return String((await book.make('salesinvoice', about))['dockey'])
        },
        data: sale,
        refused: async number => ({ ...(await sale(number)), lines: [{ amount: '1.00', taxCode: 'NO' }] }),
      },
    ),
  ]
}

/** Debtors, products and sales invoices of AutoCount. */
export function autocountSides(sandbox: SandboxProcess, books: Books, recordId: RecordId): Side[] {
  const book = sandbox.control.books('autocount', books.id)
  const debtor = { currencyCode: 'MYR', creditTerm: 'C.O.D.' }
  let customer: Promise<string> | undefined
  const someone = () =>
    (customer ??= book.make('debtor', { companyName: 'Someone', ...debtor }).then(row => String(row['accNo'])))
  const named = ({ accNo, parentAccNo }: BookRow) => ({ accNo, parentAccNo })
  const of = (row: BookRow, part: 'master' | 'product') => row[part] as Values
  const rowsOf = (row: BookRow) => (row['details'] as object[]).map(() => ({}))
  const sale = async (number: string) => {
    await someone()
    return {
      ...{ number, customerId: await recordId('customers', 'displayName', 'Someone'), notes: 'first' },
      ...{ date: '2026-03-01', taxInclusive: false },
      lines: [{ description: 'Pots', quantity: '2', unitPrice: '1.05', amount: '2.10', taxCode: 'S-5' }],
    }
  }
  return [
    sideOf(
      ...([sandbox, 'autocount', books] as const),
      ['AutoCount’s customers', 'customers', `/${books.id}/debtor`],
      {
        kind: 'debtor',
        id: row => String(row['accNo']),
        name: row => row['companyName'],
        text: row => row['note'],
        isGone: row => row['isActive'] === false,
        edited: (note, row) => ({ ...named(row), note }),
        gone: row => ({ ...named(row), isActive: false }),
      },
      {
        ...{ named: 'displayName', text: 'notes' },
        make: async companyName => String((await book.make('debtor', { companyName, ...debtor }))['accNo']),
        data: displayName => Promise.resolve({ displayName, notes: 'first' }),
        refused: displayName => Promise.resolve({ displayName: displayName.padEnd(101, 'x'), notes: 'first' }),
      },
    ),
    sideOf(
      ...([sandbox, 'autocount', books] as const),
      ['AutoCount’s products', 'products', `/${books.id}/product`],
      {
        kind: 'product',
        id: row => String(of(row, 'product')['productCode']),
        name: row => of(row, 'product')['productCode'],
        text: row => of(row, 'product')['furtherDescription'],
        isGone: row => of(row, 'product')['status'] !== 'A',
        edited: furtherDescription => ({ product: { furtherDescription } }),
        gone: () => ({ product: { status: 'I' } }),
      },
      {
        ...{ named: 'sku', text: 'description' },
        async make(productCode) {
          await book.make('product', { product: { productCode, productName: 'Pots', productType: 'I', status: 'A' } })
          return productCode
        },
        data: sku => Promise.resolve({ sku, name: 'Pots', description: 'first', unitPrice: '0.12' }),
        refused: sku => Promise.resolve({ sku, name: 'x'.repeat(101) }),
      },
    ),
    sideOf(
      ...([sandbox, 'autocount', books] as const),
      ['AutoCount’s invoices', 'invoices', `/${books.id}/invoice`],
      {
        kind: 'invoice',
        id: row => String(of(row, 'master')['docNo']),
        name: row => of(row, 'master')['docNo'],
        text: row => of(row, 'master')['description'],
        isGone: row => of(row, 'master')['cancelled'] === true,
        edited: (description, row) => ({ master: { description }, details: rowsOf(row) }),
        gone: () => undefined,
      },
      {
        ...{ named: 'number', text: 'notes' },
        async make(docNo) {
          const master = {
            ...{ docNo, docDate: '2026-03-01', debtorCode: await someone(), debtorName: 'Someone' },
            ...{ creditTerm: 'C.O.D.', salesLocation: 'HQ' },
          }
          const details = [{ accNo: '500-0000', description: 'Roses', qty: 3, unitPrice: 3.35, taxCode: 'S-5' }]
          await book.make('invoice', { master, details })
          return docNo
        },
        data: sale,
        refused: async number => ({
          ...(await sale(number)),
          lines: [{ description: 'x', quantity: '1', unitPrice: '1.00', amount: '1.00', taxCode: 'NO' }],
        }),
      },
    ),
  ]
}
