import { randomUUID } from 'node:crypto'
import { type Exchange, readJson, sendJson } from '../../http.ts'
import { isAddress, noteRegistered } from '../../registered.ts'
import type { Granted, Tools } from '../../tools.ts'

const minuteMs = 60_000
/** https://learn.microsoft.com/en-us/graph/change-notifications-overview#subscription-lifetime, in minutes. */
const longest: [RegExp, minutes: number][] = [
  [/^\/?communications\/presences/, 60],
  [/^\/?communications\/callRecords/, 4_230],
  [/./, 4_320],
]
/** Longer than this they need an address for lifecycle notifications. */
const withoutLifecycleMs = 60 * minuteMs
const validationMs = 10_000

/** What each resource needs: https://learn.microsoft.com/en-us/graph/api/subscription-post-subscriptions#permissions */
const resources: [RegExp, string[]][] = [
  [/^\/?(teams|chats)\/getAllMessages$/, ['.default']],
  [/^\/?communications\/callRecords$/, ['.default']],
  [/^\/?communications\/presences\/[^/]+$/, ['Presence.Read.All', '.default']],
  [/^\/?teams\/[^/]+\/channels\/[^/]+\/messages$/, ['ChannelMessage.Read.All', '.default']],
  [/^\/?(me\/chats\/getAllMessages|chats\/[^/]+\/messages)$/, ['Chat.Read', 'Chat.ReadWrite', '.default']],
]

interface Subscription extends Record<string, unknown> {
  id: string
  expirationDateTime: string
}

type Refuse = (status: number, code: string, message: string) => void

/** Subscriptions to changes. https://learn.microsoft.com/en-us/graph/api/resources/subscription */
export async function answerAboutSubscriptions(
  { req, res, path }: Exchange,
  tools: Tools,
  granted: Granted,
  refuse: Refuse,
): Promise<void> {
  const owner = `${granted.clientId} ${granted.account}`
  const there = (tools.things.list('subscription', owner) as Subscription[]).filter(
    ({ expirationDateTime }) => Date.parse(expirationDateTime) > Date.now(),
  )
  const id = /^\/v1\.0\/subscriptions\/([^/]+)$/.exec(path)?.[1]
  const known = there.find(subscription => subscription.id === id)
  if (id !== undefined && !known) return refuse(404, 'ResourceNotFound', 'The object was not found.')
  switch (`${req.method} ${known ? 'one' : 'all'}`) {
    case 'GET all':
      return sendJson(res, 200, { '@odata.context': '$metadata#subscriptions', value: there })
    case 'GET one':
      return sendJson(res, 200, known)
    case 'DELETE one':
      tools.things.delete('subscription', owner, known!.id)
      res.writeHead(204).end()
      return
    case 'PATCH one': {
      const { expirationDateTime } = ((await readJson(req)) ?? {}) as Record<string, unknown>
      const wrong = wrongEnd({ ...known!, expirationDateTime })
      if (wrong) return refuse(400, 'ValidationError', wrong)
      const changed = { ...known!, expirationDateTime }
      tools.things.put('subscription', owner, known!.id, changed)
      return sendJson(res, 200, changed)
    }
    case 'POST all': {
      const asked = ((await readJson(req)) ?? {}) as Record<string, unknown>
      const needed = resources.find(([form]) => form.test(String(asked['resource'])))?.[1]
      if (!needed) return refuse(400, 'BadRequest', 'The resource is not one that can be subscribed to.')
      if (!granted.scope.split(' ').some(scope => needed.includes(scope.split('/').at(-1)!)))
        return refuse(403, 'Forbidden', 'Operation: Create; Missing scope permissions on the request.')
      const wrong = wrongAsked(asked)
      if (wrong) return refuse(400, 'ValidationError', wrong)
      for (const url of [asked['notificationUrl'], asked['lifecycleNotificationUrl']])
        if (typeof url === 'string' && !(await isValidated(url)))
          return refuse(400, 'ValidationError', 'Subscription validation request failed.')
      const { clientState: _, ...told } = asked
      const made = { ...told, id: randomUUID(), applicationId: granted.clientId, creatorId: granted.account }
      tools.things.put('subscription', owner, made.id, made)
      noteRegistered(tools, String(asked['notificationUrl']), String(asked['clientState']))
      return sendJson(res, 201, { '@odata.context': '$metadata#subscriptions/$entity', ...made })
    }
    default:
      return refuse(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.')
  }
}

function wrongAsked(asked: Record<string, unknown>): string | undefined {
  const { changeType, notificationUrl, lifecycleNotificationUrl, clientState } = asked
  const changes = typeof changeType === 'string' ? changeType.split(',') : []
  if (changes.length === 0 || changes.some(change => !['created', 'updated', 'deleted'].includes(change)))
    return 'changeType must be of created, updated and deleted.'
  if (!isAddress(notificationUrl)) return 'Notification URL must use HTTPS.'
  if (lifecycleNotificationUrl !== undefined && !isAddress(lifecycleNotificationUrl))
    return 'Lifecycle notification URL must use HTTPS.'
  if (typeof clientState !== 'string' || clientState.length > 128) return 'clientState may have 128 characters.'
  return wrongEnd(asked)
}

function wrongEnd(asked: Record<string, unknown>): string | undefined {
  const { expirationDateTime: end, lifecycleNotificationUrl: lifecycle, resource } = asked
  const minutes = longest.find(([form]) => form.test(String(resource)))![1]
  const leftMs = typeof end === 'string' ? Date.parse(end) - Date.now() : NaN
  if (!(leftMs > 0)) return 'Subscription expiration must be in the future.'
  if (leftMs > minutes * minuteMs) return `Subscription expiration can only be ${minutes} minutes in the future.`
  if (leftMs > withoutLifecycleMs && lifecycle === undefined)
    return 'lifecycleNotificationUrl is required for subscriptions of more than 1 hour.'
  return undefined
}

/** https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks#notificationurl-validation */
async function isValidated(url: string): Promise<boolean> {
  const token = `Validation: Testing client application reachability for subscription. Request-Id: ${randomUUID()}`
  const asked = new URL(url)
  asked.searchParams.set('validationToken', token)
  try {
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    const answer = await fetch(asked, { method: 'POST', headers, signal: AbortSignal.timeout(validationMs) })
    const isText = answer.headers.get('content-type')?.startsWith('text/plain') === true
    return answer.status === 200 && isText && (await answer.text()) === token
  } catch {
    return false
  }
}
