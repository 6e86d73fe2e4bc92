import type { ModelDefinition } from '../../schema/models.ts'
import { callsOf, modifiedSince, pagesOf } from './calls.ts'
import { money as amount } from '../read-fields.ts'

/**
 * What a customer has paid that is no payment of an invoice: in advance, or too much. It is made in the bank account and applied to
 * invoices by a person: the hub reads it and does neither.
 * @param types those of what comes in
 */
export const creditsOf = (kind: string, id: string, types: readonly string[]) => {
  const { updatedAt, read } = callsOf(kind, id)
  return {
    collection: 'payments',
    ...{ id, updatedAt, read },
    gone: [{ path: 'Status', equals: 'VOIDED' }],
    list: pagesOf(kind, id, { where: types.map(type => `Type=="${type}"`).join(' OR ') }),
    changedSince: modifiedSince(true),
    fields: [
      ['customerId', 'Contact.ContactID', { reference: 'contacts', only: 'read' }],
      ['date', 'Date', { only: 'read', transform: { kind: 'date', format: 'dotnet' } }],
      ['amount', 'Total', amount],
      ['unapplied', 'RemainingCredit', amount],
      ['currency', 'CurrencyCode', { only: 'read' }],
      ['exchangeRate', 'CurrencyRate', { only: 'read', transform: { kind: 'reciprocal', places: 6 } }],
      ['reference', 'Reference', { only: 'read' }],
      [
        'allocations',
        'Allocations',
        {
          only: 'read',
          each: [
            ['invoiceId', 'Invoice.InvoiceID', { reference: 'invoices' }],
            ['amount', 'Amount', { transform: { kind: 'decimal', scale: 2 } }],
          ],
        },
      ],
      ['status', 'Status', { only: 'read' }],
    ],
  } as const satisfies Omit<ModelDefinition, 'summary' | 'docs'>
}
