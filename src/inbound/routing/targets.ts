import { connectionsOfAccounts, livingOf, onlyConnectionOfApp, type AccountQuestion } from '../../connections/of-app.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { ProviderDefinition } from '../../catalogue/schema/definition.ts'
import { findProvider } from '../../catalogue/find.ts'
import { mostTargets, targetsAtOnce } from '../policy.ts'
import type { ClaimedEvent } from './queue.ts'

/** A connection that a webhook is about; none for a source's, which is its workspace's. */
export interface Target {
  workspaceId: string
  connectionId: string | null
}

/** Where a webhook goes now. */
export interface Targets {
  /** What their platform is; none for a source's. */
  definition?: ProviderDefinition
  now: Target[]
  /** There are others behind these. */
  more: boolean
}

/**
 * Finds the connections that each webhook is about: those of its account and of the app it came to, after those that it was
 * routed to before, up to what one transaction takes. A replayed webhook goes where it went before, and one that came to a
 * connection's own address to that connection.
 */
export async function findTargets(hub: ConnectionParts, events: ClaimedEvent[]): Promise<Map<string, Targets>> {
  const { db } = hub
  const targets = new Map<string, Targets>()
  for (const { id, sourceId, workspaceId } of events) {
    if (sourceId !== null) targets.set(id, { now: [{ workspaceId: workspaceId!, connectionId: null }], more: false })
  }
  for (const group of groupsByApp(events.filter(event => event.sourceId === null))) {
    const { workspaceId, provider, providerAppId } = group[0]!
    const app = { workspaceId: workspaceId ?? undefined, provider, providerAppId }
    const definition = await findProvider(hub, workspaceId, provider)
    const [addressed, others] = [group.filter(isAddressed), group.filter(event => !isAddressed(event))]
    const living = await livingOf(db, workspaceId, [...new Set(addressed.map(event => event.connectionId))])
    for (const { id, connectionId, workspaceId } of addressed) {
      const now = living.has(connectionId) ? [{ workspaceId: workspaceId!, connectionId }] : []
      targets.set(id, { definition, now, more: false })
    }
    const questions = questionsOf(others)
    const found = await connectionsOfAccounts(db, app, [...questions.values()], mostTargets + 1)
    const keys = [...questions.keys()]
    const byQuestion = Map.groupBy(found, ({ question }) => keys[question])
    const needsOnly = others.some(event => event.accountId === null) && takesOnlyConnection(definition)
    const only = needsOnly ? await onlyConnectionOfApp(db, app) : undefined
    for (const event of others) {
      const { id, body } = event
      const about = event.accountId === null ? (only ? [only] : []) : (byQuestion.get(keyOf(event)) ?? [])
      const open = about.filter(connection => event.connectionId === null || event.connectionId === connection.id)
      const atOnce = targetsAtOnce(body.length)
      targets.set(id, {
        definition,
        now: open.slice(0, atOnce).map(({ id, workspaceId }) => ({ workspaceId, connectionId: id })),
        more: open.length > atOnce,
      })
    }
  }
  return targets
}

/** Whether an event came to an address of one connection. */
const isAddressed = (event: ClaimedEvent): event is ClaimedEvent & { connectionId: string } =>
  event.addressId !== null && event.connectionId !== null

/** What is asked for several events is asked once. */
function questionsOf(events: ClaimedEvent[]): Map<string, AccountQuestion> {
  const questions = new Map<string, AccountQuestion>()
  for (const event of events) {
    if (event.accountId === null) continue
    const { accountId: externalAccountId, routedTo: after, connectionId: only } = event
    questions.set(keyOf(event), { externalAccountId, after, only })
  }
  return questions
}

const keyOf = ({ accountId, routedTo, connectionId }: ClaimedEvent) =>
  JSON.stringify([accountId, routedTo, connectionId])

/**
 * Groups events by their app, which belongs to one provider. A replayed event of the environment's app belongs to a workspace
 * already.
 */
function groupsByApp(events: ClaimedEvent[]): ClaimedEvent[][] {
  const groups = Map.groupBy(events, event => JSON.stringify([event.workspaceId, event.provider, event.providerAppId]))
  return [...groups.values()]
}

function takesOnlyConnection({ webhooks }: ProviderDefinition): boolean {
  return webhooks?.shapes.some(shape => shape.withoutAccount === 'only-connection') ?? false
}
