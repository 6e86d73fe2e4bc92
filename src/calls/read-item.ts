import type { ModelDefinition } from '../catalogue/schema/models.ts'
import { asBody, withParts } from './body.ts'
import type { ProviderClient } from './call.ts'
import { rowByKey } from './grid/read-grid.ts'
import { valueAt } from './json-path.ts'
import { isPathSegment, placeOfItem } from './path-segment.ts'
import { withWholeLists } from './reads/whole-lists.ts'
import { refusalOf } from './writes/refusal.ts'
import { unexpectedItem } from './writes/write.ts'

/**
 * An item by its id; undefined when the platform has none, null when nobody can say: the id cannot be part of an address,
 * or the platform reads none by its id.
 * @throws HubError as `ProviderClient` does
 */
export async function readItem(
  client: ProviderClient,
  model: Pick<ModelDefinition, 'id' | 'list' | 'read' | 'errors' | 'fields'>,
  externalId: string,
  signal: AbortSignal,
): Promise<unknown> {
  if (!model.read || !isPathSegment(externalId)) return null
  if (model.list.kind === 'grid') return rowByKey(client, model.list, externalId, signal)
  const { idAt, item, absent } = model.read
  const said = asBody(model.read)
  const asked =
    said.method === 'POST' && idAt !== undefined
      ? { ...said, body: withParts(said.body, { [idAt]: externalId }) }
      : said
  try {
    const { body } = await client.call({ ...asked, ...placeOfItem(model.read, externalId), signal })
    const found = item === undefined ? body : valueAt(body, item)
    if (typeof found === 'object' && found !== null) return await withWholeLists(client, model, found, signal)
    const isThere = (found !== undefined && found !== null) || body === undefined
    if (absent === 'missing' && !isThere) return undefined
    throw unexpectedItem()
  } catch (error) {
    if (refusalOf(model, error) === 'missing') return undefined
    throw error
  }
}
