import { exact, numberOf, over, rounded, sum, type Exact } from '../../../dev/sandbox/money.ts'
import { connectedCompany, records } from '../company.ts'
import { quickbooksBooks, xeroBooks, type Model } from './book-accounts.ts'
import { atQuickbooks, atXero, currencies, documentOf, sequence, taxes, type Document } from './book-documents.ts'

// An accountant's test: the books of two platforms on the same collections agree to the cent, whatever was rounded on the way.

const { hub, sandbox } = await connectedCompany(0)
const quickbooks = await quickbooksBooks(hub, sandbox)
const mapping = [
  {
    ...{ field: 'lines.taxCode', path: 'TaxType' },
    transform: { kind: 'enum', values: Object.fromEntries(taxes.map(tax => [tax.quickbooks, tax.xero])) },
  },
]
const xero = await xeroBooks(hub, sandbox, quickbooks.account, { invoices: { mapping } })
const company = <Kind extends 'invoices' | 'payments'>(kind: Kind) => sandbox.control.entities(quickbooks.id, kind)
const organisation = sandbox.control.organisation(xero.id)
const synced: Model[] = ['customers', 'invoices', 'payments']

const next = sequence(20_260_301)
const documents = {
  quickbooks: Array.from({ length: 600 }, (_, index) => documentOf(next, `Q-${index}`)),
  xero: Array.from({ length: 400 }, (_, index) => documentOf(next, `X-${index}`)),
}
const all = [...documents.quickbooks, ...documents.xero]

/** What is paid of a document: nothing, a part, or all. */
function paidOf({ total }: Document, index: number): Exact {
  return index % 2 === 1 ? 0n : index % 4 === 0 ? total : rounded(over(total, exact(3)!))
}

async function enterAtQuickbooks() {
  const customers = new Map<string, string>()
  for (const currency of currencies) {
    const made = await sandbox.control
      .customers(quickbooks.id)
      .create({ DisplayName: `Q ${currency}`, CurrencyRef: { value: currency } })
    customers.set(currency, made.Id)
  }
  const entered = await company('invoices').createAll(
    documents.quickbooks.map(one => atQuickbooks(one, customers.get(one.currency)!)),
  )
  const paid = documents.quickbooks.flatMap((one, index) => {
    const TotalAmt = numberOf(paidOf(one, index))
    const Line = [{ Amount: TotalAmt, LinkedTxn: [{ TxnId: entered[index]!.Id, TxnType: 'Invoice' }] }]
    const about = { PaymentRefNum: `P${one.number}`, CustomerRef: { value: customers.get(one.currency) }, Line }
    return TotalAmt > 0 ? [{ ...about, TotalAmt, ExchangeRate: Number(one.rate) }] : []
  })
  await company('payments').createAll(paid)
  return paid.length
}

async function enterAtXero() {
  const contacts = new Map<string, string>()
  for (const currency of currencies) {
    const made = await organisation.put('contacts', { Name: `X ${currency}`, DefaultCurrency: currency })
    contacts.set(currency, String(made['ContactID']))
  }
  const entered = await organisation.putAll(
    'invoices',
    documents.xero.map(one => atXero(one, contacts.get(one.currency)!)),
  )
  const paid = documents.xero.flatMap((one, index) => {
    const Amount = numberOf(paidOf(one, index))
    const about = { Invoice: { InvoiceID: entered[index]!['InvoiceID'] }, Account: { Code: '090' }, Date: one.date }
    return Amount > 0 ? [{ ...about, Reference: `P${one.number}`, Amount }] : []
  })
  await organisation.putAll('payments', paid)
  return paid.length
}

/** Runs both sides until neither is told anything. */
async function untilQuiet() {
  for (let round = 1; round <= 8; round++) {
    const runs = [...(await quickbooks.run(...synced)), ...(await xero.run(...synced))]
    expect(runs.map(({ counts }) => counts.failed)).toEqual(runs.map(() => 0))
    if (round > 1 && runs.every(({ counts }) => counts.pushed === 0)) return round
  }
  throw new Error('the two sides do not come to rest')
}

type Sheet = Map<string, (number | undefined)[]>

async function sheets(): Promise<{ expected: Sheet; quickbooks: Sheet; xero: Sheet; hub: Sheet }> {
  const paid = new Map(
    [...documents.quickbooks.entries(), ...documents.xero.entries()].map(([index, one]) => [one, paidOf(one, index)]),
  )
  const expected = new Map(
    all.map(one => [one.number, [one.net, one.tax, one.total, one.total - paid.get(one)!].map(numberOf)]),
  )
  const ofQuickbooks = await company('invoices').list({ limit: 5_000 })
  const ofXero = await organisation.list('invoices')
  const ofHub = await records(quickbooks.account, '', 'invoices')
  return {
    expected,
    quickbooks: new Map(
      ofQuickbooks.map(row => {
        const [total, tax] = [row['TotalAmt'] as number, (row['TxnTaxDetail'] as { TotalTax: number }).TotalTax]
        return [String(row['DocNumber']), [numberOf(exact(total)! - exact(tax)!), tax, total, row['Balance'] as number]]
      }),
    ),
    xero: new Map(
      ofXero.map(row => [
        String(row['InvoiceNumber']),
        [row['SubTotal'], row['TotalTax'], row['Total'], row['AmountDue']] as number[],
      ]),
    ),
    hub: new Map(
      ofHub.map(({ data }) => [
        String(data['number']),
        [data['subtotal'], data['taxTotal'], data['total'], data['balance']].map(Number),
      ]),
    ),
  }
}

const sorted = (sheet: Sheet) => [...sheet].sort(([a], [b]) => (a < b ? -1 : 1))

describe('the books of QuickBooks and Xero', () => {
  it('agree on a thousand invoices and their payments to the cent, after both were told what the other has', async () => {
    const payments = (await enterAtQuickbooks()) + (await enterAtXero())
    await untilQuiet()
    const { expected, ...found } = await sheets()
    for (const sheet of [found.quickbooks, found.xero, found.hub]) expect(sorted(sheet)).toEqual(sorted(expected))
    expect(await company('payments').list({ limit: 5_000 })).toHaveLength(payments)
    expect(await organisation.list('payments')).toHaveLength(payments)
    for (const currency of currencies) {
      const own = all.filter(one => one.currency === currency)
      const total = numberOf(sum(own.map(one => one.total)))
      const there = own.map(({ number }) => exact(found.xero.get(number)![2])!)
      expect([currency, numberOf(sum(there))]).toEqual([currency, total])
    }
  }, 180_000)
})
