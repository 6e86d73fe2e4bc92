import { type Exchange, readJson, sendJson } from '../../http.ts'
import type { Granted, Tools } from '../../tools.ts'
import * as api from '../google-api.ts'

const lifetimeMs = 7 * 86_400_000
const project = 'causeway-sandbox'
const known = ['topicName', 'labelIds', 'labelFilterBehavior', 'labelFilterAction']

/** https://developers.google.com/workspace/gmail/api/reference/rest/v1/users/watch: set up, or set up again. */
export async function watch(exchange: Exchange, tools: Tools, { account }: Granted): Promise<void> {
  const bad = (message: string) => api.refuse(exchange, 400, 'INVALID_ARGUMENT', 'invalidArgument', message)
  const asked = ((await readJson(exchange.req)) ?? {}) as Record<string, unknown>
  const unknown = Object.keys(asked).find(name => !known.includes(name))
  if (unknown !== undefined) return bad(`Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`)
  const { topicName, labelIds = [] } = asked
  if (typeof topicName !== 'string' || !/^projects\/[^/]+\/topics\/[^/]+$/.test(topicName))
    return bad('Topic name is required, as in projects/my-project/topics/my-topic')
  if (!topicName.startsWith(`projects/${project}/`))
    return bad(`Invalid topicName does not match projects/${project}/topics/*`)
  if (!Array.isArray(labelIds)) return bad('Invalid labelIds')
  const there = tools.things.get('watch', account, 'one') as { topicName: string; expiration: number } | undefined
  if (there && there.expiration > Date.now() && there.topicName !== topicName)
    return bad('Only one user push notification client allowed per developer (call /stop then try again)')
  const expiration = Date.now() + lifetimeMs
  tools.things.put('watch', account, 'one', { topicName, labelIds, expiration })
  sendJson(exchange.res, 200, { historyId: '4242', expiration: String(expiration) })
}

/** https://developers.google.com/workspace/gmail/api/reference/rest/v1/users/stop */
export function stop({ res }: Exchange, tools: Tools, { account }: Granted): void {
  tools.things.delete('watch', account, 'one')
  res.writeHead(204).end()
}
