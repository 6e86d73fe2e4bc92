import type { DeleteDefinition, UpdateDefinition, WriteDefinition } from '../../catalogue/schema/items/writes.ts'
import { formOf, placeOf, withParts } from '../body.ts'
import type { ProviderClient } from '../call.ts'
import { valueAt } from '../json-path.ts'
import { placeOfItem } from '../path-segment.ts'
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
  const place = write.kind === 'create' ? { ...placeOf(definition), path } : placeOfItem(definition, write.externalId)
  const said = keyed(
    model,
    {
      method,
      ...place,
      body: writtenBody(model, write),
      signal,
    },
    key,
  )
  const { body, headers } = await client.call(encoding === 'form' ? { ...said, body: formOf(said.body) } : said)
  if (write.kind !== 'create' || answerId === undefined) return { kind: 'written', item: itemIn(body, item) }
  const id = typeof answerId === 'string' ? valueAt(body, answerId) : idInAddress(headers[answerId.header], answerId)
  return { kind: 'written', item: id === undefined ? undefined : withParts({}, { [model.id]: id }) }
}

/** The id that an address of the made item has in its query; undefined where there is no such address. */
function idInAddress(address: string | string[] | undefined, { query }: { query: string }): string | undefined {
  return URL.parse(String(address ?? ''), 'https://platform.invalid')?.searchParams.get(query) ?? undefined
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
  const { method, body, idField, versionField } = definition
  const call = { method, ...placeOfItem(definition, externalId), signal }
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
