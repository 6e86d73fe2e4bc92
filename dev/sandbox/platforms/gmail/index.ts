import { sendJson } from '../../http.ts'
import { knownJwk } from '../../known-key.ts'
import type { SandboxPlatform } from '../../platform.ts'
import * as api from '../google-api.ts'
import * as google from '../google.ts'
import { stop, watch } from './watch.ts'
import { webhooks } from './webhooks.ts'

const scope = 'https://www.googleapis.com/auth/gmail'
const reading = ['https://mail.google.com/', `${scope}.readonly`, `${scope}.modify`, `${scope}.metadata`]
const labelling = [...reading, `${scope}.labels`]
const others = ['send', 'compose', 'insert', 'settings.basic', 'settings.sharing'].map(name => `${scope}.${name}`)

/** https://developers.google.com/workspace/gmail/api/reference/rest */
export const gmail: SandboxPlatform = {
  id: 'gmail',
  hosts: [...google.hosts, 'gmail.googleapis.com', 'www.googleapis.com'],
  oauth: google.oauthOf('Gmail', [...labelling, ...others]),
  apps: [google.google],
  keys: google.keys,
  people: {
    oauth: { externalAccountId: 'ada@causeway.example' },
    delegated: { ...google.delegate, externalAccountId: 'ada@causeway.example' },
  },
  refusal: api.refusal,
  async answer(exchange, tools) {
    if (await api.answerCommon(exchange, tools)) return
    const { req, res, path, query } = exchange
    // The keys of its tokens: https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken
    if (path === '/oauth2/v3/certs') return sendJson(res, 200, { keys: [knownJwk] })
    const rest = /^\/gmail\/v1\/users\/([^/]+)\/(profile|labels|messages|watch|stop)$/.exec(path)
    const isOfWatch = rest?.[2] === 'watch' || rest?.[2] === 'stop'
    if (!rest || req.method !== (isOfWatch ? 'POST' : 'GET'))
      return api.refuse(exchange, 404, 'NOT_FOUND', 'notFound', 'Not Found')
    const granted = api.permitted(
      exchange,
      tools,
      rest[2] === 'labels' ? labelling : isOfWatch ? reading : [...reading, others[1]!],
    )
    if (!granted) return
    const address = google.people[granted.account] ?? ''
    if (decodeURIComponent(rest[1]!) !== 'me' && decodeURIComponent(rest[1]!) !== address)
      return api.refuse(exchange, 403, 'PERMISSION_DENIED', 'forbidden', `Delegation denied for ${address}`)
    if (rest[2] === 'watch') return watch(exchange, tools, granted)
    if (rest[2] === 'stop') return stop(exchange, tools, granted)
    if (rest[2] === 'profile')
      return sendJson(res, 200, { emailAddress: address, messagesTotal: 5, threadsTotal: 5, historyId: '4242' })
    if (rest[2] === 'labels')
      return sendJson(res, 200, { labels: ['INBOX', 'SENT'].map(id => ({ id, name: id, type: 'system' })) })
    const from = Number(query.get('pageToken') ?? 0)
    const most = Math.min(Number(query.get('maxResults') ?? 100), 500)
    const all = [1, 2, 3, 4, 5].map(number => ({
      id: `19a000000000000${number}`,
      threadId: `19a000000000000${number}`,
    }))
    const next = from + most < all.length ? { nextPageToken: String(from + most) } : {}
    sendJson(res, 200, { messages: all.slice(from, from + most), ...next, resultSizeEstimate: all.length })
  },
  webhooks,
}
