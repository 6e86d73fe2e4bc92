import { type Exchange, readJson, sendJson } from '../../http.ts'
import { isAddress, noteRegistered, sendSoon } from '../../registered.ts'
import type { Granted, Tools } from '../../tools.ts'
import * as api from '../google-api.ts'
import { webhooks } from './webhooks.ts'

const longestMs = 7 * 86_400_000
const bad = (exchange: Exchange, reason: string, message: string) =>
  api.refuse(exchange, 400, 'INVALID_ARGUMENT', reason, message)

interface Channel extends Record<string, unknown> {
  id: string
  resourceId: string
  expiration: number
}

/** Makes a channel for a calendar's events. https://developers.google.com/workspace/calendar/api/v3/reference/events/watch */
export async function watch(exchange: Exchange, tools: Tools, granted: Granted, calendar: string): Promise<void> {
  const asked = ((await readJson(exchange.req)) ?? {}) as Record<string, unknown>
  const { id, type, address, token = '', expiration } = asked
  if (typeof id !== 'string' || !/^[A-Za-z0-9\-_+/=]{1,64}$/.test(id))
    return bad(exchange, 'channelIdInvalid', 'Invalid channel id')
  if (type !== 'web_hook' && type !== 'webhook') return bad(exchange, 'unknownChannelType', 'Unknown channel type')
  if (!isAddress(address)) return bad(exchange, 'push.webhookUrlNotHttps', 'WebHook callback must be HTTPS')
  if (typeof token !== 'string' || token.length > 256) return bad(exchange, 'invalid', 'Invalid channel token')
  if (living(tools, granted.account).some(channel => channel.id === id))
    return bad(exchange, 'channelIdNotUnique', `Channel id ${id} not unique`)
  const until = expiration === undefined ? Date.now() + longestMs : Number(expiration)
  if (!(until > Date.now())) return bad(exchange, 'invalid', 'Invalid channel expiration')
  const resourceId = Buffer.from(calendar).toString('base64url')
  const channel: Channel = { id, resourceId, expiration: Math.min(until, Date.now() + longestMs) }
  tools.things.put('channel', granted.account, id, channel)
  noteRegistered(tools, address, token)
  const about = { state: 'sync', channel: id, number: 1 } as const
  sendSoon(address, webhooks.sign({ ...about, secret: token, url: address, at: Date.now() }))
  const resourceUri = `https://www.googleapis.com/calendar/v3/calendars/${encodeURIComponent(calendar)}/events?alt=json`
  const told = { kind: 'api#channel', id, resourceId, resourceUri, token, expiration: String(channel.expiration) }
  sendJson(exchange.res, 200, told)
}

/** Ends a channel. https://developers.google.com/workspace/calendar/api/v3/reference/channels/stop */
export async function stop(exchange: Exchange, tools: Tools, granted: Granted): Promise<void> {
  const { id, resourceId } = ((await readJson(exchange.req)) ?? {}) as Record<string, unknown>
  const known = living(tools, granted.account).find(channel => channel.id === id && channel.resourceId === resourceId)
  if (!known) return api.refuse(exchange, 404, 'NOT_FOUND', 'notFound', `Channel '${String(id)}' not found for project`)
  tools.things.delete('channel', granted.account, known.id)
  exchange.res.writeHead(204).end()
}

/** Channels that have not ended: those that have are forgotten. */
function living(tools: Tools, account: string): Channel[] {
  return (tools.things.list('channel', account) as Channel[]).filter(({ expiration }) => expiration > Date.now())
}
