import { writeAudit } from '../audit/log.ts'
import { HubError } from '../errors.ts'
import type { Foundation } from '../foundation.ts'
import { lockSettings, putAppSecret, secretOf } from './store.ts'

type AppRef = { workspaceId: string; id: string }

/**
 * Keeps the secret that a platform's handshake brought to an app, until a person takes or discards it: the first of them, and
 * only while the app has none. Nothing proves who sent it. Gives whether it is kept.
 */
export function offerSecret(hub: Foundation, app: AppRef, secret: string): Promise<boolean> {
  return hub.db.transaction().execute(async trx => {
    await lockSettings(trx, app.workspaceId, app.id)
    const current = await secretOf(hub, app.workspaceId, app.id, 'webhook_secret', trx)
    const offered = await secretOf(hub, app.workspaceId, app.id, 'webhook_secret_offered', trx)
    if (offered === secret) return true
    if (current !== undefined || offered !== undefined) return false
    await putAppSecret(hub, trx, app, 'webhook_secret_offered', secret)
    const { workspaceId, id: subjectId } = app
    await writeAudit(trx, { workspaceId, actor: 'webhook', action: 'provider_app.secret_offered', subjectId })
    return true
  })
}

/**
 * What a person decides of an offered secret. `read` tells it, to be pasted into the platform's page; `take` makes it the app's
 * webhook secret, once the platform has accepted it; `discard` lets another come.
 * @throws HubError `PROVIDER_APP_NOT_FOUND`; `CONFLICT` when none was offered
 */
export function decideOffered(
  hub: Foundation,
  app: AppRef,
  actor: string,
  decision: 'read' | 'take' | 'discard',
): Promise<string> {
  return hub.db.transaction().execute(async trx => {
    await lockSettings(trx, app.workspaceId, app.id)
    const offered = await secretOf(hub, app.workspaceId, app.id, 'webhook_secret_offered', trx)
    if (offered === undefined) throw new HubError('CONFLICT', { message: 'The platform has not sent a secret yet.' })
    if (decision === 'take') await putAppSecret(hub, trx, app, 'webhook_secret', offered)
    if (decision !== 'read') await putAppSecret(hub, trx, app, 'webhook_secret_offered', null)
    const done = { read: 'read', take: 'taken', discard: 'discarded' }[decision]
    const { workspaceId, id: subjectId } = app
    await writeAudit(trx, { workspaceId, actor, action: `provider_app.offered_secret_${done}`, subjectId })
    return offered
  })
}
