export type Params = Record<string, unknown>

/** `metadata[plan]=gold&lines[0][amount]=5` as `{ metadata: { plan: 'gold' }, lines: [{ amount: '5' }] }`. https://docs.stripe.com/api */
export function nested(form: URLSearchParams): Params {
  const whole: Params = {}
  for (const [name, value] of form) {
    const [first = '', ...rest] = [...name.matchAll(/[^[\]]+|\[\]/g)].map(([part]) => part)
    put(whole, [first, ...rest], value)
  }
  return listed(whole) as Params
}

function put(into: Params, [name = '', ...rest]: string[], value: string): void {
  const key = name === '[]' ? String(Object.keys(into).length) : name
  if (rest.length === 0) into[key] = value
  else put((into[key] ??= {}) as Params, rest, value)
}

/** What is numbered from 0 on is a list. */
function listed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index))
  if (isList) return entries.map(([, member]) => listed(member))
  return Object.fromEntries(entries.map(([key, member]) => [key, listed(member)]))
}
