import type { BatchOf } from '../../catalogue/schema/items/writes.ts'
import { placeOf, withParts } from '../body.ts'
import type { ProviderClient } from '../call.ts'
import { valueAt } from '../json-path.ts'
import type { Values } from '../json-write.ts'
import { platformWords } from './platform-words.ts'
import { reasonOf } from './refusal.ts'
import { rowsOf } from './match-answers.ts'
import { keyed, writtenBody } from './write-body.ts'
import { itemIn, unexpectedItem, type NamedWrite, type WriteAnswer, type Writes } from './write.ts'

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
  const requests = writes.map(named => requestOf(model, batch, operation, named))
  const place = placeOf({ ...batch, ...operation })
  const call = { method, ...place, path, body: withParts(batch.body ?? {}, { [batch.requests]: requests }), signal }
  const { body } = await client.call(keyed(model, call, key))
  // Many answer nothing to what was deleted.
  if (kind === 'delete' && body === undefined) return writes.map(() => ({ kind: 'deleted' }))
  const keys = writes.map(({ name }) => name)
  return rowsOf(batch, keys, body).map((row): WriteAnswer => {
    // Of what is not there some say nothing, or nothing that tells which it was: a look at it does. A create has to be told of.
    if (row === undefined && kind === 'create') throw unexpectedItem()
    if (row === undefined) return { kind: 'refused', why: 'missing' }
    if ('code' in row) {
      return { kind: 'refused', why: reasonOf(model, row.code), said: platformWords(row.code, row.fault) }
    }
    return kind === 'delete' ? { kind: 'deleted' } : { kind: 'written', item: answeredItem(model, batch, row.answer) }
  })
}

function answeredItem(model: Writes, { item, answerId }: BatchOf<'by-operation'>, answer: unknown): unknown {
  if (answerId === undefined) return itemIn(answer, item)
  const id = valueAt(answer, answerId)
  return id === undefined ? undefined : withParts({}, { [model.id]: id })
}

type OperationCall = NonNullable<BatchOf<'by-operation'>['create']>

function requestOf(
  model: Writes,
  { item, match, request: besides }: BatchOf<'by-operation'>,
  { id: idAt, bare }: OperationCall,
  { name, write }: NamedWrite,
): Values {
  const body = write.kind === 'delete' ? {} : writtenBody(model, write)
  const request = item === undefined || write.kind === 'delete' ? body : withParts({}, { [item]: body })
  return withParts(write.kind === 'delete' ? request : { ...besides, ...request }, {
    ...(idAt === undefined || write.kind === 'create' ? {} : { [idAt]: write.externalId }),
    ...(match.by === 'key' && !bare ? { [match.request]: name } : {}),
  })
}
