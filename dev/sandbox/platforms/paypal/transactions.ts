import type { Exchange } from '../../http.ts'
import type { Thing, Tools } from '../../tools.ts'

// https://developer.paypal.com/docs/api/transaction-search/v1/

type Answer = (status: number, body: unknown) => void
type Refuse = (status: number, name: string, message: string, details?: object[]) => void

const dayMs = 86_400_000
const mostRows = 10_000

/** What a merchant's account has had in some days, as far as its app may ask. */
export function answerAboutTransactions(
  { query }: Exchange,
  tools: Tools,
  merchant: string,
  answer: Answer,
  refuse: Refuse,
): void {
  // Its scope is the app's only where the merchant has ticked it.
  if (!tools.things.get('features', merchant, 'transaction-search'))
    return refuse(403, 'NOT_AUTHORIZED', 'Authorization failed due to insufficient permissions.')
  const invalid = (field: string, issue: string) =>
    refuse(400, 'INVALID_REQUEST', 'Request is not well-formed, syntactically incorrect, or violates schema.', [
      { field, issue },
    ])
  const [from, to] = ['start_date', 'end_date'].map(name => query.get(name) ?? '')
  const isTime = (time: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|[+-]\d\d:?\d\d)$/.test(time)
  if (!isTime(from!)) return invalid('start_date', 'Invalid date passed')
  if (!isTime(to!)) return invalid('end_date', 'Invalid date passed')
  const [start, end] = [Date.parse(from!), Date.parse(to!)]
  if (end - start > 31 * dayMs) return invalid('end_date', 'Date range is greater than 31 days')
  if (Date.now() - start > 3 * 366 * dayMs)
    return invalid('start_date', 'Data for the given start date is not available.')
  const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('page_size') ?? 100)]
  if (!(size >= 1 && size <= 500)) return invalid('page_size', 'Page size must be from 1 to 500')
  const found = tools.things
    .list('transactions', merchant)
    .map(detailOf)
    .filter(({ transaction_info }) => {
      const at = Date.parse(String((transaction_info as Thing)['transaction_initiation_date']))
      return at >= start && at <= end
    })
  // A sandbox's shop has few: the limit is what it says it is.
  const most = Number(tools.things.get('features', merchant, 'transaction-search')?.['mostRows'] ?? mostRows)
  if (found.length > most)
    return refuse(
      400,
      'RESULTSET_TOO_LARGE',
      'Result set size is greater than the maximum limit. Change the filter criteria.',
    )
  const pages = Math.ceil(found.length / size)
  if (page > Math.max(1, pages)) return invalid('page', 'Page number is not valid')
  const wanted = (query.get('fields') ?? 'transaction_info').split(',')
  answer(200, {
    transaction_details: found.slice((page - 1) * size, page * size).map(detail => told(detail, wanted)),
    ...{ account_number: merchant, start_date: from, end_date: to, last_refreshed_datetime: new Date().toISOString() },
    ...{ page, total_items: found.length, total_pages: pages, links: [] },
  })
}

function told(detail: Thing, wanted: string[]): Thing {
  return Object.fromEntries(Object.entries(detail).filter(([part]) => wanted.includes('all') || wanted.includes(part)))
}

function detailOf({ transaction_info, ...rest }: Thing): Thing {
  return {
    transaction_info: {
      ...{ paypal_account_id: 'WDJJHEBZ4X2LY', transaction_event_code: 'T0006', transaction_status: 'S' },
      ...{
        transaction_initiation_date: '2026-01-01T00:00:00+0000',
        transaction_updated_date: '2026-01-01T00:00:00+0000',
      },
      ...{
        transaction_amount: { currency_code: 'MYR', value: '10.00' },
        fee_amount: { currency_code: 'MYR', value: '-0.50' },
      },
      ...(transaction_info as Thing),
    },
    ...{ payer_info: { email_address: 'buyer@example.com', payer_name: { alternate_full_name: 'A buyer' } } },
    ...{ shipping_info: {}, cart_info: {}, store_info: {}, auction_info: {}, incentive_info: {} },
    ...rest,
  }
}
