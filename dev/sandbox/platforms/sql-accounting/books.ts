import type { PersonsBooks } from '../../person-controls.ts'
import { textOf } from '../../text.ts'
import type { Thing, Tools } from '../../tools.ts'
import { checked, kinds, type Kind } from './kinds.ts'
import { type Lookup, Refused } from './refused.ts'

export const changedByAnother = 'Record has been changed by another user'

/** The books of one company: what the API does with them, and a person in the program. */
export interface Books extends PersonsBooks {
  /** As the API changes one: with the count of updates that it is to have. @throws Refused */
  update(kind: string, id: string, fields: Thing): Thing | undefined
}

export function booksOf({ things }: Pick<Tools, 'things'>, account: string): Books {
  const kindOf = (name: string): Kind => {
    const kind = kinds[name]
    if (!kind) throw new Refused('Not Found', 404)
    return kind
  }
  const named = (name: string) => {
    kindOf(name)
    return name
  }
  const lookup: Lookup = {
    has: (kind, code) => things.list(kind, account).some(thing => thing['code'] === code),
  }
  const next = () => {
    const { count = 100 } = (things.get('counter', account, 'keys') ?? {}) as { count?: number }
    things.put('counter', account, 'keys', { count: count + 1 })
    return count
  }
  const keep = (name: string, id: string, thing: Thing) => {
    const lastmodified = Math.floor(Date.now() / 1000)
    things.put(name, account, id, { ...thing, lastmodified })
    return things.get(name, account, id)!
  }
  const make = (name: string, fields: Thing): Thing => {
    const kind = kindOf(name)
    const { dockey: _dockey, updatecount: _count, ...said } = checked(kind, fields)
    const key = next()
    const number = said[kind.unique] || kind.numbered?.(said, key)
    const all = things.list(name, account)
    if (all.some(other => other[kind.unique] === number))
      throw new Refused(`Duplicate ${kind.unique} '${textOf(number)}'`)
    const rows = ((said[kind.rows] ?? []) as Thing[]).map(row => ({ ...row, dtlkey: next() }))
    const thing = { ...kind.blank, ...said, [kind.unique]: number, [kind.rows]: rows, updatecount: 0 }
    const settled = kind.settled(thing, lookup)
    const own = kind.key === 'dockey' ? { ...settled, dockey: key } : settled
    return keep(name, String(own[kind.key as keyof typeof own]), own)
  }
  const change = (name: string, id: string, fields: Thing): Thing | undefined => {
    const kind = kindOf(name)
    const there = things.get(name, account, id)
    if (!there) return undefined
    const { [kind.rows]: rows, dockey: _dockey, updatecount: _count, ...said } = checked(kind, fields)
    const merged = rows === undefined ? there[kind.rows] : withRows(there[kind.rows] as Thing[], rows as Thing[], next)
    const thing = { ...there, ...said, [kind.rows]: merged }
    const counted = { ...kind.settled(thing, lookup), updatecount: Number(there['updatecount']) + 1 }
    return keep(name, id, counted)
  }
  return {
    list: name => things.list(named(name), account),
    get: (name, id) => things.get(named(name), account, id),
    put(name, id, fields) {
      if (id === undefined) return make(name, fields)
      const changed = change(name, id, fields)
      if (!changed) throw new Error(`there is no ${name} ${id}`)
      return changed
    },
    remove: (name, id) => things.delete(named(name), account, id),
    update(name, id, fields) {
      const there = things.get(named(name), account, id)
      // The count that it is to have: whoever says the one that it has, or an older one, has not seen the last change.
      if (there && fields['updatecount'] !== Number(there['updatecount']) + 1) throw new Refused(changedByAnother)
      return change(name, id, fields)
    },
  }
}

/** A row with a key that there is changes that one; any other is a new one, and those that are not said stay. */
function withRows(there: readonly Thing[], said: readonly Thing[], next: () => number): Thing[] {
  const known = new Map(there.map(row => [row['dtlkey'], row]))
  for (const row of said) {
    const old = known.get(row['dtlkey'])
    const key = old ? row['dtlkey'] : next()
    // What a row comes to is reckoned anew.
    known.set(key, { ...old, amount: undefined, ...row, dtlkey: key })
  }
  return [...known.values()]
}
