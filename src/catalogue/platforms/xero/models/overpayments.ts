import type { ModelDefinition } from '../../../schema/models.ts'
import { creditsOf } from '../credits.ts'

export const overpayments = {
  summary: 'What customers have paid too much, and which invoices it was applied to',
  docs: 'https://developer.xero.com/documentation/api/accounting/overpayments',
  ...creditsOf('Overpayments', 'OverpaymentID', ['RECEIVE-OVERPAYMENT', 'AROVERPAYMENT']),
} satisfies ModelDefinition
