import type { ModelDefinition } from '../../../schema/models.ts'
import { creditsOf } from '../credits.ts'

export const prepayments = {
  summary: 'What customers have paid in advance, and which invoices it was applied to',
  docs: 'https://developer.xero.com/documentation/api/accounting/prepayments',
  ...creditsOf('Prepayments', 'PrepaymentID', ['RECEIVE-PREPAYMENT', 'ARPREPAYMENT']),
} satisfies ModelDefinition
