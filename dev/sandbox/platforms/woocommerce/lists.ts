import { type Item, type Kind, Refused, type Shop } from './records.ts'
import { boundOf } from './times.ts'

export interface Page {
  items: Item[]
  headers: Record<string, string>
}

/** A page of a list. Parameters that a kind does not know are taken without a word, and change nothing. */
export function page(kind: Kind, query: URLSearchParams, shop: Shop, self: string): Page {
  const whole = (name: string, fallback: number, [least, most]: [number, number]) => {
    const text = query.get(name) ?? String(fallback)
    const value = Number(text)
    if (!/^-?\d+$/.test(text) || value < least || value > most)
      throw invalid(name, `${name} must be between ${least} (inclusive) and ${most} (inclusive)`)
    return value
  }
  const size = whole('per_page', 10, [1, 100])
  const number = whole('page', 1, [1, 1_000_000_000])
  const offset = query.has('offset') ? whole('offset', 0, [0, 1_000_000_000]) : (number - 1) * size
  const orderBy = query.get('orderby') ?? (kind.orderBy.includes('date') ? 'date' : 'name')
  if (!kind.orderBy.includes(orderBy)) throw invalid('orderby', `orderby is not one of ${kind.orderBy.join(', ')}.`)
  const order = query.get('order') ?? (kind.orderBy.includes('date') ? 'desc' : 'asc')
  if (order !== 'asc' && order !== 'desc') throw invalid('order', 'order is not one of asc, desc.')
  const passes = testsOf(kind, query)
  const found = shop.all(kind.name).filter(item => passes.every(test => test(item)))
  const sign = order === 'asc' ? 1 : -1
  const key = keys[orderBy] ?? keys['id']!
  found.sort((one, other) => sign * (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : one.id - other.id))
  const pages = Math.ceil(found.length / size)
  const headers: Record<string, string> = { 'x-wp-total': String(found.length), 'x-wp-totalpages': String(pages) }
  const at = (to: number, rel: string) => {
    const params = new URLSearchParams(query)
    params.set('page', String(to))
    return `<${self}?${params.toString()}>; rel="${rel}"`
  }
  const links = [...(number > 1 ? [at(number - 1, 'prev')] : []), ...(number < pages ? [at(number + 1, 'next')] : [])]
  return {
    items: found.slice(offset, offset + size),
    headers: links.length > 0 ? { ...headers, link: links.join(', ') } : headers,
  }
}

const keys: Record<string, (item: Item) => number | string> = {
  id: ({ id }) => id,
  date: item => String(item['date_created_gmt']),
  registered_date: item => String(item['date_created_gmt']),
  modified: item => String(item['date_modified_gmt']),
  name: item => String(item['first_name']),
  title: item => String(item['name']),
}

const invalid = (name: string, message: string) =>
  new Refused(400, 'rest_invalid_param', `Invalid parameter(s): ${name}`, { params: { [name]: message } })

function testsOf(kind: Kind, query: URLSearchParams): ((item: Item) => boolean)[] {
  const tests: ((item: Item) => boolean)[] = []
  for (const [name, value] of query) if (kind.filters[name]) tests.push(item => kind.filters[name]!(item, value))
  const include = query.get('include')
  if (include !== null) {
    if (!/^\d+(,\d+)*$/.test(include)) throw invalid('include', 'include[0] is not of type integer.')
    const ids = new Set(include.split(',').map(Number))
    tests.push(({ id }) => ids.has(id))
  }
  // What is in the trash is shown to nobody who does not ask for it.
  if (kind.trash && query.get('status') !== 'trash') tests.push(({ status }) => status !== 'trash')
  if (kind.name === 'customers' && !query.has('role')) tests.push(({ role }) => role === 'customer')
  for (const name of kind.modified ? ['modified_after', 'modified_before'] : []) {
    const text = query.get(name)
    if (text === null) continue
    const bound = boundOf(text)
    if (bound === undefined) throw invalid(name, 'Invalid date.')
    const member = ['true', '1'].includes(query.get('dates_are_gmt') ?? '') ? 'date_modified_gmt' : 'date_modified'
    const isAfter = name === 'modified_after'
    tests.push(item => (isAfter ? String(item[member]) > bound : String(item[member]) < bound))
  }
  return tests
}
