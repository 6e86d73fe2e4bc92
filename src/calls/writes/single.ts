import type { DeleteDefinition, UpdateDefinition, WriteDefinition } from '../../catalogue/schema/items/writes.ts'
import { formOf, placeOf, withParts } from '../body.ts'
import type { ProviderClient } from '../call.ts'
import { valueAt } from '../json-path.ts'
import { withId } from '../path-segment.ts'
import { keyed, writtenBody } from './write-body.ts'
import { itemIn, type Write, type WriteAnswer, type Writes } from './write.ts'

type CallOf<Definition> = Extract<Definition, { kind: 'call' }>

/** Makes or changes one item by a call of its own. @throws HubError as `ProviderClient` does */
export async function writeByCall(
  client: ProviderClient,
  model: Writes,
  definition: CallOf<WriteDefinition | UpdateDefinition>,
  write: Write,
  key: string,
  signal: AbortSignal,
): Promise<WriteAnswer> {
  const { method, path, encoding, item, answerId } = definition
  const said = keyed(
    model,
    {
      method,
      ...placeOf(definition),
      path: write.kind === 'create' ? path : withId(path, write.externalId),
      body: writtenBody(model, write),
      signal,
    },
    key,
  )
  const { body } = await client.call(encoding === 'form' ? { ...said, body: formOf(said.body) } : said)
  if (write.kind !== 'create' || answerId === undefined) return { kind: 'written', item: itemIn(body, item) }
  const id = valueAt(body, answerId)
  return { kind: 'written', item: id === undefined ? undefined : withParts({}, { [model.id]: id }) }
}

/** Deletes one item by a call of its own, which may say something: a status, the id, the version. */
export async function deleteByCall(
  client: ProviderClient,
  model: Writes,
  definition: CallOf<DeleteDefinition>,
  { externalId, version }: Write & { kind: 'delete' },
  key: string,
  signal: AbortSignal,
): Promise<WriteAnswer> {
  const { method, path, body, idField, versionField } = definition
  const call = { method, ...placeOf(definition), path: withId(path, externalId), signal }
  if (body === undefined && idField === undefined && versionField === undefined) {
    await client.call(call)
    return { kind: 'deleted' }
  }
  const said = withParts(body ?? {}, {
    ...(idField === undefined ? {} : { [idField]: externalId }),
    ...(versionField === undefined || version === null ? {} : { [versionField]: version }),
  })
  await client.call(keyed(model, { ...call, body: said }, key))
  return { kind: 'deleted' }
}
