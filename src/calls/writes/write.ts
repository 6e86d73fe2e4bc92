import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import { HubError } from '../../errors.ts'
import { valueAt } from '../json-path.ts'
import type { Values } from '../json-write.ts'
import type { PlatformWords } from './platform-words.ts'

/** What a platform is told of one item. */
export type Write =
  | { kind: 'create'; body: Values }
  | { kind: 'update'; externalId: string; version: string | null; body: Values }
  | { kind: 'delete'; externalId: string; version: string | null }

/** One write, and what its answer is told from others by: the same when it is sent again. */
export interface NamedWrite {
  name: string
  write: Write
}

/** What came of a write: the item as the platform answered it, undefined when it answered nothing; or the refusal. */
export type WriteAnswer =
  | { kind: 'written'; item: unknown }
  | { kind: 'deleted' }
  | { kind: 'refused'; why: 'stale' | 'duplicate' | 'missing' | 'rejected'; said?: PlatformWords }

export type Refusal = (WriteAnswer & { kind: 'refused' })['why']

/** What a model says of writing. */
export type Writes = Pick<
  ModelDefinition,
  'id' | 'list' | 'brings' | 'create' | 'update' | 'delete' | 'batch' | 'idempotency' | 'errors'
>

/** Whether the platform takes a kind of write. */
export function takes(model: Writes, kind: Write['kind']): boolean {
  return model[kind] !== undefined
}

/** The item of an answer; undefined when the answer is empty. @throws HubError `PROVIDER_ERROR` when it holds something else */
export function itemIn(body: unknown, path: string | undefined): unknown {
  if (body === undefined) return undefined
  const item = path === undefined ? body : valueAt(body, path)
  if (typeof item !== 'object' || item === null) throw unexpectedItem()
  return item
}

export function unexpectedItem(): HubError {
  return new HubError('PROVIDER_ERROR', { message: "The provider's answer does not have the form of its thing." })
}
