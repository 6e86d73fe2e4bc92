/** The value at a dotted path (`CompanyInfo.Id`) of a JSON value; undefined where the path leads nowhere. */
export function valueAt(json: unknown, path: string): unknown {
  let value: unknown = json
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}

/** The same as text: strings and numbers; anything else is undefined. */
export function textAt(json: unknown, path: string): string | undefined {
  const value = valueAt(json, path)
  if (typeof value === 'string' && value !== '') return value
  return typeof value === 'number' ? String(value) : undefined
}
