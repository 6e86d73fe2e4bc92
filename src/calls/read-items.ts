import type { ReadManyDefinition } from '../catalogue/schema/calls.ts'
import type { ModelDefinition } from '../catalogue/schema/models.ts'
import { asBody, placeOf, withParts } from './body.ts'
import type { ProviderCall, ProviderClient } from './call.ts'
import { itemsAt } from './pages/list-answer.ts'
import { textAt } from './json-path.ts'
import { withWholeLists } from './reads/whole-lists.ts'

/**
 * Several items by their ids, in one call where the platform has one. Nothing is said of an id that is missing among them:
 * whoever needs to know asks for it alone (`readItem`).
 * @param ids no more than `readMany.size`
 * @throws HubError as `ProviderClient` does
 */
export async function readItems(
  client: ProviderClient,
  model: Pick<ModelDefinition, 'id' | 'errors' | 'fields' | 'readMany'>,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, unknown>> {
  const { readMany } = model
  if (!readMany) return new Map()
  const sayable = 'param' in readMany ? ids.filter(id => !/['",\\]/.test(id)) : ids
  if (sayable.length === 0) return new Map()
  const answer = await client.call({ ...callOf(readMany, sayable), signal })
  const found = itemsAt(answer.body, readMany.items).flatMap((item): [string, unknown][] => {
    const id = textAt(item, model.id)
    return id === undefined ? [] : [[id, item]]
  })
  const wanted = new Set(sayable)
  const items = new Map<string, unknown>()
  for (const [id, item] of found) if (wanted.has(id)) items.set(id, await withWholeLists(client, model, item, signal))
  return items
}

function callOf(readMany: ReadManyDefinition, ids: readonly string[]): ProviderCall {
  const { path, size, cost } = readMany
  const share = cost === undefined ? {} : { cost: Math.ceil((cost * ids.length) / size) }
  const place = { ...placeOf(readMany), ...share, path }
  if ('param' in readMany) {
    const { param, each = '{id}', between = ',', says = '{ids}' } = readMany
    const list = ids.map(id => each.replace('{id}', () => id)).join(between)
    return { method: 'GET', ...place, query: { ...place.query, [param]: says.replace('{ids}', () => list) } }
  }
  const asked = readMany.idAt === undefined ? ids : ids.map(id => withParts({}, { [readMany.idAt!]: id }))
  const said = asBody({ body: {}, ...readMany })
  return {
    ...place,
    ...said,
    method: 'POST',
    body: withParts('body' in said ? said.body : {}, { [readMany.ids]: asked }),
  }
}
