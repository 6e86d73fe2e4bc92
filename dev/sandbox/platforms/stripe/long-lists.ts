import { Refusal, noSuch } from './refusal.ts'
import { limitOf, type StripeObject } from './store.ts'
import type { Params } from './form.ts'

/** So many lines an invoice shows itself; the others are on a list of their own. https://docs.stripe.com/api/invoices/object */
const shown = 10

/** An answer in which each invoice has the first of its lines. */
export function withFirstLines(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(withFirstLines)
  if (typeof answer !== 'object' || answer === null) return answer
  const object = answer as Params
  if (object['object'] === 'invoice') return shortened(object)
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, withFirstLines(value)]))
}

function shortened(invoice: Params): Params {
  const lines = invoice['lines'] as { data: unknown[] }
  return { ...invoice, lines: { ...lines, data: lines.data.slice(0, shown), has_more: lines.data.length > shown } }
}

/** A page of an invoice's lines, in their order. https://docs.stripe.com/api/invoice-line-item/invoice */
export function linesOf(invoice: StripeObject, query: URLSearchParams): unknown {
  const unknown = [...query.keys()].find(name => !['limit', 'starting_after', 'ending_before'].includes(name))
  if (unknown !== undefined)
    throw new Refusal(400, {
      code: 'parameter_unknown',
      message: `Received unknown parameter: ${unknown}`,
      param: unknown,
    })
  const { data, ...list } = invoice['lines'] as { data: StripeObject[] }
  const limit = limitOf(query)
  const [after, before] = [query.get('starting_after'), query.get('ending_before')]
  const cursor = after ?? before
  const place = cursor === null ? -1 : data.findIndex(({ id }) => id === cursor)
  if (cursor !== null && place < 0) throw noSuch('line item', cursor, after ? 'starting_after' : 'ending_before', 400)
  const from = before === null ? place + 1 : Math.max(0, place - limit)
  const page = data.slice(from, before === null ? from + limit : place)
  const isMore = before === null ? from + limit < data.length : from > 0
  return { ...list, data: page, has_more: isMore }
}
