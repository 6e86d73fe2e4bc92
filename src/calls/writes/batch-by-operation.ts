import type { BatchOf } from '../../catalogue/schema/items/writes.ts'
import { placeOf, withParts } from '../body.ts'
import type { ProviderClient } from '../call.ts'
import type { Values } from '../json-write.ts'
import { reasonOf } from './refusal.ts'
import { rowsOf } from './match-answers.ts'
import { keyed, writtenBody } from './write-body.ts'
import { itemIn, type NamedWrite, type WriteAnswer, type Writes } from './write.ts'

/** Writes several items by the call of their one kind of operation. @throws HubError as `ProviderClient` does */
export async function writeByOperation(
  client: ProviderClient,
  model: Writes,
  batch: BatchOf<'by-operation'>,
  writes: readonly NamedWrite[],
  key: string,
  signal: AbortSignal,
): Promise<WriteAnswer[]> {
  const { kind } = writes[0]!.write
  const operation = batch[kind]
  if (!operation || writes.some(({ write }) => write.kind !== kind))
    throw new Error('The batch does not take these writes')
  const { method, path } = operation
  const requests = writes.map(named => requestOf(model, batch, operation.id, named))
  const place = placeOf({ ...batch, ...operation })
  const call = { method, ...place, path, body: withParts({}, { [batch.requests]: requests }), signal }
  const { body } = await client.call(keyed(model, call, key))
  // Many answer nothing to what was deleted.
  if (kind === 'delete' && body === undefined) return writes.map(() => ({ kind: 'deleted' }))
  const keys = writes.map(({ name }) => name)
  return rowsOf(batch, keys, body).map((row): WriteAnswer => {
    if ('code' in row) return { kind: 'refused', why: reasonOf(model, row.code) }
    return kind === 'delete' ? { kind: 'deleted' } : { kind: 'written', item: itemIn(row.answer, batch.item) }
  })
}

function requestOf(
  model: Writes,
  { item, match }: BatchOf<'by-operation'>,
  idAt: string | undefined,
  { name, write }: NamedWrite,
): Values {
  const body = write.kind === 'delete' ? {} : writtenBody(model, write)
  const request = item === undefined || write.kind === 'delete' ? body : withParts({}, { [item]: body })
  return withParts(request, {
    ...(idAt === undefined || write.kind === 'create' ? {} : { [idAt]: write.externalId }),
    ...(match.by === 'key' ? { [match.request]: name } : {}),
  })
}
