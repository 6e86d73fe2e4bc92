import { exact, numberOf, type Exact } from '../../money.ts'
import { type Books, type Entity, xeroDay } from './entities.ts'
import type { Kind } from './kinds.ts'
import { Invalid } from './problems.ts'
import { payments } from './payments.ts'
import { writeRow } from './writes.ts'

const batchNames = ['Account', 'Date', 'Payments', 'Reference', 'Particulars', 'Code', 'Details', 'Narrative']

/**
 * Payments of several invoices at once. Each is a payment of its own that says its batch, and goes with it alone.
 * https://developer.xero.com/documentation/api/accounting/batchpayments
 */
export const batchPayments: Kind = {
  plural: 'BatchPayments',
  idName: 'BatchPaymentID',
  scopes: ['transactions', 'payments'],
  isPaged: false,
  settle(books, row, before) {
    const { BatchPaymentID } = row
    if (before) {
      if (row['Status'] !== 'DELETED') throw new Invalid('Batch payments cannot be updated, only deleted')
      const all = before['Payments'] as Entity[]
      for (const { PaymentID } of all) pay(books, { PaymentID, Status: 'DELETED', BatchPaymentID })
      return { entity: { ...before, Status: 'DELETED' }, name: null, isArchived: false }
    }
    const unknown = Object.keys(row).find(name => !batchNames.includes(name) && name !== 'BatchPaymentID')
    if (unknown !== undefined) throw new Invalid(`${unknown} is not a member of a batch payment`)
    const { Account, Date: day, Payments, ...more } = row
    if (!Array.isArray(Payments) || Payments.length === 0) throw new Invalid('At least one payment must be specified')
    const date = xeroDay(day)
    if (!date) throw new Invalid('Date is not a valid date')
    const made = (Payments as Entity[]).map(one => pay(books, { ...one, Account, Date: day, BatchPaymentID }))
    const total = made.reduce<Exact>((whole, one) => whole + exact(one['Amount'])!, 0n)
    const shown = made.map(({ PaymentID, Amount, Invoice }) => ({ PaymentID, Amount, Invoice }))
    return {
      entity: {
        ...more,
        ...{ Account: made[0]!['Account'], Date: date.stamp, DateString: date.text, Type: 'RECBATCH' },
        ...{ Status: 'AUTHORISED', TotalAmount: numberOf(total), IsReconciled: false, Payments: shown },
      },
      name: null,
      isArchived: false,
    }
  },
}

const pay = (books: Books, row: Entity) => writeRow(books, payments, row, { method: 'POST', unitPlaces: 2 })
