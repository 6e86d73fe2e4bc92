import { sql } from 'kysely'
import { connectionClient } from '../../connections/client.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { findConnection } from '../../connections/store.ts'
import { findProvider } from '../../catalogue/find.ts'
import { matchKeysOf } from '../../catalogue/match-keys.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import type { ProviderClient } from '../../calls/call.ts'
import { filledModel } from '../mapping/filled-model.ts'
import { textAt } from '../../calls/json-path.ts'
import { fullPass } from '../../calls/pages/model-pages.ts'
import { readItem } from '../../calls/read-item.ts'
import type { ItemPage } from '../../calls/pages/page-source.ts'
import { HubError } from '../../errors.ts'
import { mappingOfSync, withOverrides } from '../mapping/overrides/apply.ts'
import { checkOverrides } from '../mapping/overrides/check.ts'
import { References } from '../mapping/references/look-up.ts'
import { checkRequest, configOf, modelOf, type SyncRequest } from '../manage.ts'
import { previewPull, type PreviewPlace, type PulledRow } from './preview-pull.ts'
import { previewPush, type PushedRow } from './preview-push.ts'

export const previewLimits = { rows: 25, withinMs: 10_000 }

/** What a sync would do with a few real rows. */
export interface Preview {
  collection: string
  pulled: PulledRow[]
  pushed: PushedRow[]
  /** The platform has more than was looked at. */
  hasMore: boolean
}

/**
 * Shows what a sync would do with the first things of its platform, and with the records that were changed last, as it is created
 * or, where the connection has one of this model and collection, as that one goes on. It reads, and writes nothing.
 * @throws HubError as `createSync`, and as `ProviderClient` does; `PROVIDER_UNREACHABLE` when it takes too long
 */
export async function previewSync(
  hub: ConnectionParts,
  workspaceId: string,
  request: Omit<SyncRequest, 'schedule' | 'polling'>,
): Promise<Preview> {
  const connection = await findConnection(hub.db, workspaceId, request.connectionId)
  const definition = await findProvider(hub, workspaceId, connection.provider)
  const asked = modelOf(definition, request.model)
  checkOverrides(asked, request.mapping, Object.keys(definition.models ?? {}))
  checkRequest(withOverrides(asked, request.mapping), request)
  const config = configOf(asked, request.config)
  const model = filledModel(asked, config)
  const client = await connectionClient(hub, workspaceId, connection.id)
  const collection = request.collection ?? model.collection
  const place = await placeOf(hub, workspaceId, collection, { ...request, config })
  const mapping = mappingOfSync(model, { mapping: request.mapping, remapped: null })
  const references = new References(hub.db, workspaceId, connection.id)
  const settling = { mapping, policy: request.conflictPolicy, now: new Date() }
  const signal = AbortSignal.timeout(previewLimits.withinMs)
  try {
    const keys = matchKeysOf(request.match, mapping.model)
    const page = await firstPage(client, model, signal)
    const items = await wholeItems(client, model, page.items.slice(0, previewLimits.rows), signal)
    const pulled = await previewPull(hub.db, settling, place, references, keys, items)
    const found = {
      matched: new Set(pulled.flatMap(({ outcome, recordId }) => (outcome === 'matched' ? (recordId ?? []) : []))),
      ambiguous: new Set(pulled.flatMap(({ candidates }) => candidates)),
    }
    const options = { limit: previewLimits.rows, signal }
    const pushed = place.pushes ? await previewPush(hub.db, client, { mapping, references }, place, found, options) : []
    const hasMore = page.next !== null || page.items.length > items.length
    return { collection, pulled: request.direction === 'push' ? [] : pulled, pushed, hasMore }
  } catch (error) {
    if (signal.aborted) throw new HubError('PROVIDER_UNREACHABLE', { message: 'The provider did not answer in time.' })
    throw error
  }
}

function firstPage(client: ProviderClient, model: ModelDefinition, signal: AbortSignal): Promise<ItemPage> {
  const page = Math.min(model.list.page, previewLimits.rows)
  const source = fullPass(client, { ...model, list: { ...model.list, page } })
  return source.fetch(source.first, signal)
}

/** What a list shows a part of is read by its id. */
async function wholeItems(
  client: ProviderClient,
  model: ModelDefinition,
  shown: readonly unknown[],
  signal: AbortSignal,
): Promise<unknown[]> {
  if (model.listed !== 'in-part') return [...shown]
  const whole = shown.map(async raw => (await readItem(client, model, textAt(raw, model.id) ?? '', signal)) ?? raw)
  return Promise.all(whole)
}

/** The sync that is there for the same, if there is one. Relies on syncs_once. */
async function placeOf(
  hub: ConnectionParts,
  workspaceId: string,
  collection: string,
  { connectionId, model, config, direction }: Pick<SyncRequest, 'connectionId' | 'model' | 'config' | 'direction'>,
): Promise<PreviewPlace> {
  const sync = await hub.db
    .selectFrom('syncs')
    .select(['id', 'pushed_change'])
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .where('model', '=', model)
    .where('collection', '=', collection)
    .where(sql`md5(config::text)`, '=', sql`md5(${JSON.stringify(config)}::jsonb::text)`)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  const { id: syncId = null, pushed_change: pushedChange = 0 } = sync ?? {}
  return { workspaceId, collection, syncId, pushedChange, pushes: direction !== 'pull' }
}
