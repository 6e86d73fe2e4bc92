import { sendJson } from '../../http.ts'
import type { SandboxPlatform } from '../../platform.ts'
import * as api from '../google-api.ts'
import * as google from '../google.ts'
import { answerThreads } from './comment-threads.ts'
import { answerReport } from './reports.ts'
import { webhooks } from './webhooks.ts'

const at = 'https://www.googleapis.com/auth'
const reading = ['youtube.readonly', 'youtube', 'youtube.force-ssl', 'youtubepartner'].map(name => `${at}/${name}`)
const others = [
  ...['youtube.upload', 'youtube.channel-memberships.creator', 'yt-analytics.readonly'],
  'yt-analytics-monetary.readonly',
].map(name => `${at}/${name}`)
const channels: Record<string, string> = { UCcausewaySandbox0000001A: 'Causeway', UCcausewaySandbox0000002B: 'Second' }

/** https://developers.google.com/youtube/v3/docs; the person picks one of her channels. */
export const youtube: SandboxPlatform = {
  id: 'youtube',
  hosts: [...google.hosts, 'www.googleapis.com', 'youtube.googleapis.com', 'youtubeanalytics.googleapis.com'],
  oauth: google.oauthOf('YouTube', [...reading, ...others], Object.keys(channels)),
  apps: [google.google],
  people: { oauth: { externalAccountId: 'UCcausewaySandbox0000001A' } },
  refusal: api.refusal,
  async answer(exchange, tools) {
    if (await api.answerCommon(exchange, tools)) return
    const { req, res, path, query } = exchange
    if (path === '/v2/reports' && req.method === 'GET') {
      const allowed = api.permitted(exchange, tools, [
        `${at}/yt-analytics.readonly`,
        `${at}/yt-analytics-monetary.readonly`,
      ])
      return allowed && answerReport(exchange, tools, allowed)
    }
    if (path === '/youtube/v3/commentThreads' && req.method === 'GET') {
      const allowed = api.permitted(exchange, tools, [`${at}/youtube.force-ssl`, `${at}/youtubepartner`])
      return allowed && answerThreads(exchange, tools, allowed)
    }
    if (req.method !== 'GET' || !/^\/youtube\/v3\/(channels|videos)$/.test(path))
      return api.refuse(exchange, 404, 'NOT_FOUND', 'notFound', 'Not Found')
    const granted = api.permitted(exchange, tools, reading)
    if (!granted) return
    if (!query.get('part'))
      return api.refuse(exchange, 400, 'INVALID_ARGUMENT', 'missingRequiredParameter', 'Missing: part')
    const isChannels = path.endsWith('channels')
    if (!['id', isChannels ? 'mine' : 'myRating', 'forHandle', 'chart'].some(name => query.has(name)))
      return api.refuse(exchange, 400, 'INVALID_ARGUMENT', 'missingRequiredParameter', 'No filter selected.')
    const id = isChannels ? granted.account : 'vSandboxA01'
    const snippet = {
      title: isChannels ? (channels[granted.account] ?? 'Other') : 'The first',
      publishedAt: '2026-01-01T00:00:00Z',
    }
    const item = { kind: `youtube#${isChannels ? 'channel' : 'video'}`, etag: 'e', id }
    const asked = query.getAll('part').join(',').split(',').includes('snippet') ? { ...item, snippet } : item
    sendJson(res, 200, { pageInfo: { totalResults: 1, resultsPerPage: 5 }, items: [asked] })
  },
  webhooks,
}
