import type { ModelDefinition } from '../catalogue/schema/models.ts'
import { placeOf, withParts } from './body.ts'
import type { ProviderClient } from './call.ts'
import { itemsAt } from './pages/list-answer.ts'
import { textAt } from './json-path.ts'

/**
 * Several items by their ids, in one call where the platform has one. Nothing is said of an id that is missing among them:
 * whoever needs to know asks for it alone (`readItem`).
 * @param ids no more than `readMany.size`
 * @throws HubError as `ProviderClient` does
 */
export async function readItems(
  client: ProviderClient,
  model: Pick<ModelDefinition, 'id' | 'readMany'>,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, unknown>> {
  const { readMany } = model
  if (!readMany || ids.length === 0) return new Map()
  const { path, ids: idsAt, idAt, items } = readMany
  const asked = idAt === undefined ? ids : ids.map(id => withParts({}, { [idAt]: id }))
  const body = withParts(readMany.body ?? {}, { [idsAt]: asked })
  const answer = await client.call({ method: 'POST', ...placeOf(readMany), path, body, signal })
  const found = itemsAt(answer.body, items).flatMap((item): [string, unknown][] => {
    const id = textAt(item, model.id)
    return id === undefined ? [] : [[id, item]]
  })
  const wanted = new Set(ids)
  return new Map(found.filter(([id]) => wanted.has(id)))
}
