import type { BatchOf } from '../../catalogue/schema/items/writes.ts'
import { placeOf, withParts } from '../body.ts'
import type { ProviderClient } from '../call.ts'
import { textAt, valueAt } from '../json-path.ts'
import { platformWords } from './platform-words.ts'
import { reasonOf } from './refusal.ts'
import { keyed, writtenBody } from './write-body.ts'
import { unexpectedItem, type NamedWrite, type WriteAnswer, type Writes } from './write.ts'

/**
 * Writes several items in one call that takes operations of several kinds. Answers are told apart by what names the writes, never
 * by their place: a platform that has the call already gives its first answer again.
 */
export async function writeMixed(
  client: ProviderClient,
  model: Writes,
  batch: BatchOf<'mixed'>,
  writes: readonly NamedWrite[],
  key: string,
  signal: AbortSignal,
): Promise<WriteAnswer[]> {
  const { operation, path, correlation, thing } = batch
  const requests = writes.map(({ name, write }) =>
    withParts(
      {},
      {
        [correlation]: name,
        [operation.field]: write.kind === 'create' ? operation.create : operation.update,
        [thing]: writtenBody(model, write),
      },
    ),
  )
  const call = {
    method: 'POST' as const,
    ...placeOf(batch),
    path,
    body: withParts({}, { [batch.requests]: requests }),
    signal,
  }
  const { body } = await client.call(keyed(model, call, key))
  const byName = answersByName(valueAt(body, batch.answers), correlation, writes)
  return writes.map(({ name }): WriteAnswer => {
    const answer = byName.get(name)
    const item = valueAt(answer, thing)
    if (item !== undefined) return { kind: 'written', item }
    const code = textAt(answer, batch.faultCode)
    if (code === undefined) throw unexpectedItem()
    return { kind: 'refused', why: reasonOf(model, code), said: platformWords(code, answer) }
  })
}

/** An answer to what was not asked, or two to one write, could be anybody's: then none of them is believed. */
function answersByName(answers: unknown, correlation: string, writes: readonly NamedWrite[]): Map<string, unknown> {
  if (!Array.isArray(answers)) throw unexpectedItem()
  const asked = new Set(writes.map(({ name }) => name))
  const byName = new Map<string, unknown>()
  for (const answer of answers as unknown[]) {
    const name = textAt(answer, correlation)
    if (name === undefined || !asked.delete(name)) throw unexpectedItem()
    byName.set(name, answer)
  }
  return byName
}
