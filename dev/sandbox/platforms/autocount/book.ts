import type { PersonsBooks } from '../../person-controls.ts'
import type { Thing, Tools } from '../../tools.ts'
import { changedDebtor, newDebtor } from './debtors.ts'
import { changedInvoice, newInvoice, numberOfInvoice, voidedInvoice, type Book } from './invoices.ts'
import { changedProduct, codeOf, newProduct } from './products.ts'

/** An account book: what the API does with it, and a person in the program. */
export interface AccountBook extends PersonsBooks {
  put(kind: string, id: string | undefined, fields: Thing): Thing
  void(id: string): Thing | undefined
}

/** What names one of a kind. */
export const nameOf: Readonly<Record<string, (thing: Thing) => unknown>> = {
  debtor: thing => thing['accNo'],
  product: codeOf,
  invoice: numberOfInvoice,
}

export function bookOf({ things }: Pick<Tools, 'things'>, account: string): AccountBook {
  const list = (kind: string) => things.list(kind, account)
  const get = (kind: string, id: string) => things.get(kind, account, id)
  const keep = (kind: string, thing: Thing, before?: string) => {
    const id = String(nameOf[kind]!(thing))
    if (before !== undefined && before !== id) things.delete(kind, account, before)
    things.put(kind, account, id, thing)
    return thing
  }
  const book: Book = {
    debtor: code => get('debtor', String(code)),
    hasProduct: code => get('product', String(code)) !== undefined,
  }
  const next = () => {
    const { count = 120 } = (things.get('counter', account, 'keys') ?? {}) as { count?: number }
    things.put('counter', account, 'keys', { count: count + 1 })
    return count
  }
  const made = (kind: string, fields: Thing) => {
    if (kind === 'debtor') return newDebtor(fields, list(kind))
    return kind === 'product' ? newProduct(fields, list(kind), next()) : newInvoice(fields, list(kind), next(), book)
  }
  const changed = (kind: string, there: Thing, fields: Thing) => {
    if (kind === 'debtor') return changedDebtor(there, fields)
    return kind === 'product' ? changedProduct(there, fields) : changedInvoice(there, fields, book)
  }
  return {
    list,
    get,
    put(kind, id, fields) {
      if (id === undefined) return keep(kind, made(kind, fields))
      const there = get(kind, id)
      if (!there) throw new Error(`there is no ${kind} ${id}`)
      return keep(kind, changed(kind, there, fields), id)
    },
    void(id) {
      const there = get('invoice', id)
      return there && keep('invoice', voidedInvoice(there))
    },
    remove: (kind, id) => things.delete(kind, account, id),
  }
}
