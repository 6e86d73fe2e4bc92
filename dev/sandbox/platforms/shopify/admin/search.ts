import { type Node, numberOf } from './shop.ts'
import { textOf } from '../../../text.ts'

const term =
  /(?:(?<field>[a-z_]+):)?(?<comparison>>=|<=|>|<)?(?:"(?<quoted>[^"]*)"|'(?<single>[^']*)'|(?<bare>[^\s]+))/g

type Compare = (order: number) => boolean
const comparisons: Record<string, Compare> = {
  '>': order => order > 0,
  '>=': order => order >= 0,
  '<': order => order < 0,
  '<=': order => order <= 0,
}

/**
 * Whether a node passes a search. Terms have to hold together; a field that is not known is left out. A time is compared as a
 * whole day where the list's documentation says so. https://shopify.dev/docs/api/usage/search-syntax
 */
export function matcher(query: string | undefined, wholeDays: boolean): (node: Node) => boolean {
  const tests: ((node: Node) => boolean)[] = []
  for (const { groups = {} } of (query ?? '').matchAll(term)) {
    const { field, comparison } = groups
    const value = groups['quoted'] ?? groups['single'] ?? groups['bare'] ?? ''
    if (field === undefined) {
      if (value !== 'AND') tests.push(node => JSON.stringify(node).toLowerCase().includes(value.toLowerCase()))
      continue
    }
    const compare = comparison === undefined ? (order: number) => order === 0 : comparisons[comparison]!
    const test = testOf(field, value, compare, wholeDays)
    if (test) tests.push(test)
  }
  return node => tests.every(test => test(node))
}

const times: Record<string, string> = { updated_at: 'updatedAt', created_at: 'createdAt', processed_at: 'processedAt' }
const texts: Record<string, (node: Node) => unknown> = {
  email: ({ email }) => email,
  phone: ({ phone }) => phone,
  first_name: ({ firstName }) => firstName,
  handle: ({ handle }) => handle,
  title: ({ title }) => title,
  name: ({ name }) => name,
  sku: ({ sku, variants }) => sku ?? (variants as { sku?: string }[] | undefined)?.map(variant => variant.sku),
}

function testOf(field: string, value: string, compare: Compare, wholeDays: boolean) {
  const time = times[field]
  if (time !== undefined) {
    const bound = Date.parse(value)
    const dayOf = (at: number) => (wholeDays ? Math.floor(at / 86_400_000) : at)
    return (node: Node) => compare(dayOf(Date.parse(textOf(node[time]))) - dayOf(bound))
  }
  if (field === 'id') return (node: Node) => compare(Number(numberOf(node.id)) - Number(value))
  const read = texts[field]
  if (!read) return undefined
  return (node: Node) => [read(node)].flat().some(text => textOf(text ?? '').toLowerCase() === value.toLowerCase())
}
