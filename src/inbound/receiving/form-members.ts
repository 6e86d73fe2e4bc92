import { HubError } from '../../errors.ts'

/** More than any platform sends; a name in so many brackets is nobody's. */
const mostFields = 2_000
const deepest = 10

interface Members {
  [name: string]: string | string[] | Members
}

/**
 * The fields of a form as JSON. `data[list_id]` is the member `list_id` of `data`, as PHP and Rails have it; what comes several
 * times, or as `tags[]`, is a list.
 * @throws HubError `INVALID_REQUEST` for a form of too many fields
 */
export function membersOf(fields: URLSearchParams): Members {
  if (fields.size > mostFields)
    throw new HubError('INVALID_REQUEST', { message: `The form of a webhook has at most ${mostFields} fields.` })
  const members = empty()
  for (const [name, value] of fields) put(members, stepsOf(name), value)
  return members
}

/** Without a prototype: a field may have any name. */
const empty = () => Object.create(null) as Members

function stepsOf(name: string): string[] {
  const [, first, rest = ''] = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name) ?? []
  if (first === undefined) return [name]
  const steps = [first, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map(([, step]) => step!)]
  return steps.length > deepest ? [name] : steps
}

function put(members: Members, [step = '', ...rest]: string[], value: string): void {
  const there = members[step]
  if (rest.length === 0 || rest.join() === '') {
    if (there === undefined) members[step] = rest.length === 0 ? value : [value]
    else if (Array.isArray(there)) there.push(value)
    else if (typeof there === 'string') members[step] = [there, value]
    else put(there, [''], value)
  } else if (isMembers(there)) put(there, rest, value)
  else {
    // What stood there already keeps its place, under no name.
    const inner = empty()
    if (there !== undefined) inner[''] = there
    members[step] = inner
    put(inner, rest, value)
  }
}

function isMembers(value: Members[string] | undefined): value is Members {
  return typeof value === 'object' && !Array.isArray(value)
}
