import type { DeleteDefinition, UpdateDefinition, WriteDefinition } from '../../catalogue/schema/items/writes.ts'
import { placeOf, withParts } from '../body.ts'
import type { ProviderClient } from '../call.ts'
import { textAt, valueAt } from '../json-path.ts'
import type { Values } from '../json-write.ts'
import { platformWords } from './platform-words.ts'
import { reasonOf } from './refusal.ts'
import { keyed, writtenBody } from './write-body.ts'
import { itemIn, unexpectedItem, type Write, type WriteAnswer, type Writes } from './write.ts'

type MutationOf<Definition> = Extract<Definition, { kind: 'graphql' }>
type Mutation = MutationOf<WriteDefinition | UpdateDefinition | DeleteDefinition>

/** Makes or changes one item by a mutation. Errors of the whole document are the platform's, as its definition says. */
export async function writeByMutation(
  client: ProviderClient,
  model: Writes,
  mutation: MutationOf<WriteDefinition | UpdateDefinition>,
  write: Write,
  key: string,
  signal: AbortSignal,
): Promise<WriteAnswer> {
  const id = mutation.id === undefined || write.kind === 'create' ? {} : { [mutation.id]: write.externalId }
  const variables = withParts({}, { ...id, [mutation.input]: writtenBody(model, write) })
  const answer = await mutate(client, model, mutation, variables, key, signal)
  if ('refused' in answer) return answer.refused
  return { kind: 'written', item: mutation.item === undefined ? undefined : itemIn(answer.body, mutation.item) }
}

/** Deletes one item by a mutation. */
export async function deleteByMutation(
  client: ProviderClient,
  model: Writes,
  mutation: MutationOf<DeleteDefinition>,
  externalId: string,
  key: string,
  signal: AbortSignal,
): Promise<WriteAnswer> {
  const answer = await mutate(client, model, mutation, withParts({}, { [mutation.id]: externalId }), key, signal)
  return 'refused' in answer ? answer.refused : { kind: 'deleted' }
}

async function mutate(
  client: ProviderClient,
  model: Writes,
  mutation: Mutation,
  variables: Values,
  key: string,
  signal: AbortSignal,
): Promise<{ body: unknown } | { refused: WriteAnswer }> {
  const { path, document, faults } = mutation
  const call = { method: 'POST' as const, ...placeOf(mutation), path, body: { query: document, variables }, signal }
  const { body } = await client.call(keyed(model, call, key))
  if (body === undefined) throw unexpectedItem()
  const listed = faults === undefined ? [] : (valueAt(body, faults.list) ?? [])
  if (!Array.isArray(listed)) throw unexpectedItem()
  if (listed.length === 0) return { body }
  const code = textAt(listed[0], faults!.code)
  return { refused: { kind: 'refused', why: reasonOf(model, code), said: platformWords(code, listed) } }
}
