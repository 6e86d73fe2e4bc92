import { z } from 'zod'
import { findAttempt, type ConnectAttempt } from '../../../connections/attempts/attempt-store.ts'
import { choicesOf, settleChoice } from '../../../connections/attempts/choose.ts'
import type { Hub } from '../../../hub.ts'
import { idField, instant } from '../../fields.ts'
import { route, type AnyRoute } from '../../route.ts'

const choice = z.strictObject({
  id: z.string().meta({ description: 'What names it when it is chosen' }),
  name: z.string().meta({ description: 'What the platform calls it' }),
  detail: z.string().nullable().meta({ description: 'What tells two of one name apart, where the platform says it' }),
})

const attemptSchema = z
  .strictObject({
    id: idField('connectAttempt'),
    connectionId: z.string(),
    provider: z.string(),
    status: z.enum(['awaiting', 'code_received', 'choosing', 'completed', 'failed', 'expired']),
    errorCode: z.string().nullable(),
    scopesMissing: z
      .array(z.string())
      .meta({ description: 'With `SCOPES_MISSING`: what the person has to tick when they agree again' }),
    choices: z
      .array(choice)
      .meta({ description: 'The accounts that the person may choose from; empty unless the status is `choosing`' }),
    createdAt: instant,
    expiresAt: instant.meta({ description: 'Until when the person has to be back, or to have chosen' }),
  })
  .meta({ id: 'ConnectAttempt' })

async function showAttempt(hub: Hub, attempt: ConnectAttempt): Promise<z.output<typeof attemptSchema>> {
  const choices = await choicesOf(hub, attempt)
  return {
    id: attempt.id,
    connectionId: attempt.connectionId,
    provider: attempt.provider,
    status: attempt.status,
    errorCode: attempt.errorCode,
    scopesMissing: attempt.scopesMissing,
    choices: choices.map(({ id, name, detail }) => ({ id, name, detail })),
    createdAt: attempt.createdAt.toISOString(),
    expiresAt: attempt.expiresAt.toISOString(),
  }
}

/** Tries of people to connect an account. */
export function connectAttemptRoutes(hub: Hub): AnyRoute[] {
  const common = { tag: 'Connections', params: z.strictObject({ attemptId: z.string() }), reply: attemptSchema }
  return [
    route({
      ...common,
      method: 'GET',
      url: '/v1/connect-attempts/:attemptId',
      access: 'connections:read',
      summary: 'Get a connect attempt',
      errors: ['CONNECT_ATTEMPT_NOT_FOUND'],
      handler: async ({ params, caller }) =>
        showAttempt(hub, await findAttempt(hub.db, caller.workspaceId, params.attemptId)),
    }),
    route({
      ...common,
      method: 'POST',
      url: '/v1/connect-attempts/:attemptId/choice',
      access: 'connections:write',
      summary: 'Choose one of several accounts',
      description:
        'For an attempt that is `choosing`: what the person had a page for is settled here instead. The attempt then goes on.',
      body: z.strictObject({
        choice: z.string().min(1).max(20_000).meta({ description: "The id of one of the attempt's choices" }),
      }),
      status: 202,
      idempotent: true,
      errors: ['CONNECT_ATTEMPT_NOT_FOUND', 'CONFLICT'],
      async handler({ params, body, caller }) {
        const ref = { workspaceId: caller.workspaceId, attemptId: params.attemptId }
        return showAttempt(hub, await settleChoice(hub, ref, body.choice, caller.apiKeyId))
      },
    }),
  ]
}
