import type { KeyRing } from '../credentials/key-ring.ts'
import { HubError } from '../errors.ts'
import type { AnyRoute, Call } from './route.ts'

/** What the signing key is derived for. All processes sign the cursors of one list, workspace and filter alike. */
const purpose = 'cursors of lists'

/** The members of a query, a body and a reply that hold a cursor. */
const given = 'cursor'
const shown = ['nextCursor', 'watermark']

type Members = Record<string, unknown>

/**
 * Signs and opens the cursors of one call. A cursor is a position, with a signature over its list: the address, the workspace
 * and the filter. A cursor of another list would silently skip items, so it is refused. A forged cursor never reaches the
 * database.
 */
export class CallCursors {
  readonly #ring: KeyRing
  readonly #list: string

  constructor(ring: KeyRing, { method, url }: Pick<AnyRoute, 'method' | 'url'>, call: Call<unknown, unknown, unknown>) {
    this.#ring = ring
    this.#list = JSON.stringify([
      ...[method, url, call.caller.workspaceId, call.params ?? {}],
      ...[call.query, call.body].map(filterOf),
    ])
  }

  /** A query or a body with its cursor opened. @throws HubError `INVALID_CURSOR` */
  open(part: unknown): unknown {
    if (!isObject(part) || typeof part[given] !== 'string') return part
    const [position = '', signature = '', ...surplus] = part[given].split('.')
    const isOurs = this.#ring.isSigned(purpose, this.#textOf(position), Buffer.from(signature, 'base64url'))
    if (!isOurs || surplus.length > 0) throw new HubError('INVALID_CURSOR')
    return { ...part, [given]: position }
  }

  /** A reply with its cursors signed. */
  sign(reply: unknown): unknown {
    if (!isObject(reply)) return reply
    const cursors = shown.filter(name => typeof reply[name] === 'string')
    if (cursors.length === 0) return reply
    return { ...reply, ...Object.fromEntries(cursors.map(name => [name, this.#signed(reply[name] as string)])) }
  }

  #signed(position: string): string {
    return `${position}.${this.#ring.sign(purpose, this.#textOf(position)).toString('base64url')}`
  }

  #textOf(position: string): string {
    return `${position}\n${this.#list}`
  }
}

/** What says which part of a list is asked for, and when: not which list it is. */
const ofThePage = new Set([given, 'limit', 'start', 'waitMs'])

/** Describes a list's query without its page, in one order whatever order the caller wrote it in. */
function filterOf(part: unknown): Members {
  if (!isObject(part)) return {}
  const names = Object.keys(part).filter(name => !ofThePage.has(name) && part[name] !== undefined)
  return Object.fromEntries(names.sort().map(name => [name, part[name]]))
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
