import type { ModelDefinition } from '../../../schema/models.ts'
import { instant, money, read } from '../../read-fields.ts'

/** They come some hours late, and change their status: the last days are read again. An id may come with several events. */
export const transactions = {
  collection: 'transactions',
  kind: 'append',
  summary: 'What has gone into and out of the account in the last three years',
  docs: 'https://developer.paypal.com/docs/api/transaction-search/v1/',
  id: 'transaction_info.transaction_id',
  idWith: ['transaction_info.transaction_event_code', 'transaction_info.transaction_initiation_date'],
  updatedAt: { path: 'transaction_info.transaction_updated_date', format: 'iso' },
  list: {
    kind: 'page',
    path: '/v1/reporting/transactions',
    query: { fields: 'transaction_info,payer_info' },
    page: 500,
    param: 'page',
    limitParam: 'page_size',
    first: 1,
    items: 'transaction_details',
    end: { last: 'total_pages' },
  },
  windows: {
    params: { start_date: '{from}', end_date: '{to}' },
    format: 'instant',
    days: 31,
    reach: '1095d',
    again: 7,
    tooLarge: ['RESULTSET_TOO_LARGE'],
  },
  fields: [
    ['number', 'transaction_info.transaction_id', read],
    ['type', 'transaction_info.transaction_event_code', read],
    [
      'status',
      'transaction_info.transaction_status',
      {
        only: 'read',
        transform: {
          kind: 'enum',
          values: { completed: 'S', pending: 'P', denied: 'D', reversed: 'V' },
          otherwise: 'keep',
        },
      },
    ],
    ['amount', 'transaction_info.transaction_amount.value', money],
    ['currency', 'transaction_info.transaction_amount.currency_code', read],
    ['fee', 'transaction_info.fee_amount.value', money],
    ['reference', 'transaction_info.invoice_id', read],
    ['description', 'transaction_info.transaction_subject', read],
    ['payerName', 'payer_info.payer_name.alternate_full_name', read],
    ['payerEmail', 'payer_info.email_address', read],
    ['date', 'transaction_info.transaction_initiation_date', instant],
    ['updatedAt', 'transaction_info.transaction_updated_date', instant],
  ],
} satisfies ModelDefinition
