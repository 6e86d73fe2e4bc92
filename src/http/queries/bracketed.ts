type Members = Record<string, unknown>

const form = /^([^[\]]+)\[([^[\]]+)\](?:\[([^[\]]+)\])?$/

/**
 * A query whose names may lead to members: `filter[total][gte]=10` as OpenAPI's style `deepObject` has it, a level further. What cannot be
 * read so stays as it is, and is refused as a parameter that is not known.
 */
export function withMembers(query: unknown): unknown {
  const given = (query ?? {}) as Members
  const names = Object.keys(given)
  if (!names.some(name => name.includes('['))) return query
  const read: Members = {}
  for (const name of names) if (!put(read, name, given[name])) read[name] = given[name]
  return read
}

function put(into: Members, name: string, value: unknown): boolean {
  const steps = form
    .exec(name)
    ?.slice(1)
    .filter(step => step !== undefined)
  if (!steps || steps.includes('__proto__')) return false
  const last = steps.pop()!
  let at = into
  for (const step of steps) {
    if (!Object.hasOwn(at, step)) at[step] = {}
    const next = at[step]
    if (typeof next !== 'object' || next === null || Array.isArray(next)) return false
    at = next as Members
  }
  if (Object.hasOwn(at, last)) return false
  at[last] = value
  return true
}
