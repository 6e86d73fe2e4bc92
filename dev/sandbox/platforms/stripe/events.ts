import type { Filters } from './store.ts'

/** What the list of an account's events of the last 30 days may be asked by. https://docs.stripe.com/api/events/list */
export const eventFilters: Filters = {
  type: ({ type }, value) => matches(String(type), value),
  types: ({ type }, value) => type === value,
  // Nobody's webhook has failed here: what was missed is nothing.
  delivery_success: (_event, value) => value === 'true',
}

function matches(type: string, pattern: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern
}
