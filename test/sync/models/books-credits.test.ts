import { connectedCompany, createSync, records, run } from '../company.ts'
import { xeroBooks, type Books, type Values } from './book-accounts.ts'

// What customers have paid at Xero that is no payment of one invoice: of several at once, in advance, or too much.

const { hub, sandbox } = await connectedCompany(0)

async function withInvoices() {
  const books = await xeroBooks(hub, sandbox)
  const org = sandbox.control.organisation(books.id)
  const Contact = { ContactID: (await org.put('contacts', { Name: 'Ada' }))['ContactID'] }
  const line = { Description: 'Roses', Quantity: 1, UnitAmount: 10, TaxType: 'NONE', AccountCode: '200' }
  const invoice = async (InvoiceNumber: string) => {
    const about = { Type: 'ACCREC', Status: 'AUTHORISED', InvoiceNumber, Contact, LineItems: [line] }
    const { InvoiceID } = await org.put('invoices', { ...about, Date: '2026-03-01', DueDate: '2026-03-31' })
    return { InvoiceID }
  }
  const [one, other] = [await invoice('C1'), await invoice('C2')]
  await books.run('customers', 'invoices')
  const numbers = new Map((await records(books.account, '', 'invoices')).map(({ id, data }) => [data.number, id]))
  return { books, org, Contact, one, other, ids: [numbers.get('C1')!, numbers.get('C2')!] as const }
}

const paymentsOf = async ({ account }: Books) =>
  (await records(account, '', 'payments')).map(({ data }) => data as Values).sort((a, b) => compare(a, b))
const compare = (a: Values, b: Values) => Number(a['amount']) - Number(b['amount'])

it('payments of several invoices are payments of each, that say their batch and go with it', async () => {
  const { books, org, one, other, ids } = await withInvoices()
  const { BatchPaymentID } = await org.put('batchpayments', {
    ...{ Account: { Code: '090' }, Date: '2026-03-05' },
    Payments: [
      { Invoice: one, Amount: 4 },
      { Invoice: other, Amount: 10 },
    ],
  })
  await books.run('payments')
  const batch = BatchPaymentID as string
  expect(await paymentsOf(books)).toMatchObject([
    { invoiceId: ids[0], amount: '4.00', date: '2026-03-05', batch },
    { invoiceId: ids[1], amount: '10.00', date: '2026-03-05', batch },
  ])
  await org.put('batchpayments', { BatchPaymentID, Status: 'DELETED' })
  const [ended] = await books.run('payments')
  expect([ended!.counts.deleted, await paymentsOf(books)]).toEqual([2, []])
})

it('a payment of several invoices is not told as one of none, but listed', async () => {
  const { books, ids } = await withInvoices()
  const data = {
    amount: '5.00',
    date: '2026-03-05',
    allocations: ids.map(invoiceId => ({ invoiceId, amount: '2.50' })),
  }
  const { workspace } = books.account
  const made = await workspace.request('POST', '/v1/records', { collection: 'payments', data })
  const [ended] = await books.run('payments')
  expect(ended!.counts).toMatchObject({ pushed: 0, failed: 1 })
  const errors = await workspace.request('GET', `/v1/syncs/${books.syncs.payments}/errors`)
  expect(errors.body['data']).toMatchObject([{ code: 'INVALID_ITEM', recordId: made.body['id'] }])
})

it.each([
  ['prepayments', 'PrepaymentID', 'RECEIVE-PREPAYMENT', 'SPEND-PREPAYMENT'],
  ['overpayments', 'OverpaymentID', 'RECEIVE-OVERPAYMENT', 'SPEND-OVERPAYMENT'],
] as const)(
  '%s come with what they were applied to and what is left, and only what came in',
  async (kind, id, ...types) => {
    const { books, org, Contact, one, other, ids } = await withInvoices()
    const [Type, spent] = types
    const made = await org.put(kind, {
      ...{ Type, Contact, Total: 25, Date: '2026-03-04', Reference: 'P1' },
      Allocations: [{ Invoice: one, Amount: 10 }],
    })
    await org.put(kind, { Type: spent, Contact, Total: 7, Date: '2026-03-04' })
    const sync = await createSync(books.account, { model: kind, direction: 'pull' })
    expect(await run(books.account, sync)).toMatchObject({ status: 'succeeded', counts: { created: 1, failed: 0 } })
    const [customer] = await records(books.account)
    expect(await paymentsOf(books)).toEqual([
      {
        ...{ customerId: customer!.id, date: '2026-03-04', amount: '25.00', unapplied: '15.00', currency: 'USD' },
        ...{ exchangeRate: '1', reference: 'P1', status: 'AUTHORISED' },
        allocations: [{ invoiceId: ids[0], amount: '10.00' }],
      },
    ])
    const applied = [one, other].map(Invoice => ({ Invoice, Amount: 10 }))
    await org.put(kind, { [id]: made[id], Allocations: applied })
    expect(await run(books.account, sync)).toMatchObject({ counts: { updated: 1 } })
    expect(await paymentsOf(books)).toMatchObject([
      { unapplied: '5.00', allocations: ids.map(invoiceId => ({ invoiceId, amount: '10.00' })) },
    ])
    await org.put(kind, { [id]: made[id], Status: 'VOIDED' })
    expect(await run(books.account, sync)).toMatchObject({ counts: { deleted: 1 } })
  },
)
