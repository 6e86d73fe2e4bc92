import type { ListDefinition } from '../../catalogue/schema/items/pages.ts'
import { HubError } from '../../errors.ts'
import type { ProviderAnswer } from '../call.ts'
import { each, stepsOf, textOf, valueAt, valueBehind } from '../json-path.ts'
import type { ItemPage } from './page-source.ts'

/**
 * The items at a path of an answer. An absent list is an empty one if what holds it is there; anything else is no answer
 * at all, and must not be taken for an empty one.
 */
export function itemsAt(body: unknown, path: string | undefined): unknown[] {
  const steps = path === undefined ? [] : stepsOf(path)
  // Where the list itself is, of a path that goes on into each of its elements.
  const listAt = steps.includes(each) ? steps.slice(0, steps.indexOf(each)) : steps
  const list = valueBehind(body, listAt)
  if (Array.isArray(list)) return valueBehind(body, steps) as unknown[]
  const parent = listAt.length > 1 ? valueBehind(body, listAt.slice(0, -1)) : undefined
  if (list === undefined && typeof parent === 'object' && parent !== null) return []
  throw unexpectedList()
}

export function unexpectedList(): HubError {
  return new HubError('PROVIDER_ERROR', { message: "The provider's answer does not have the form of its list." })
}

const maxCursorLength = 4096

/** A value as a cursor; undefined where it is nothing. @throws HubError `PROVIDER_ERROR` where it can be none */
export function cursorOf(value: unknown): string | undefined {
  const text = textOf(value)
  if (text !== undefined && text.length <= maxCursorLength && !text.includes('\0')) return text
  if (text !== undefined || ![undefined, null, ''].includes(value as undefined)) throw unexpectedList()
  return undefined
}

/** Whether a page says at a path that there are more. @throws HubError `PROVIDER_ERROR` when it does not say */
export function saysMore(body: unknown, path: string): boolean {
  const more = valueBehind(body, stepsOf(path))
  // A page that does not say would otherwise end the pass too early, and look like deletions.
  if (typeof more !== 'boolean') throw unexpectedList()
  return more
}

/** A page of an answer, which may say by its status that there is nothing. */
export function pageOf(
  { status, body }: ProviderAnswer,
  { items: path, absent, capitals }: Pick<Exclude<ListDefinition, { kind: 'grid' }>, 'items' | 'absent' | 'capitals'>,
  nextOf: (items: unknown[]) => string | null,
): ItemPage {
  if (status === 204) return { items: [], next: null }
  const isLeftOut = absent === 'empty' && path !== undefined && isObject(body) && valueAt(body, path) === undefined
  const listed = isLeftOut ? [] : itemsAt(body, path)
  const items = capitals ? listed.map(withoutCapitals) : listed
  return { items, next: nextOf(items) }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `{ AccNo, WebURL }` as `{ accNo, webURL }`. */
function withoutCapitals(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) return item
  const members = Object.entries(item as Record<string, unknown>)
  return Object.fromEntries(members.map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]))
}
