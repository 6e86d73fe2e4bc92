import { type Exchange, basicCredentials, bearerToken, readJson, sendJson } from '../../http.ts'
import { random } from '../../oauth/dialect.ts'
import type { Tools } from '../../tools.ts'
import {
  changePage,
  makePage,
  pageOf,
  plainId,
  type Shelf,
  shownPage,
  shownSource,
  sourceOf,
  sources,
} from './data-sources.ts'
import { workspaceOf } from './oauth.ts'
import type { Json } from './properties.ts'
import { answerQuery } from './query.ts'
import { invalid, noSuchUrl, notFound, Refusal } from './refusals.ts'

const versions = ['2022-06-28', '2025-09-03', '2026-03-11']

/** The API: users, search, data sources and their pages. https://developers.notion.com/reference/intro */
export async function handleNotion(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path } = exchange
  try {
    const version = req.headers['notion-version']
    if (version === undefined)
      throw new Refusal(400, 'missing_version', 'Notion-Version header failed validation: it should be defined.')
    if (!versions.includes(String(version))) throw invalid('Notion-Version header failed validation.')
    if (path === '/v1/oauth/revoke' || path === '/v1/oauth/introspect') return await answerAboutToken(exchange, tools)
    const token = bearerToken(req)
    const account = tools.granted(token)?.account ?? tools.accountOfKey(token)
    if (account === undefined) throw new Refusal(401, 'unauthorized', 'API token is invalid.')
    const body = req.method === 'POST' || req.method === 'PATCH' ? ((await readJson(req)) ?? {}) : {}
    sendJson(res, 200, answer({ tools, account }, String(req.method), path, body as Json, String(version)))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    sendJson(res, error.status, { ...error.body, request_id: random(20) })
  }
}

async function answerAboutToken({ req, res, path }: Exchange, tools: Tools): Promise<void> {
  const client = basicCredentials(req, true)
  if (!client || tools.client(client.name)?.secret !== client.password)
    return sendJson(res, 401, { error: 'invalid_client', request_id: random(20) })
  const { token } = ((await readJson(req)) ?? {}) as { token?: string }
  const granted = tools.granted(token)
  if (path.endsWith('introspect')) return sendJson(res, 200, { active: granted !== undefined, request_id: random(20) })
  if (granted) tools.endGrant(granted.id)
  return sendJson(res, 200, { request_id: random(20) })
}

function answer(shelf: Shelf, method: string, path: string, body: Json, version: string): unknown {
  if (path === '/v1/users/me') return botOf(shelf.account)
  if (path === '/v1/search' && method === 'POST') return search(shelf, body)
  const [, kind, id, more] = /^\/v1\/(databases|data_sources|pages)(?:\/([\w-]+))?(?:\/(\w+))?$/.exec(path) ?? []
  // Since 2025-09-03 it is data sources that have rows.
  if (kind === 'data_sources' && version < '2025-09-03') throw noSuchUrl()
  if (kind === 'databases' && id && more === undefined && method === 'GET') return databaseOf(shelf, id)
  if (kind === 'data_sources' && id && more === undefined && method === 'GET') return shownSource(sourceOf(shelf, id))
  if (kind === 'data_sources' && id && more === 'query' && method === 'POST')
    return answerQuery(shelf, sourceOf(shelf, id), body)
  if (kind === 'pages' && id === undefined && method === 'POST') {
    const { data_source_id } = (body['parent'] ?? {}) as Json
    if (typeof data_source_id !== 'string')
      throw invalid('body failed validation: body.parent.data_source_id should be defined.')
    const source = sourceOf(shelf, data_source_id)
    return shownPage(source, makePage(shelf, source, body['properties']))
  }
  if (kind !== 'pages' || id === undefined || more !== undefined) throw noSuchUrl()
  const page = pageOf(shelf, id)
  const now = method === 'PATCH' ? changePage(shelf, page, body, version) : page
  if (method !== 'PATCH' && method !== 'GET') throw noSuchUrl()
  return shownPage(sourceOf(shelf, page.source), now)
}

function botOf(account: string) {
  const { bot, name } = workspaceOf(account)
  const about = { owner: { type: 'workspace', workspace: true }, workspace_id: account, workspace_name: name }
  return { object: 'user', id: bot, type: 'bot', name: 'Causeway', avatar_url: null, bot: about }
}

/** https://developers.notion.com/reference/database */
function databaseOf(shelf: Shelf, id: string) {
  const found = sources(shelf).find(({ database }) => database === plainId(id))
  if (!found) throw notFound('database', id)
  const text = { type: 'text', text: { content: found.title, link: null }, plain_text: found.title, href: null }
  const inside = [{ id: found.id, name: found.title }]
  return {
    object: 'database',
    id: found.database,
    title: [text],
    in_trash: false,
    is_inline: false,
    data_sources: inside,
  }
}

/** https://developers.notion.com/reference/post-search */
function search(shelf: Shelf, { page_size = 100, start_cursor, filter }: Json) {
  const { account } = shelf
  const { value } = (filter ?? {}) as Json
  const pages = ['Plan', 'Notes'].map(title => loosePage(`${account.slice(0, -4)}${title.length}000`, title))
  const all =
    value === 'data_source' ? sources(shelf).map(shownSource) : value === 'page' || filter === undefined ? pages : []
  const from = start_cursor === undefined ? 0 : all.findIndex(({ id }) => id === start_cursor)
  if (from < 0) throw invalid('The start_cursor provided is invalid.')
  const next_cursor = all[from + Number(page_size)]?.id ?? null
  return {
    ...{ object: 'list', results: all.slice(from, from + Number(page_size)), type: 'page_or_data_source' },
    ...{ next_cursor, has_more: next_cursor !== null, page_or_data_source: {} },
  }
}

/** A page of the workspace, in no data source. https://developers.notion.com/reference/page */
function loosePage(id: string, title: string) {
  const text = { type: 'text', text: { content: title, link: null }, plain_text: title, href: null }
  const properties = { title: { id: 'title', type: 'title', title: [text] } }
  const url = `https://www.notion.so/${title}-${id.replaceAll('-', '')}`
  return { object: 'page', id, parent: { type: 'workspace', workspace: true }, in_trash: false, properties, url }
}
