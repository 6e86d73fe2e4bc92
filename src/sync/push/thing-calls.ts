import type { PushWrite } from '../../db/schema/push-calls.ts'
import { HubError } from '../../errors.ts'
import { textAt, valueAt } from '../../calls/json-path.ts'
import { isPathSegment } from '../../calls/path-segment.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import type { WriteDefinition } from '../../catalogue/schema/writes.ts'
import type { ProviderCall, ProviderClient } from '../../calls/call.ts'
import type { Values } from '../../calls/json-write.ts'
import { mergePatch } from '../mapping/canonical.ts'

/** One write to the platform, and what its answer is told from others by. */
export interface NamedWrite {
  recordId: string
  write: PushWrite
}

/** What came of a write: the thing as it is now, or the platform's refusal. */
export type WriteAnswer =
  | { kind: 'written'; item: unknown }
  | { kind: 'deleted' }
  | { kind: 'refused'; why: 'stale' | 'duplicate' | 'missing' | 'rejected' }

/**
 * A thing by its id; undefined when the platform has none, null when the id cannot be part of an address: then nobody can say.
 */
export async function readThing(
  client: ProviderClient,
  model: ModelDefinition,
  externalId: string,
  signal: AbortSignal,
): Promise<unknown> {
  const { path, query, headers, item } = model.read
  if (!isPathSegment(externalId)) return null
  try {
    const { body } = await client.call({
      method: 'GET',
      path: withId(path, externalId),
      ...(query ? { query } : {}),
      ...(headers ? { headers } : {}),
      signal,
    })
    return thingIn(body, item)
  } catch (error) {
    if (refusalOf(model, error) === 'missing') return undefined
    throw error
  }
}

/**
 * Writes one thing. The same key makes a repeat answer with the first result, where the platform knows such keys.
 * @throws HubError as `ProviderClient` does, but for refusals of this one thing, which are answered
 */
export async function writeThing(
  client: ProviderClient,
  model: ModelDefinition,
  write: PushWrite,
  key: string,
  signal: AbortSignal,
): Promise<WriteAnswer> {
  if (write.kind !== 'create' && !isPathSegment(write.externalId)) return { kind: 'refused', why: 'rejected' }
  try {
    if (write.kind === 'delete' && model.delete?.kind === 'call') {
      await client.call({ method: model.delete.method, path: withId(model.delete.path, write.externalId), signal })
      return { kind: 'deleted' }
    }
    const definition = definitionOf(model, write)
    const { body } = await client.call({
      method: definition.method,
      path: write.kind === 'create' ? definition.path : withId(definition.path, write.externalId),
      ...keyed(model, definition.query, key),
      body: definition.encoding === 'form' ? formOf(bodyOf(model, write)) : bodyOf(model, write),
      signal,
    })
    return { kind: 'written', item: thingIn(body, definition.item) }
  } catch (error) {
    const why = refusalOf(model, error)
    if (why === undefined) throw error
    return { kind: 'refused', why }
  }
}

/**
 * Writes several things in one call, if the platform takes such; each has its own answer, in their order. Answers are told
 * apart by the records' ids, never by their place: a platform that has the call already gives its first answer again.
 */
export async function writeThings(
  client: ProviderClient,
  model: ModelDefinition,
  writes: readonly NamedWrite[],
  key: string,
  signal: AbortSignal,
): Promise<WriteAnswer[]> {
  const { batch } = model
  if (!batch || writes.length === 1) {
    return Promise.all(writes.map(({ write }) => writeThing(client, model, write, key, signal)))
  }
  const { operation } = batch
  const requests = writes.map(({ recordId, write }) => ({
    [batch.correlation]: recordId,
    [operation.field]: write.kind === 'create' ? operation.create : operation.update,
    [batch.thing]: bodyOf(model, write),
  }))
  const { body } = await client.call({
    method: 'POST',
    path: batch.path,
    ...keyed(model, batch.query, key),
    body: { [batch.requests]: requests },
    signal,
  })
  const byRecord = answersByRecord(valueAt(body, batch.answers), batch.correlation, writes)
  return writes.map(({ recordId }): WriteAnswer => {
    const answer = byRecord.get(recordId)
    const item = valueAt(answer, batch.thing)
    if (item !== undefined) return { kind: 'written', item }
    const code = textAt(answer, batch.faultCode)
    if (code === undefined) throw unexpected()
    return { kind: 'refused', why: reasonOf(model, code) }
  })
}

/** An answer to what was not asked, or two to one thing, could be anybody's: then none of them is believed. */
function answersByRecord(answers: unknown, correlation: string, writes: readonly NamedWrite[]): Map<string, unknown> {
  if (!Array.isArray(answers)) throw unexpected()
  const asked = new Set(writes.map(({ recordId }) => recordId))
  const byRecord = new Map<string, unknown>()
  for (const answer of answers as unknown[]) {
    const recordId = textAt(answer, correlation)
    if (recordId === undefined || !asked.delete(recordId)) throw unexpected()
    byRecord.set(recordId, answer)
  }
  return byRecord
}

/** Whether the platform takes a kind of write. */
export function takes(model: ModelDefinition, kind: PushWrite['kind']): boolean {
  return model[kind] !== undefined
}

function definitionOf(model: ModelDefinition, write: PushWrite): WriteDefinition {
  const definition = write.kind === 'create' ? model.create : model.update
  if (!definition) throw new Error('The model does not take this write')
  return definition
}

function bodyOf(model: ModelDefinition, write: PushWrite): Values {
  if (write.kind === 'create') return write.body
  const { idField, versionField, constant } = model.update ?? {}
  const marked = write.kind === 'delete' && model.delete?.kind === 'mark' ? model.delete.body : {}
  return {
    ...(idField === undefined ? {} : { [idField]: write.externalId }),
    ...(versionField === undefined || write.version === null ? {} : { [versionField]: write.version }),
    ...constant,
    ...(write.kind === 'update' ? write.body : marked),
  }
}

/** The body of an update that also brings a thing back which counts as deleted. */
export function restored(model: ModelDefinition, body: Values): Values {
  return model.delete?.kind === 'mark' ? mergePatch(body, model.delete.restore) : body
}

function keyed(model: ModelDefinition, query: ProviderCall['query'], key: string): Partial<ProviderCall> {
  const { idempotency } = model
  if (idempotency?.in === 'query') return { query: { ...query, [idempotency.name]: key } }
  return {
    ...(query ? { query } : {}),
    ...(idempotency?.in === 'header' ? { headers: { [idempotency.name]: key } } : {}),
  }
}

/** `{ address: { city } }` as `address[city]`, as Stripe and others take it. */
function formOf(body: Values, prefix = '', form = new URLSearchParams()): URLSearchParams {
  for (const [name, value] of Object.entries(body)) {
    const field = prefix === '' ? name : `${prefix}[${name}]`
    if (typeof value === 'object' && value !== null) formOf(value as Values, field, form)
    else form.append(field, typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value))
  }
  return form
}

function refusalOf(model: ModelDefinition, error: unknown) {
  if (!(error instanceof HubError) || error.code !== 'PROVIDER_REJECTED') return undefined
  const { status, providerCode } = (error.details ?? {}) as { status?: number; providerCode?: string }
  // These are about the connection or its app, not about the thing.
  if (status === 401 || status === 403 || status === 407) return undefined
  if (status === 404 || status === 410) return 'missing'
  if (status === 412) return 'stale'
  return reasonOf(model, providerCode)
}

function reasonOf({ errors }: ModelDefinition, code: string | undefined) {
  if (code !== undefined) {
    if (errors?.stale?.includes(code)) return 'stale'
    if (errors?.duplicate?.includes(code)) return 'duplicate'
    if (errors?.missing?.includes(code)) return 'missing'
  }
  return 'rejected'
}

function thingIn(body: unknown, path: string | undefined): unknown {
  const item = path === undefined ? body : valueAt(body, path)
  if (typeof item !== 'object' || item === null) throw unexpected()
  return item
}

function withId(path: string, id: string): string {
  return path.replace('{id}', encodeURIComponent(id))
}

function unexpected(): HubError {
  return new HubError('PROVIDER_ERROR', { message: "The provider's answer does not have the form of its thing." })
}
